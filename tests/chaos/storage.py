"""Where the bot's processes keep their jobs: a SQLite file, or a PostgreSQL database that they share."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

import asyncpg

from tests.support.postgres import PostgresServer


class Storage(Protocol):
    """A database. The oracle does not look at it: what is open in it is only waited for."""

    @property
    def url(self) -> str:
        """What the bot knows it by."""
        ...

    async def open_jobs(self) -> int | None:
        """Return how many jobs are not done with; None: it cannot be said just now."""
        ...


class SqliteFile:
    """A file, made by the bot's first start."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "seedream-bot.db"

    @property
    def url(self) -> str:
        """What the bot knows it by."""
        return f"sqlite+aiosqlite:///{self.path}"

    async def open_jobs(self) -> int | None:
        """Return how many jobs are not done with; None: it cannot be said just now."""
        return await asyncio.to_thread(self._count)

    def _count(self) -> int | None:
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=1)) as connection:
                return int(connection.execute("SELECT count(*) FROM jobs WHERE open").fetchone()[0])
        except sqlite3.Error:
            return None


class PostgresDatabase:
    """A database on the tests' own server."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server = server
        self._name = name

    @property
    def url(self) -> str:
        """What the bot knows it by."""
        return self._server.url(self._name)

    async def open_jobs(self) -> int | None:
        """Return how many jobs are not done with; None: it cannot be said just now."""
        connection = await self._server.connect(self._name)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM jobs WHERE open"))
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()
