"""Modals: https://discord.com/developers/docs/components/using-modal-components."""

from sandbox.discord.components import SELECTS, ComponentType
from sandbox.discord.errors import Json
from sandbox.discord.validation.components import check_options, check_select
from sandbox.discord.validation.form import Form, Path

MOST_CHILDREN = 5

_TOP = (ComponentType.ACTION_ROW, ComponentType.TEXT_DISPLAY, ComponentType.LABEL)
_IN_LABEL = (
    ComponentType.TEXT_INPUT,
    *sorted(SELECTS),
    ComponentType.FILE_UPLOAD,
    ComponentType.RADIO_GROUP,
    ComponentType.CHECKBOX_GROUP,
    ComponentType.CHECKBOX,
)


def check_modal(data: Json) -> None:
    """Check the modal of an interaction response.

    Raises:
        ApiError: 50035.
    """
    form = Form()
    form.text(("data", "custom_id"), data.get("custom_id"), shortest=1, longest=100, required=True)
    form.text(("data", "title"), data.get("title"), shortest=1, longest=45, required=True)
    path: Path = ("data", "components")
    seen: set[str] = set()
    children = form.items(path, data.get("components"), fewest=1, most=MOST_CHILDREN, required=True)
    for index, value in enumerate(children):
        where = (*path, index)
        child = form.mapping(where, value)
        if child is None:
            continue
        match child.get("type"):
            case ComponentType.LABEL:
                form.text((*where, "label"), child.get("label"), shortest=1, longest=45, required=True)
                form.text((*where, "description"), child.get("description"), shortest=1, longest=100)
                _check_input(form, (*where, "component"), child.get("component"), seen, _IN_LABEL)
            case ComponentType.ACTION_ROW:
                inside = form.items((*where, "components"), child.get("components"), fewest=1, most=1)
                for position, item in enumerate(inside):
                    _check_input(
                        form, (*where, "components", position), item, seen, (ComponentType.TEXT_INPUT,), labelled=True
                    )
            case ComponentType.TEXT_DISPLAY:
                form.text((*where, "content"), child.get("content"), shortest=1, longest=4000, required=True)
            case kind:
                form.union(where, kind, _TOP)
    form.finish()


def _check_input(
    form: Form, path: Path, value: object, seen: set[str], allowed: tuple[ComponentType, ...], *, labelled: bool = False
) -> None:
    item = form.mapping(path, value)
    if item is None:
        return
    kind = form.union(path, item.get("type"), allowed)
    if kind is None:
        return
    custom_id = form.text((*path, "custom_id"), item.get("custom_id"), shortest=1, longest=100, required=True)
    if custom_id in seen:
        message = "Component custom id cannot be duplicated"
        form.refuse((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
    elif custom_id:
        seen.add(custom_id)
    # "Using `disabled` in a modal will result in an error", the documentation says, but not which.
    form.choice((*path, "disabled"), item.get("disabled"), (False,))
    match kind:
        case ComponentType.TEXT_INPUT:
            _check_text_input(form, path, item, labelled=labelled)
        case ComponentType.FILE_UPLOAD:
            _check_fewest(form, path, item, most=10)
            form.number((*path, "max_values"), item.get("max_values"), least=1, most=10)
        case _ if kind in SELECTS:
            form.text((*path, "placeholder"), item.get("placeholder"), longest=150)
            _check_fewest(form, path, item, most=25)
            check_select(form, path, item)
        case ComponentType.RADIO_GROUP:
            check_options(form, (*path, "options"), item.get("options"), fewest=2, most=10)
        case ComponentType.CHECKBOX_GROUP:
            _check_fewest(form, path, item, most=10)
            form.number((*path, "max_values"), item.get("max_values"), least=1, most=10)
            check_options(form, (*path, "options"), item.get("options"), most=10)
        case _:
            pass


def _check_fewest(form: Form, path: Path, item: Json, *, most: int) -> None:
    """Check `min_values`, which must be at least 1 where an answer is required, as it is unless told otherwise."""
    required = item.get("required") is not False
    given = item.get("min_values")
    if required and given == 0:
        form.number((*path, "min_values"), given, least=1)
    elif item.get("type") not in SELECTS:
        form.number((*path, "min_values"), given, least=0, most=most)


def _check_text_input(form: Form, path: Path, item: Json, *, labelled: bool) -> None:
    form.choice((*path, "style"), item.get("style"), (1, 2), required=True)
    form.text((*path, "label"), item.get("label"), shortest=1 if labelled else 0, longest=45, required=labelled)
    form.text((*path, "value"), item.get("value"), longest=4000)
    form.text((*path, "placeholder"), item.get("placeholder"), longest=100)
    form.number((*path, "min_length"), item.get("min_length"), least=0, most=4000)
    form.number((*path, "max_length"), item.get("max_length"), least=1, most=4000)
