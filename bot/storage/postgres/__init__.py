"""PostgreSQL as a backend, for several processes over one database; needs asyncpg, the extra `postgres`.

Nothing here is imported before a URL asks for it but this module, which asks for asyncpg first.
"""

# ruff: noqa: PLC0415 - the modules behind import asyncpg, which may not be installed

import importlib.util
import sys
from datetime import timedelta

from bot.errors import DatabaseUnusable
from bot.storage import urls
from bot.storage.backend import Backend, DatabaseFacts


async def open_backend(url: str, busy_timeout: timedelta) -> Backend:
    """Connect, bring the tables up to date, and return the open database; raises as `Database.open`."""
    _ask_for_the_driver(url)
    from bot.storage.postgres.backend import PostgresBackend

    return await PostgresBackend.open(url, busy_timeout)


async def check(url: str) -> DatabaseFacts:
    """Look at a database without changing it; raises as `bot.storage.check`."""
    _ask_for_the_driver(url)
    from bot.storage.postgres import visit

    return await visit.check(url)


async def in_use(url: str) -> bool:
    """Tell whether a process of the bot is connected; raises as `bot.storage.in_use`."""
    _ask_for_the_driver(url)
    from bot.storage.postgres import visit

    return await visit.in_use(url)


def _ask_for_the_driver(url: str) -> None:
    """Make sure that asyncpg is installed.

    Raises:
        DatabaseUnusable: it is not; with the command that changes that.
    """
    if importlib.util.find_spec("asyncpg") is None:
        detail = f'PostgreSQL needs one more package; install it with: {sys.executable} -m pip install "asyncpg<1"'
        raise DatabaseUnusable(url=urls.shown(urls.parse(url)), detail=detail)
