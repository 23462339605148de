"""A SQLite file as a backend: one process, one writer, some readers beside it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.errors import StorageUnavailable
from bot.storage import migrate
from bot.storage.backend import DatabaseFacts, Work
from bot.storage.errors import storage_errors
from bot.storage.sqlite import engine as engines
from bot.storage.sqlite import file as files
from bot.storage.writer import GroupWriter

T = TypeVar("T")


class SqliteBackend:
    """A `Backend` over a file that this process has locked, or over memory."""

    def __init__(self, writer: GroupWriter, readers: Engine | None, resources: AsyncExitStack) -> None:
        self._writer = writer
        self._readers = readers
        self._resources = resources
        # Through the asynchronous driver, each read would be eight journeys between threads instead of one.
        self._threads = ThreadPoolExecutor(engines.READERS, thread_name_prefix="storage-reader")
        self._reading: set[asyncio.Future[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, busy_timeout: timedelta) -> Self:
        """Lock the file, look into it, make what is missing, and start the writer; raises as `Database.open`."""
        location = files.locate(url)
        async with AsyncExitStack() as resources:
            resources.enter_context(files.exclusive(location))
            await asyncio.to_thread(files.look_into, location, thorough=False)
            engine = engines.writing_engine(location, busy_timeout)
            resources.push_async_callback(asyncio.to_thread, engine.dispose)
            await asyncio.to_thread(_bring_up_to_date, location, engine)
            readers = engines.reading_engine(location, busy_timeout)
            if readers is not None:
                resources.push_async_callback(asyncio.to_thread, readers.dispose)
            writer = GroupWriter(engine)
            resources.push_async_callback(writer.close)
            return cls(writer, readers, resources.pop_all())
        raise AssertionError("the stack swallows no exception")

    @property
    def exclusive(self) -> bool:
        """True: the lock of the file makes it so."""
        return True

    async def read(self, work: Work[T]) -> T:
        """Run statements beside the writer, each of which sees every write that has returned."""
        if self._closed:
            raise StorageUnavailable(detail="the database is being closed")
        if self._readers is None:
            return await self._writer.write(work)
        reading = asyncio.get_running_loop().run_in_executor(self._threads, _read, self._readers, work)
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        # A caller that goes away leaves the thread to its work; closing waits for that.
        return await asyncio.shield(reading)

    async def write(self, work: Work[T], *, single: bool = False) -> T:  # noqa: ARG002 - a savepoint costs next to nothing
        """Hand the statements to the one writer."""
        return await self._writer.write(work)

    async def close(self) -> None:
        """Finish what was asked for, close every connection and give up the lock."""
        self._closed = True
        # Whoever still waits for one is told of its failure there.
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._threads.shutdown(wait=False)
        await self._resources.aclose()


def _read(readers: Engine, work: Work[T]) -> T:
    with storage_errors(), readers.connect() as connection:
        return work(connection)


def check(url: str) -> DatabaseFacts:
    """Look at a file and its folder, changing nothing; blocks; raises as `bot.storage.check`."""
    location = files.locate(url)
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
