"""The database as the stores see it: opened once, read from and written to, closed."""

import asyncio
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from bot.storage import postgres, urls
from bot.storage.backend import Backend, DatabaseFacts, Work
from bot.storage.sqlite import backend as sqlite
from bot.storage.sqlite import file as files

__all__ = ["BUSY_TIMEOUT", "Database", "DatabaseFacts", "Work", "check", "in_use"]

T = TypeVar("T")

BUSY_TIMEOUT = timedelta(seconds=5)


class Database:
    """An open database at the newest revision; `Database.open` makes one, also as a context manager.

    Everything SQLite is in `bot.storage.sqlite` and `bot.storage.writer`, everything PostgreSQL in
    `bot.storage.postgres`; stores only know `read` and `write`.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @classmethod
    async def open(cls, url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> Self:
        """Open a database, make its tables if they are not there, and bring them up to date.

        Args:
            url: `sqlite+aiosqlite:///` and the path of a file, or nothing for one in memory; or
                `postgresql+asyncpg://user:password@host/name`.
            busy_timeout: how long a statement waits for others: for another program that has the file locked, or for
                another process's lock on a row.

        Raises:
            DatabaseInUse: another process of the bot works on the same file.
            DatabaseUnusable: it cannot be opened or written, is damaged, or is not this version's; nothing was changed.
        """
        if urls.is_postgresql(url):
            return cls(await postgres.open_backend(url, busy_timeout))
        return cls(await sqlite.SqliteBackend.open(url, busy_timeout))

    @property
    def exclusive(self) -> bool:
        """Whether it is certain that no other process works on this database; SQLite's file lock makes it so."""
        return self._backend.exclusive

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing and return what `work` made of them.

        Each statement sees every write whose `write` had returned by then.

        Raises:
            StorageUnavailable: the database did not answer; try again.
        """
        return await self._backend.read(work)

    async def write(self, work: Work[T], *, single: bool = False) -> T:
        """Run statements in a transaction of their own and return what `work` made of them, once that is on the disk.

        A cancelled caller's write may still happen.

        Args:
            work: what is to be done.
            single: whether each of its statements may stand for itself; saves a server two journeys out of three.

        Raises:
            StorageUnavailable: nothing of it was written, or, where a server went away during the commit, it cannot be
                known; try the same again.
        """
        return await self._backend.write(work, single=single)

    async def close(self) -> None:
        """Finish what was asked for, close every connection and give up the lock."""
        await self._backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


async def check(url: str) -> DatabaseFacts:
    """Look whether a database can be used, while the bot runs or not, and leave it as it is.

    Raises:
        DatabaseUnusable: it cannot be opened or written, is damaged, or is not this version's.
    """
    if urls.is_postgresql(url):
        return await postgres.check(url)
    return await asyncio.to_thread(sqlite.check, url)


async def in_use(url: str) -> bool:
    """Tell whether a process of the bot works with this database now.

    Raises:
        DatabaseUnusable: the URL cannot be understood, or the server does not say.
    """
    if urls.is_postgresql(url):
        return await postgres.in_use(url)
    return await asyncio.to_thread(files.is_locked, files.locate(url))
