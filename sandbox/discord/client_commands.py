"""What a Discord client lets a person do with commands: which values they take, and how they are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.discord.channels import Channel
from sandbox.discord.command_registry import Command, OptionType
from sandbox.discord.errors import ClientRefused, Json
from sandbox.discord.files import Attachment, File
from sandbox.discord.guilds import Role
from sandbox.discord.payloads.channels import chosen_channel_payload
from sandbox.discord.payloads.guilds import role_payload
from sandbox.discord.payloads.messages import attachment_payload
from sandbox.discord.payloads.users import chosen_member_payload, user_payload
from sandbox.discord.users import User

_NESTING = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_LONGEST_STRING = 6000
_LARGEST_NUMBER = 2**53

Keep = Callable[[File], Attachment]
"""Uploads an option's file."""


@dataclass
class Filled:
    """A command as filled in: the options of the interaction, and what their ids stand for."""

    options: list[Json] = field(default_factory=list)
    resolved: Json = field(default_factory=dict)

    def resolve(self, kind: str, key: int, payload: Json) -> str:
        """Note what an id stands for, and return it as text."""
        self.resolved.setdefault(kind, {})[str(key)] = payload
        return str(key)


def fill_in(
    command: Command,
    path: list[str],
    given: Mapping[str, Any],
    channel: Channel,
    keep: Keep,
    *,
    focused: str | None = None,
) -> Filled:
    """Fill a command in as a client does.

    Args:
        command: the command.
        path: the names of the sub-command group and sub-command, where there are such.
        given: the values by option name; `_` may stand for `-`.
        channel: where it is used.
        keep: uploads files.
        focused: for autocomplete, the option being typed; nothing is required then, nor is it checked.

    Raises:
        ClientRefused: the client would not send this.
    """
    filled = Filled()
    known = command.options
    nesting: list[Json] = []
    for name in path:
        step = next((item for item in known if item["name"] == name and item["type"] in _NESTING), None)
        if step is None:
            raise ClientRefused(f"{command.name} has no sub-command {name!r}.")
        nesting.append(step)
        known = step.get("options") or []
    if any(item["type"] in _NESTING for item in known):
        raise ClientRefused(f"{command.name} needs one of its sub-commands.")
    values = _by_option_name(command, known, given)
    for option in known:
        if option["name"] in values:
            value = _value(option, values[option["name"]], channel, keep, filled, partial=focused is not None)
            entry: Json = {"name": option["name"], "type": option["type"], "value": value}
            if option["name"] == focused:
                entry["focused"] = True
            filled.options.append(entry)
        elif option.get("required") and focused is None:
            raise ClientRefused(f"{command.name}: {option['name']} is required.")
    for step in reversed(nesting):
        filled.options = [{"name": step["name"], "type": step["type"], "options": filled.options}]
    return filled


def _by_option_name(command: Command, known: list[Json], given: Mapping[str, Any]) -> dict[str, Any]:
    names = {option["name"] for option in known}
    values: dict[str, Any] = {}
    for key, value in given.items():
        name = key if key in names else key.replace("_", "-")
        if name not in names:
            raise ClientRefused(f"{command.name} has no option {key!r}; it has: {', '.join(sorted(names)) or 'none'}.")
        if value is not None:
            values[name] = value
    return values


def _value(option: Json, value: object, channel: Channel, keep: Keep, filled: Filled, *, partial: bool) -> object:
    name = option["name"]
    if option.get("choices") and not partial:
        return _chosen(option, value)
    kind = OptionType(option["type"])
    result = _plain(kind, option, value, partial=partial)
    if result is None:
        result = _resolved(option, value, channel, keep, filled)
    if result is None:
        raise ClientRefused(f"{name} takes a value of type {kind.name.lower()}, not {value!r}.")
    return result


def _plain(kind: OptionType, option: Json, value: object, *, partial: bool) -> object:
    match kind:
        case OptionType.STRING if isinstance(value, str):
            return value if partial else _string(option, value)
        case OptionType.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return value if partial else _number(option, value)
        case OptionType.NUMBER if isinstance(value, int | float) and not isinstance(value, bool):
            return value if partial else _number(option, value)
        case OptionType.INTEGER | OptionType.NUMBER if partial and isinstance(value, str):
            return value
        case OptionType.BOOLEAN if isinstance(value, bool):
            return value
    return None


def _resolved(option: Json, value: object, channel: Channel, keep: Keep, filled: Filled) -> str | None:
    match OptionType(option["type"]):
        case OptionType.ATTACHMENT if isinstance(value, File):
            attachment = keep(value)
            return filled.resolve("attachments", attachment.id, attachment_payload(attachment))
        case OptionType.USER | OptionType.MENTIONABLE if isinstance(value, User):
            return resolve_user(filled, value, channel)
        case OptionType.ROLE | OptionType.MENTIONABLE if isinstance(value, Role):
            return filled.resolve("roles", value.id, role_payload(value))
        case OptionType.CHANNEL if isinstance(value, Channel):
            require_offered_channel(value, option, channel)
            return filled.resolve("channels", value.id, chosen_channel_payload(value))
    return None


def resolve_user(filled: Filled, user: User, channel: Channel) -> str:
    """Note a user, and the membership where there is one, and return the id."""
    if channel.guild is not None and user.id in channel.guild.members:
        member = channel.guild.members[user.id]
        permissions = channel.permissions_of(user)
        filled.resolve("members", user.id, chosen_member_payload(member, permissions))
    return filled.resolve("users", user.id, user_payload(user))


def _string(option: Json, value: str) -> str:
    name = option["name"]
    shortest, longest = option.get("min_length") or 0, option.get("max_length") or _LONGEST_STRING
    if not value and option.get("required"):
        raise ClientRefused(f"{name} is required.")
    if not shortest <= len(value) <= longest:
        raise ClientRefused(f"{name} takes {span(shortest or None, longest)} characters, not {len(value)}.")
    return value


def _number(option: Json, value: float) -> float:
    name = option["name"]
    least, most = option.get("min_value"), option.get("max_value")
    # Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type
    within = abs(value) < _LARGEST_NUMBER if isinstance(value, int) else abs(value) <= _LARGEST_NUMBER
    if not within:
        raise ClientRefused(f"{name} takes no number as large as {value}.")
    if (least is not None and value < least) or (most is not None and value > most):
        raise ClientRefused(f"{name} takes {span(least, most)}, not {value}.")
    return value


def require_offered_channel(chosen: Channel, asked: Json, channel: Channel) -> None:
    """Insist that a client offers a channel for an option or in a menu: of this server, and of a kind that is wanted.

    Raises:
        ClientRefused: it does not.
    """
    kinds = asked.get("channel_types")
    if chosen.guild is not channel.guild or (kinds and chosen.kind not in kinds):
        raise ClientRefused(f"{chosen.label} is not offered here.")


def span(least: float | None, most: float | None) -> str:
    """Return bounds in words; None stands for one that is not there."""
    if least is None or most is None:
        return f"at most {most:g}" if least is None else f"at least {least:g}"
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def _chosen(option: Json, value: object) -> object:
    """Return the value of a choice, given by its value or by its label."""
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]):
            result: object = choice["value"]
            return result
    labels = ", ".join(str(choice["name"]) for choice in option["choices"])
    raise ClientRefused(f"{option['name']} offers {labels}, not {value!r}.")


def command_data(command: Command, filled: Filled) -> Json:
    """Return the `data` of an interaction with a command."""
    data: Json = {"id": str(command.id), "name": command.name, "type": int(command.type)}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    if filled.options:
        data["options"] = filled.options
    if filled.resolved:
        data["resolved"] = filled.resolved
    return data


def completes(option: Json, name: str) -> bool:
    """Tell whether an option, or one below it, has this name and suggestions."""
    if option["name"] == name and option.get("autocomplete"):
        return True
    return any(completes(item, name) for item in option.get("options") or [])
