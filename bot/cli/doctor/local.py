"""Checks of this machine: the database and the health check's port."""

import asyncio
import socket

from bot.cli.doctor.check import Check, failed, passed
from bot.cli.health import probe, probe_url
from bot.errors import DatabaseInUse, DatabaseUnusable
from bot.presentation.errors import describe
from bot.storage import check as check_database

DATABASE = "Database"
HEALTH = "Health port"
NAMES = (DATABASE, HEALTH)


async def checks(url: str, host: str, port: int) -> list[Check]:
    """Check what the bot needs of this machine."""
    return [await database(url), await health_port(host, port)]


async def database(url: str) -> Check:
    """Check that the database can be read and written, or made."""
    try:
        facts = await check_database(url)
    except (DatabaseUnusable, DatabaseInUse) as error:
        return failed(DATABASE, describe(error), "Mend that, or set storage.url to another file.")
    if not facts.exists:
        return passed(DATABASE, f"{facts.url} is made at the first start")
    if facts.revision == facts.newest_revision:
        return passed(DATABASE, f"{facts.url} is sound and up to date")
    return passed(DATABASE, f"{facts.url} is sound; its tables are brought up to date at the next start")


async def health_port(host: str, port: int) -> Check:
    """Check that the port is free, or that it is this very bot who holds it."""
    if port == 0:
        return passed(HEALTH, "switched off")
    try:
        await asyncio.to_thread(_bind, host, port)
    except OSError as error:
        obstacle = error.strerror or type(error).__name__
    else:
        return passed(HEALTH, f"{port} on {host} is free")
    running, words = await asyncio.to_thread(probe, probe_url(host, port))
    if running:
        return passed(HEALTH, f"{port} on {host}: {words}")
    return failed(HEALTH, f"{port} on {host} cannot be used: {obstacle}", "Set health.port to a free port, or to 0.")


def _bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        # As the server itself does, so that a port that was only just given up counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
