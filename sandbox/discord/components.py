"""Component types and ways through a tree of components.

Source: https://discord.com/developers/docs/components/reference.
"""

from collections.abc import Iterator
from enum import IntEnum

from sandbox.discord.errors import Json


class ComponentType(IntEnum):
    """The kinds of components."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset(
    {
        ComponentType.STRING_SELECT,
        ComponentType.USER_SELECT,
        ComponentType.ROLE_SELECT,
        ComponentType.MENTIONABLE_SELECT,
        ComponentType.CHANNEL_SELECT,
    }
)


class ButtonStyle(IntEnum):
    """How a button looks; LINK and PREMIUM send no interaction."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4
    LINK = 5
    PREMIUM = 6


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component of a tree, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from walk([component[key]])


def number(components: list[Json], *, in_message: bool = False) -> list[Json]:
    """Return the tree with every missing `id` filled in, counting up from 1, as Discord does.

    Args:
        components: the tree.
        in_message: whether they are a message's; `required` has a meaning in modals only, and is not kept.
    """
    taken = {component["id"] for component in walk(components) if component.get("id")}
    free = (candidate for candidate in range(1, 10_000) if candidate not in taken)
    return [_numbered(component, free, in_message=in_message) for component in components]


def _numbered(component: Json, free: Iterator[int], *, in_message: bool) -> Json:
    result = {key: value for key, value in component.items() if key != "required" or not in_message}
    result["id"] = component.get("id") or next(free)
    if component.get("components"):
        result["components"] = [_numbered(child, free, in_message=in_message) for child in component["components"]]
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            result[key] = _numbered(component[key], free, in_message=in_message)
    return _with_defaults(result)


def _with_defaults(component: Json) -> Json:
    """Fill in what Discord always returns, see the `…ComponentResponse` schemas of its OpenAPI document."""
    match component["type"]:
        case kind if kind in SELECTS:
            defaults: Json = {"min_values": 1, "max_values": 1, "disabled": False}
        case ComponentType.CONTAINER:
            defaults = {"accent_color": None, "spoiler": False}
        case ComponentType.SEPARATOR:
            defaults = {"spacing": 1, "divider": True}
        case ComponentType.THUMBNAIL:
            defaults = {"description": None, "spoiler": False}
        case ComponentType.FILE:
            defaults = {"name": None, "size": None, "spoiler": False}
        case ComponentType.MEDIA_GALLERY:
            items = [{"description": None, "spoiler": False} | item for item in component.get("items") or []]
            return component | {"items": items}
        case _:
            defaults = {}
    given = {key: value for key, value in component.items() if value is not None or key not in defaults}
    return defaults | given
