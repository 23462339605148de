"""Registered application commands: https://discord.com/developers/docs/interactions/application-commands."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from sandbox.discord.errors import Json


class CommandType(IntEnum):
    """What a command hangs on."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    """What an option takes."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_KEPT = frozenset({"type", "name", "name_localizations", "description", "description_localizations", "required"})
_KEPT_OF_NUMBERS = frozenset({"choices", "autocomplete", "min_value", "max_value"})
_KEPT_OF_KIND = {
    OptionType.SUB_COMMAND: frozenset({"options"}),
    OptionType.SUB_COMMAND_GROUP: frozenset({"options"}),
    OptionType.STRING: frozenset({"choices", "autocomplete", "min_length", "max_length"}),
    OptionType.INTEGER: _KEPT_OF_NUMBERS,
    OptionType.NUMBER: _KEPT_OF_NUMBERS,
    OptionType.CHANNEL: frozenset({"channel_types"}),
}


def kept_option(option: Json) -> Json:
    """Return an option as Discord keeps it: without what its type has no use for, which some libraries send.

    Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure.
    """
    known = _KEPT | _KEPT_OF_KIND.get(OptionType(option["type"]), frozenset())
    kept = {key: value for key, value in option.items() if key in known}
    if kept.get("options"):
        kept["options"] = [kept_option(item) for item in kept["options"]]
    return kept


class InstallType(IntEnum):
    """Where a command is installed."""

    GUILD = 0
    USER = 1


class Context(IntEnum):
    """Where a command is used."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


@dataclass(eq=False)
class Command:
    """A registered command, as the API describes it."""

    id: int
    version: int
    payload: Json
    guild_id: int | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.payload["name"])

    @property
    def type(self) -> CommandType:
        """What it hangs on."""
        return CommandType(self.payload.get("type") or CommandType.CHAT_INPUT)

    @property
    def options(self) -> list[Json]:
        """Its options as registered."""
        return self.payload.get("options") or []

    @property
    def integration_types(self) -> set[int]:
        """Where it may be installed; guilds only where nothing was said."""
        return set(self.payload.get("integration_types") or [InstallType.GUILD])

    @property
    def contexts(self) -> set[int]:
        """Where it may be used; everywhere where nothing was said."""
        contexts = self.payload.get("contexts")
        if contexts is None:
            in_dms = self.payload.get("dm_permission", True) is not False
            return set(Context) if in_dms else {Context.GUILD}
        return set(contexts)


@dataclass
class CommandRegistry:
    """The application's commands: global ones, and those of single guilds."""

    everywhere: dict[int, Command] = field(default_factory=dict)
    by_guild: dict[int, dict[int, Command]] = field(default_factory=dict)
    created_on: Counter[tuple[int | None, date]] = field(default_factory=Counter)
    """How many new commands a day saw, in a guild or (None) everywhere."""

    def scope(self, guild_id: int | None) -> dict[int, Command]:
        """Return the commands of a guild, or the global ones (None), by id."""
        return self.everywhere if guild_id is None else self.by_guild.setdefault(guild_id, {})

    def named(self, guild_id: int | None, name: str, kind: int) -> Command | None:
        """Return the command of a name and type in one scope."""
        commands = self.scope(guild_id).values()
        return next((command for command in commands if command.name == name and command.type == kind), None)

    def visible_in(self, guild_id: int | None) -> list[Command]:
        """Return what a client offers in a guild (or a DM): the guild's own commands, then the global ones."""
        own = list(self.by_guild.get(guild_id, {}).values()) if guild_id is not None else []
        return own + list(self.everywhere.values())

    def names(self, guild_id: int | None = None) -> list[str]:
        """Return the names registered in one scope, in order of registration."""
        return [command.name for command in self.scope(guild_id).values()]
