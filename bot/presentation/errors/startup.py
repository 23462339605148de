"""The words of why the bot does not start, for whoever runs it."""

from bot.errors import (
    BackupElsewhere,
    BackupFailed,
    ConfigInvalid,
    ConfigMissing,
    DatabaseInUse,
    DatabaseNotShared,
    DatabaseUnusable,
    DiscordRefused,
    DiscordTokenRefused,
    DiscordUnreachable,
    HealthPortUnusable,
    SpoolUnusable,
    StartupError,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _


@describe.register
def _startup(error: StartupError) -> str:  # noqa: ARG001 - the class alone says it
    return _("The bot cannot start.")


@describe.register
def _config(error: ConfigInvalid) -> str:
    lines = "\n".join(f"  {problem}" for problem in error.problems)
    return _("The settings in {source} need mending:").format(source=error.source) + "\n" + lines


@describe.register
def _missing(error: ConfigMissing) -> str:
    if error.folder:
        return _(
            "There is no {path} in {folder}, and no SEEDREAM_BOT_… variable is set. Copy config.example.toml to "
            "{path} there and fill in the two tokens, or name another file with --config."
        ).format(path=error.path, folder=error.folder)
    return _(
        "There is no settings file {path}. Copy config.example.toml to it and fill in the two tokens, "
        "or name another with --config."
    ).format(path=error.path)


@describe.register
def _database(error: DatabaseUnusable) -> str:
    return _("The database {url} cannot be used: {detail}. Nothing in it was changed.").format(
        url=error.url, detail=error.detail.rstrip(".")
    )


@describe.register
def _in_use(error: DatabaseInUse) -> str:
    return _("Another seedream-bot already works with {path}. Stop it, or give this one its own database.").format(
        path=error.path
    )


@describe.register
def _not_shared(error: DatabaseNotShared) -> str:
    return _(
        "A worker works beside other processes, and {url} is for one process alone. Set storage.url to a database of "
        'PostgreSQL, "postgresql+asyncpg://…", for all of them; or use `seedream-bot run`, which does everything.'
    ).format(url=error.url)


@describe.register
def _backup(error: BackupFailed) -> str:
    return _("{path}: {detail}. Nothing was changed.").format(path=error.path, detail=error.detail.rstrip("."))


@describe.register
def _elsewhere(error: BackupElsewhere) -> str:
    return _(
        "PostgreSQL does this by a program of its own, also while the bot runs. It asks for the password, or reads it "
        "from ~/.pgpass:\n  {command}"
    ).format(command=error.command)


@describe.register
def _spool(error: SpoolUnusable) -> str:
    return _(
        "The folder {path} for pictures on their way cannot be used: {detail}. Mend that, or set storage.spool_dir to "
        "another folder."
    ).format(path=error.path, detail=error.detail)


@describe.register
def _health_port(error: HealthPortUnusable) -> str:
    host = f"[{error.host}]" if ":" in error.host else error.host
    return _(
        "The health check cannot listen on {host}:{port}: {detail}. Choose another with health.port, or 0 to switch "
        "it off."
    ).format(host=host, port=error.port, detail=error.detail)


@describe.register
def _token(error: DiscordTokenRefused) -> str:  # noqa: ARG001 - the class alone says it
    return _(
        "Discord does not accept the bot token. Copy it anew from the Bot page of your application at "
        "https://discord.com/developers/applications and set discord.token."
    )


@describe.register
def _unreachable(error: DiscordUnreachable) -> str:
    return _("Discord cannot be reached: {detail}").format(detail=error.detail)


@describe.register
def _refused(error: DiscordRefused) -> str:
    if error.stranger:
        return _("What answers at {url} is hardly Discord (HTTP {status}). Check discord.api_base_url.").format(
            url=error.stranger, status=error.status
        )
    return _("Discord did not do what the bot asked (error {status}): {detail}").format(
        status=error.status, detail=error.detail.rstrip(".") + "."
    )
