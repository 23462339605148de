"""`seedream-bot doctor`: everything that must be right before the bot can work, checked without spending anything."""

import asyncio
import shlex
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.doctor import application, local, seedream
from bot.cli.doctor.check import Check, failed, passed, show
from bot.cli.outcome import Guard
from bot.config import DEFAULT_PATH, Settings, load_settings
from bot.errors import ConfigInvalid, ConfigMissing
from bot.presentation.errors import describe

SETTINGS = "Settings"


async def run_doctor(path: Path | None, console: Console, guard: Guard) -> int:
    """Run every check, print the table, and return the exit code: 1 on any failure."""
    settings, check = read_settings(path)
    if settings is None:
        show([check], console)
        console.print(f"{len(_NAMES)} further checks need the settings first.")
        return 1
    guard.keep(settings.secrets())
    with console.status("Checking ..."):
        checks = [check, *await _all_checks(settings)]
    show(checks, console)
    invitation = next((check for check in checks if check.name == application.INVITATION and check.passed), None)
    if invitation is not None:
        # Outside of the table, where it would be folded and could not be copied.
        console.print(Text(f"Invite the bot: {invitation.detail}"), soft_wrap=True)
    return 1 if any(check.passed is False for check in checks) else 0


def read_settings(path: Path | None) -> tuple[Settings | None, Check]:
    """Read the settings; return them, or None, with what there is to say about them."""
    try:
        settings = load_settings(path)
    except ConfigMissing as error:
        return None, failed(SETTINGS, f"there is no file {error.path}", describe(error))
    except ConfigInvalid as error:
        return None, failed(SETTINGS, "\n".join(error.problems), f"Mend these in {error.source}.")
    source = path or (DEFAULT_PATH if DEFAULT_PATH.exists() else None)
    if source is None:
        return settings, passed(SETTINGS, "the environment's are valid")
    if _others_can_read(source):
        note = f"If others use this machine: chmod 600 {shlex.quote(str(source))}"
        return settings, passed(SETTINGS, f"{source} is valid, but not only its owner can read it", note)
    return settings, passed(SETTINGS, f"{source} is valid")


def _others_can_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


async def _all_checks(settings: Settings) -> list[Check]:
    groups = await asyncio.gather(
        application.checks(settings.discord, settings.cluster),
        seedream.checks(settings.seedream),
        local.checks(settings.storage, settings.health),
    )
    return [check for group in groups for check in group]


_NAMES = (*application.NAMES, *seedream.NAMES, *local.NAMES)
