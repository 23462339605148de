"""The database as the stores see it: opened once, read from and written to, closed."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StorageUnavailable
from bot.storage import migrate
from bot.storage.errors import storage_errors
from bot.storage.sqlite import engine as engines
from bot.storage.sqlite import file as files
from bot.storage.writer import GroupWriter

T = TypeVar("T")
Work = Callable[[Connection], T]
"""A piece of database work. It runs outside the event loop's thread and must do nothing but statements."""

BUSY_TIMEOUT = timedelta(seconds=5)


class Database:
    """An open database at the newest revision; `Database.open` makes one, also as a context manager.

    Everything SQLite is in `bot.storage.sqlite` and `bot.storage.writer`; stores only know `read` and `write`.
    """

    def __init__(self, writer: GroupWriter, readers: AsyncEngine | None, resources: AsyncExitStack) -> None:
        self._writer = writer
        self._readers = readers
        self._resources = resources
        self._reading: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> Self:
        """Open a database, make it if it is not there, and bring its tables up to date.

        Args:
            url: `sqlite+aiosqlite:///` and the path of a file, or nothing for one in memory.
            busy_timeout: how long a statement waits for another program that has the file locked.

        Raises:
            DatabaseInUse: another process of the bot works on the same file.
            DatabaseUnusable: it cannot be opened or written, is damaged, or is not this version's; nothing was changed.
        """
        location = files.locate(url)
        async with AsyncExitStack() as resources:
            resources.enter_context(files.exclusive(location))
            await asyncio.to_thread(files.look_into, location, thorough=False)
            engine = engines.writing_engine(location, busy_timeout)
            resources.push_async_callback(asyncio.to_thread, engine.dispose)
            await asyncio.to_thread(_bring_up_to_date, location, engine)
            readers = engines.reading_engine(location, busy_timeout)
            if readers is not None:
                resources.push_async_callback(readers.dispose)
            writer = GroupWriter(engine)
            resources.push_async_callback(writer.close)
            return cls(writer, readers, resources.pop_all())
        raise AssertionError("the stack swallows no exception")

    @property
    def exclusive(self) -> bool:
        """Whether it is certain that no other process works on this database; SQLite's file lock makes it so."""
        return True

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing and return what `work` made of them.

        Each statement sees every write whose `write` had returned by then.

        Raises:
            StorageUnavailable: the database did not answer; try again.
        """
        if self._closed:
            raise StorageUnavailable(detail="the database is being closed")
        if self._readers is None:
            return await self._writer.write(work)
        # A caller that goes away must not tear the driver out of its work: aiosqlite would lose a connection that is
        # just being opened, and SQLAlchemy throw away one that is not.
        reading = asyncio.create_task(_read(self._readers, work))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        return await asyncio.shield(reading)

    async def write(self, work: Work[T]) -> T:
        """Run statements in a transaction of their own and return what `work` made of them, once that is on the disk.

        A cancelled caller's write may still happen.

        Raises:
            StorageUnavailable: nothing of it was written; try again.
        """
        return await self._writer.write(work)

    async def close(self) -> None:
        """Finish what was asked for, close every connection and give up the lock."""
        self._closed = True
        # Whoever still waits for one is told of its failure there.
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self._resources.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


async def _read(readers: AsyncEngine, work: Work[T]) -> T:
    with storage_errors():
        async with readers.connect() as connection:
            return await connection.run_sync(work)


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a look at a database told: `revision` is None where there are no tables yet."""

    url: str
    exists: bool
    revision: str | None
    newest_revision: str


async def check(url: str) -> DatabaseFacts:
    """Look whether a database can be used, while the bot runs or not, and leave it as it is.

    Raises:
        DatabaseUnusable: it cannot be opened or written, is damaged, or is not this version's.
    """
    return await asyncio.to_thread(_check, files.locate(url))


async def in_use(url: str) -> bool:
    """Tell whether a process of the bot works with this database now.

    Raises:
        DatabaseUnusable: the URL cannot be understood.
    """
    return await asyncio.to_thread(files.is_locked, files.locate(url))


def _check(location: files.Location) -> DatabaseFacts:
    path = location.path
    if path is not None:
        files.check_place(location, path)
        obstacle = files.can_be_written(path)
        if obstacle is not None:
            raise location.unusable(obstacle)
    contents = files.look_into(location, thorough=True)
    return DatabaseFacts(
        url=location.url,
        exists=path is not None and path.exists(),
        revision=contents.revision,
        newest_revision=migrate.newest_revision(),
    )


def _bring_up_to_date(location: files.Location, engine: Engine) -> None:
    """Make the file if need be and run the migrations it lacks, all of them or none."""
    try:
        if location.path is not None:
            files.prepare(location.path)
        with engine.connect() as connection, connection.begin():
            migrate.upgrade(connection)
    except OSError as error:
        raise location.unusable(f"the file cannot be written: {error.strerror}") from error
    except DBAPIError as error:
        raise location.unusable(f"the file cannot be written: {error.orig}") from error
