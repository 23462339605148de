"""What a Discord client lets a person do with buttons, select menus and modals."""

from collections.abc import Mapping
from typing import Any

from sandbox.discord.channels import Channel
from sandbox.discord.client_commands import Filled, Keep, require_offered_channel, resolve_user, span
from sandbox.discord.components import SELECTS, ButtonStyle, ComponentType, walk
from sandbox.discord.errors import ClientRefused, Json
from sandbox.discord.files import File
from sandbox.discord.guilds import Role
from sandbox.discord.messages import Message
from sandbox.discord.payloads.channels import chosen_channel_payload
from sandbox.discord.payloads.guilds import role_payload
from sandbox.discord.payloads.messages import attachment_payload
from sandbox.discord.users import User

_LONGEST_TEXT = 4000
_OFFERS_USERS = (ComponentType.USER_SELECT, ComponentType.MENTIONABLE_SELECT)
_OFFERS_ROLES = (ComponentType.ROLE_SELECT, ComponentType.MENTIONABLE_SELECT)


def find_button(message: Message, label: str | None, custom_id: str | None) -> Json:
    """Return the button that a person would click.

    Raises:
        ClientRefused: there is none, or it cannot be clicked.
    """
    buttons = [item for item in walk(message.components) if item["type"] == ComponentType.BUTTON]
    for button in buttons:
        if (label is None or button.get("label") == label) and (
            custom_id is None or button.get("custom_id") == custom_id
        ):
            if button.get("disabled"):
                raise ClientRefused(f"The button {label or custom_id!r} is disabled.")
            if button["style"] in (ButtonStyle.LINK, ButtonStyle.PREMIUM):
                raise ClientRefused(f"The button {label or custom_id!r} opens {button.get('url') or 'the shop'}.")
            return button
    there = ", ".join(repr(item.get("label") or item.get("custom_id")) for item in buttons) or "none"
    raise ClientRefused(f"There is no button {label or custom_id!r}; there are: {there}.")


def find_select(message: Message, custom_id: str | None) -> Json:
    """Return the select menu that a person would use.

    Raises:
        ClientRefused: there is none, or it is disabled.
    """
    for item in walk(message.components):
        if item["type"] in SELECTS and custom_id in (None, item.get("custom_id")):
            if item.get("disabled"):
                raise ClientRefused("The menu is disabled.")
            return item
    raise ClientRefused(f"There is no menu {custom_id or ''}.")


def choose(select: Json, chosen: list[Any], channel: Channel, filled: Filled) -> list[str]:
    """Return the values of a select menu, checked as a client does.

    Raises:
        ClientRefused: the menu does not offer this, or so many.
    """
    least = 1 if select.get("min_values") is None else int(select["min_values"])
    most = 1 if select.get("max_values") is None else int(select["max_values"])
    if not least <= len(chosen) <= most:
        raise ClientRefused(f"The menu takes {span(least or None, most)} of its options, not {len(chosen)}.")
    kind = select["type"]
    values: list[str] = []
    for value in chosen:
        match value:
            case _ if kind == ComponentType.STRING_SELECT:
                values.append(_option(select, value))
            case User() if kind in _OFFERS_USERS:
                values.append(resolve_user(filled, value, channel))
            case Channel() if kind == ComponentType.CHANNEL_SELECT:
                require_offered_channel(value, select, channel)
                values.append(filled.resolve("channels", value.id, chosen_channel_payload(value)))
            case Role() if kind in _OFFERS_ROLES:
                values.append(filled.resolve("roles", value.id, role_payload(value)))
            case _:
                raise ClientRefused(f"The menu does not offer {value!r}.")
    if len(set(values)) < len(values):
        raise ClientRefused("In a menu each option can be chosen once.")
    return values


def _option(component: Json, value: object) -> str:
    """Return an option's value, given by its value or by its label."""
    for option in component.get("options") or []:
        if value in (option["value"], option["label"]):
            return str(option["value"])
    there = ", ".join(option["label"] for option in component.get("options") or [])
    raise ClientRefused(f"Offered are {there}, not {value!r}.")


def fill_modal(modal: Json, values: Mapping[str, Any], channel: Channel, keep: Keep) -> Json:
    """Fill a modal in and return the submission's data.

    Args:
        modal: the modal as the bot sent it, with ids.
        values: by custom_id or by label: text, an option or several, files, a tick.
        channel: where it is.
        keep: uploads files.

    Raises:
        ClientRefused: the client would not send this.
    """
    filled = Filled()
    unused = dict(values)
    components = [_submitted(item, unused, channel, keep, filled) for item in modal["components"]]
    if unused:
        raise ClientRefused(f"The modal has no field {', '.join(map(repr, unused))}.")
    data: Json = {"custom_id": modal["custom_id"], "components": components}
    if filled.resolved:
        data["resolved"] = filled.resolved
    return data


def _submitted(item: Json, unused: dict[str, Any], channel: Channel, keep: Keep, filled: Filled) -> Json:
    kind, number = item["type"], item["id"]
    if kind == ComponentType.ACTION_ROW:
        inside = [_input(child, child.get("label"), unused, channel, keep, filled) for child in item["components"]]
        return {"type": int(kind), "id": number, "components": inside}
    if kind == ComponentType.LABEL:
        inner = _input(item["component"], item.get("label"), unused, channel, keep, filled)
        return {"type": int(kind), "id": number, "component": inner}
    return {"type": int(kind), "id": number}


def _input(item: Json, label: str | None, unused: dict[str, Any], channel: Channel, keep: Keep, filled: Filled) -> Json:
    custom_id = item["custom_id"]
    key = custom_id if custom_id in unused else label
    given = unused.pop(key) if key is not None and key in unused else None
    name = label or custom_id
    entry: Json = {"type": int(item["type"]), "id": item["id"], "custom_id": custom_id}
    match item["type"]:
        case ComponentType.TEXT_INPUT:
            return entry | {"value": _text(item, name, given)}
        case ComponentType.CHECKBOX:
            return entry | {"value": bool(item.get("default")) if given is None else bool(given)}
        case ComponentType.RADIO_GROUP:
            default = next((option["value"] for option in item["options"] if option.get("default")), None)
            if given is None and default is None and item.get("required", True):
                raise ClientRefused(f"{name}: one must be chosen.")
            return entry | {"value": default if given is None else _option(item, given)}
    several = _several(item, name, given)
    if item["type"] == ComponentType.FILE_UPLOAD:
        return entry | {"values": [_uploaded(name, file, keep, filled) for file in several]}
    if item["type"] == ComponentType.CHECKBOX_GROUP:
        return entry | {"values": [_option(item, value) for value in several]}
    bounds = {"min_values": 0, "max_values": max(1, len(several))}
    return entry | {"values": choose(item | bounds, several, channel, filled)}


def _text(item: Json, name: str, given: object) -> str:
    text = item.get("value") or "" if given is None else given
    if not isinstance(text, str):
        raise ClientRefused(f"{name} takes text, not {text!r}.")
    required = item.get("required") is not False
    shortest = item.get("min_length") or (1 if required else 0)
    longest = item.get("max_length") or _LONGEST_TEXT
    if (text or required) and not shortest <= len(text) <= longest:
        raise ClientRefused(f"{name} takes {span(shortest or None, longest)} characters, not {len(text)}.")
    return text


def _several(item: Json, name: str, given: object) -> list[Any]:
    if given is None:
        chosen = [option["value"] for option in item.get("options") or [] if option.get("default")]
    else:
        chosen = list(given) if isinstance(given, list | tuple) else [given]
    required = item.get("required") is not False
    least = 1 if item.get("min_values") is None else int(item["min_values"])
    least = least if required or chosen else 0
    unlimited = item["type"] == ComponentType.CHECKBOX_GROUP
    most = (len(item["options"]) if unlimited else 1) if item.get("max_values") is None else int(item["max_values"])
    if not least <= len(chosen) <= most:
        raise ClientRefused(f"{name} takes {span(least or None, most)}, not {len(chosen)}.")
    return chosen


def _uploaded(name: str, file: object, keep: Keep, filled: Filled) -> str:
    if not isinstance(file, File):
        raise ClientRefused(f"{name} takes files, not {file!r}.")
    attachment = keep(file)
    return filled.resolve("attachments", attachment.id, attachment_payload(attachment))
