"""Why the bot does not start; each is one readable line and exit code 1."""

from dataclasses import dataclass

from bot.errors.base import BotError


@dataclass(eq=False)
class StartupError(BotError):
    """The bot cannot start."""


@dataclass(eq=False)
class ConfigInvalid(StartupError):
    """The settings hold mistakes; each line is `key: what is wrong`."""

    source: str
    problems: tuple[str, ...]


@dataclass(eq=False)
class ConfigMissing(StartupError):
    """There is no file where the settings were looked for.

    Attributes:
        folder: where `path` was looked for without being asked for; empty for a file that was named.
    """

    path: str
    folder: str = ""


@dataclass(eq=False)
class DatabaseUnusable(StartupError):
    """The database cannot be opened, is damaged, or belongs to a newer version of the bot."""

    url: str
    detail: str


@dataclass(eq=False)
class DatabaseInUse(StartupError):
    """Another process of the bot works on the same SQLite file."""

    path: str


@dataclass(eq=False)
class DatabaseNotShared(StartupError):
    """This process would be one of several, and the database is for one alone."""

    url: str


@dataclass(eq=False)
class BackupFailed(StartupError):
    """A backup cannot be made, or not be put back."""

    path: str
    detail: str


@dataclass(eq=False)
class BackupElsewhere(StartupError):
    """The database has a program of its own for backups.

    Attributes:
        command: how it is called; without the password.
    """

    command: str


@dataclass(eq=False)
class SpoolUnusable(StartupError):
    """The folder for pictures on their way cannot be made, emptied or written."""

    path: str
    detail: str


@dataclass(eq=False)
class HealthPortUnusable(StartupError):
    """The health check cannot listen where the settings say."""

    host: str
    port: int
    detail: str


@dataclass(eq=False)
class DiscordTokenRefused(StartupError):
    """Discord does not know the bot token."""


@dataclass(eq=False)
class DiscordUnreachable(StartupError):
    """Discord cannot be reached."""

    detail: str


@dataclass(eq=False)
class DiscordRefused(StartupError):
    """Discord answered, but did not do what was asked.

    Attributes:
        status: HTTP's, or the code of the gateway's closing.
        stranger: the address that was asked where the answer is hardly one of Discord's; else empty.
    """

    status: int
    detail: str
    stranger: str = ""
