"""Components of messages: https://discord.com/developers/docs/components/reference."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.discord.components import SELECTS, ButtonStyle, ComponentType
from sandbox.discord.errors import Json
from sandbox.discord.files import safe_filename
from sandbox.discord.validation.form import Form, Path

MOST_ROWS = 5
MOST_IN_ROW = 5
MOST_COMPONENTS = 40
MOST_TEXT = 4000
"""Characters over all text displays of a message with components V2."""

_CLASSIC_TOP = (ComponentType.ACTION_ROW,)
_V2_TOP = (
    ComponentType.ACTION_ROW,
    ComponentType.SECTION,
    ComponentType.TEXT_DISPLAY,
    ComponentType.MEDIA_GALLERY,
    ComponentType.FILE,
    ComponentType.SEPARATOR,
    ComponentType.CONTAINER,
)
_IN_CONTAINER = tuple(kind for kind in _V2_TOP if kind is not ComponentType.CONTAINER)


@dataclass
class _Check:
    form: Form
    filenames: frozenset[str]
    custom_ids: set[str] = field(default_factory=set)
    count: int = 0
    text: int = 0

    def children(self, path: Path, value: object, allowed: tuple[int, ...], *, most: int, fewest: int = 1) -> None:
        for index, item in enumerate(self.form.items(path, value, fewest=fewest, most=most)):
            self.component((*path, index), item, allowed)

    def component(self, path: Path, value: object, allowed: tuple[int, ...]) -> None:
        component = self.form.mapping(path, value)
        if component is None:
            return
        kind = self.form.union(path, component.get("type"), allowed)
        if kind is None:
            return
        self.count += 1
        self._checks(ComponentType(kind))(path, component)

    def _checks(self, kind: ComponentType) -> Callable[[Path, Json], None]:
        if kind in SELECTS:
            return self._select
        return {
            ComponentType.ACTION_ROW: self._row,
            ComponentType.BUTTON: self._button,
            ComponentType.SECTION: self._section,
            ComponentType.TEXT_DISPLAY: self._text,
            ComponentType.MEDIA_GALLERY: self._gallery,
            ComponentType.THUMBNAIL: self._thumbnail,
            ComponentType.FILE: self._file,
            ComponentType.SEPARATOR: self._separator,
            ComponentType.CONTAINER: self._container,
        }[kind]

    def _section(self, path: Path, section: Json) -> None:
        self.children((*path, "components"), section.get("components"), (ComponentType.TEXT_DISPLAY,), most=3)
        accessory = (ComponentType.BUTTON, ComponentType.THUMBNAIL)
        self.component((*path, "accessory"), section.get("accessory"), accessory)

    def _text(self, path: Path, display: Json) -> None:
        content = display.get("content")
        self.form.text((*path, "content"), content, shortest=1, longest=MOST_TEXT, required=True)
        self.text += len(content) if isinstance(content, str) else 0

    def _thumbnail(self, path: Path, thumbnail: Json) -> None:
        self._media((*path, "media"), thumbnail.get("media"))
        self.form.text((*path, "description"), thumbnail.get("description"), shortest=1, longest=1024)

    def _file(self, path: Path, file: Json) -> None:
        self._media((*path, "file"), file.get("file"), only_attachments=True)

    def _separator(self, path: Path, separator: Json) -> None:
        self.form.choice((*path, "spacing"), separator.get("spacing"), (1, 2))

    def _container(self, path: Path, container: Json) -> None:
        self.form.number((*path, "accent_color"), container.get("accent_color"), least=0, most=0xFFFFFF)
        self.children((*path, "components"), container.get("components"), _IN_CONTAINER, most=MOST_COMPONENTS)

    def _row(self, path: Path, row: Json) -> None:
        inside = row.get("components")
        self.children((*path, "components"), inside, (ComponentType.BUTTON, *sorted(SELECTS)), most=MOST_IN_ROW)
        items = inside if isinstance(inside, list) and len(inside) <= MOST_IN_ROW else []
        width = 0
        for index, item in enumerate(items):
            # A select menu is as wide as the five buttons that fit into a row.
            width += MOST_IN_ROW if isinstance(item, dict) and item.get("type") in SELECTS else 1
            if width > MOST_IN_ROW:
                message = "The specified component exceeds the maximum width"
                self.form.refuse((*path, "components", index), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)

    def _button(self, path: Path, button: Json) -> None:
        form = self.form
        style = button.get("style")
        form.choice((*path, "style"), style, tuple(int(item) for item in ButtonStyle), required=True)
        form.text((*path, "label"), button.get("label"), longest=80)
        if style == ButtonStyle.LINK:
            if not button.get("url"):
                form.refuse((*path, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
            form.url((*path, "url"), button.get("url"), longest=512)
        elif style != ButtonStyle.PREMIUM:
            if button.get("custom_id"):
                self._custom_id(path, button)
            else:
                form.refuse((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
        if button.get("custom_id") and button.get("url"):
            for name in ("custom_id", "url"):
                message = "A custom id and url cannot both be specified"
                form.refuse((*path, name), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        if style != ButtonStyle.PREMIUM and not button.get("label") and not button.get("emoji"):
            form.refuse((*path, "label"), "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", "A label or emoji is required")

    def _select(self, path: Path, select: Json) -> None:
        form = self.form
        self._custom_id(path, select)
        form.text((*path, "placeholder"), select.get("placeholder"), longest=150)
        check_select(form, path, select)

    def _custom_id(self, path: Path, component: Json) -> None:
        where = (*path, "custom_id")
        custom_id = self.form.text(where, component.get("custom_id"), shortest=1, longest=100, required=True)
        if custom_id in self.custom_ids:
            message = "Component custom id cannot be duplicated"
            self.form.refuse(where, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        elif custom_id:
            self.custom_ids.add(custom_id)

    def _gallery(self, path: Path, gallery: Json) -> None:
        items = self.form.items((*path, "items"), gallery.get("items"), fewest=1, most=10, required=True)
        for index, value in enumerate(items):
            where = (*path, "items", index)
            item = self.form.mapping(where, value)
            if item is not None:
                self._media((*where, "media"), item.get("media"))
                self.form.text((*where, "description"), item.get("description"), shortest=1, longest=1024)

    def _media(self, path: Path, value: object, *, only_attachments: bool = False) -> None:
        if value is None:
            self.form.required(path)
            return
        media = self.form.mapping(path, value)
        if media is None:
            return
        url = media.get("url")
        where = (*path, "url")
        self.form.url(where, url, attachments=True)
        if not isinstance(url, str):
            self.form.required(where)
        elif url.startswith("attachment://"):
            if safe_filename(url.removeprefix("attachment://")) not in self.filenames:
                message = "The referenced attachment was not found"
                self.form.refuse(where, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
        elif only_attachments:
            message = "The media item must reference an attachment"
            self.form.refuse(where, "UNFURLED_MEDIA_ITEM_MUST_REFERENCE_ATTACHMENT", message)


def check_components(form: Form, path: Path, value: object, *, v2: bool, filenames: frozenset[str]) -> list[Json]:
    """Check a message's components.

    Args:
        form: where refusals are collected.
        path: where the components stand in the request.
        value: the components.
        v2: whether the message has the flag IS_COMPONENTS_V2.
        filenames: the names that `attachment://` may refer to.
    """
    check = _Check(form, filenames)
    most = MOST_COMPONENTS if v2 else MOST_ROWS
    check.children(path, value, _V2_TOP if v2 else _CLASSIC_TOP, most=most, fewest=0)
    # Sums are looked at once every single field is right.
    if v2 and not form.refused and check.count > MOST_COMPONENTS:
        message = f"The maximum number of total components is {MOST_COMPONENTS}"
        form.refuse(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if v2 and not form.refused and check.text > MOST_TEXT:
        message = f"Components displayable text size exceeds maximum size of {MOST_TEXT}"
        form.refuse(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def check_select(form: Form, path: Path, select: Json) -> None:
    """Check how many a select menu lets one choose, and its options or default values.

    Source: https://discord.com/developers/docs/components/reference#string-select.
    """
    least = form.number((*path, "min_values"), select.get("min_values"), least=0, most=25)
    most = form.number((*path, "max_values"), select.get("max_values"), least=1, most=25)
    if select.get("type") != ComponentType.STRING_SELECT:
        form.items((*path, "default_values"), select.get("default_values"), most=25)
        if select.get("type") == ComponentType.CHANNEL_SELECT:
            form.distinct((*path, "channel_types"), form.items((*path, "channel_types"), select.get("channel_types")))
        return
    where = (*path, "options")
    check_options(form, where, select.get("options"))
    options = select.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= 25:
        return
    if least is not None and len(options) < least <= 25:
        message = f"min_values value should be less than or equal to {len(options)}."
        form.refuse((*path, "min_values"), "NUMBER_TYPE_MAX", message)
    if most is not None and len(options) < most <= 25:
        form.length(where, len(options), shortest=int(most))
    if sum(isinstance(item, dict) and bool(item.get("default")) for item in options) > (most or 1):
        message = "The specified number of default values exceeds the specified maximum values"
        form.refuse(where, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def check_options(form: Form, path: Path, value: object, *, fewest: int = 1, most: int = 25) -> None:
    """Check the options of a select, a radio group or a checkbox group."""
    seen: set[str] = set()
    for index, item in enumerate(form.items(path, value, fewest=fewest, most=most, required=True)):
        where = (*path, index)
        option = form.mapping(where, item)
        if option is None:
            continue
        form.text((*where, "label"), option.get("label"), shortest=1, longest=100, required=True)
        text = form.text((*where, "value"), option.get("value"), shortest=1, longest=100, required=True)
        form.text((*where, "description"), option.get("description"), longest=100)
        if text in seen:
            message = "The specified option value is already used"
            form.refuse((*where, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        elif text:
            seen.add(text)
