"""Checks of this machine: the database, the folder for pictures on their way, and the health check's port."""

import asyncio
import socket

from bot.cli.doctor.check import Check, failed, not_checked, passed
from bot.cli.health import Health, probe, probe_url
from bot.config import HealthSettings, StorageSettings
from bot.errors import DatabaseUnusable, SpoolUnusable
from bot.presentation.errors import describe
from bot.spool import check_spool
from bot.storage import check as check_database
from bot.storage import in_use

DATABASE = "Database"
SPOOL = "Spool folder"
HEALTH = "Health port"
NAMES = (DATABASE, SPOOL, HEALTH)
_ANOTHER_PORT = "Set health.port to a free port, or to 0."


async def checks(storage: StorageSettings, health: HealthSettings) -> list[Check]:
    """Check what the bot needs of this machine; beside a running bot, too."""
    found = await database(storage.url)
    if found.passed or storage.spool_dir is not None:
        folder = await spool(storage.url, storage.spool_dir)
    else:
        folder = not_checked(SPOOL, "it belongs beside the database")
    return [found, folder, await health_port(health.host, health.port, storage.url)]


async def database(url: str) -> Check:
    """Check that the database can be read and written, or made."""
    try:
        facts = await check_database(url)
    except DatabaseUnusable as error:
        return failed(DATABASE, describe(error), "Mend that, or set storage.url to another database.")
    if not facts.exists:
        return passed(DATABASE, f"{facts.url} is made at the first start")
    if facts.revision == facts.newest_revision:
        return passed(DATABASE, f"{facts.url} is sound and up to date")
    return passed(DATABASE, f"{facts.url} is sound; its tables are brought up to date at the next start")


async def spool(url: str, spool_dir: str | None) -> Check:
    """Check that pictures on their way can be kept on the disk."""
    try:
        folder = await asyncio.to_thread(check_spool, url, spool_dir)
    except SpoolUnusable as error:
        return failed(SPOOL, f"{error.path}: {error.detail}", "Mend that, or set storage.spool_dir to another folder.")
    except DatabaseUnusable:
        return not_checked(SPOOL, "it is named after the database")
    return passed(SPOOL, f"{folder} can be written")


async def health_port(host: str, port: int, database_url: str) -> Check:
    """Check that the port is free, or that it is this very bot who holds it: one that works with this database."""
    if port == 0:
        return passed(HEALTH, "switched off")
    try:
        await asyncio.to_thread(_bind, host, port)
    except OSError as error:
        obstacle = error.strerror or type(error).__name__
    else:
        return passed(HEALTH, f"{port} on {host} is free")
    health, words = await asyncio.to_thread(probe, probe_url(host, port))
    if health is not Health.SILENT and not await _works_with(database_url):
        return failed(HEALTH, f"{port} on {host}: another program answers there ({words})", _ANOTHER_PORT)
    if health is Health.WELL:
        return passed(HEALTH, f"{port} on {host}: the bot is running and answers")
    if health is Health.UNWELL:
        return failed(HEALTH, f"{port} on {host}: {words}", "Look into the running bot's log.")
    return failed(HEALTH, f"{port} on {host} cannot be used: {obstacle}", _ANOTHER_PORT)


async def _works_with(database_url: str) -> bool:
    try:
        return await in_use(database_url)
    except DatabaseUnusable:
        # Whoever answers, it cannot be a bot with these settings.
        return False


def _bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        # As the server itself does, so that a port that was only just given up counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
