"""A PostgreSQL database as a backend: any number of processes, each with some connections.

Nothing is gathered into groups here. The server itself puts commits that come together on the disk together, and
transactions of different connections run side by side.
https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-COMMIT-DELAY
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StorageUnavailable
from bot.storage.backend import Work
from bot.storage.postgres import engine as engines
from bot.storage.postgres import errors, visit

T = TypeVar("T")

TRIES = 3
"""Of a transaction that another one undid, or whose connection turned out to be gone before its commit."""


class PostgresBackend:
    """A `Backend` over a pool of connections, which finds the server again after it was away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # A statement on its own needs no BEGIN and no COMMIT; the pool is the same.
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, lock_timeout: timedelta) -> Self:
        """Look into the database, make what is missing, and return it; raises as `Database.open`."""
        target = engines.locate(url)
        await visit.bring_up_to_date(target)
        opened = cls(engines.working_engine(target, lock_timeout))
        try:
            # The first connection stands from now on, so that others can see that the database is in use.
            await opened.read(lambda _connection: None)
        except StorageUnavailable as error:
            await opened.close()
            raise target.unusable(error.detail) from error
        return opened

    @property
    def exclusive(self) -> bool:
        """False: other processes may work on it, and their leases say on what."""
        return False

    async def read(self, work: Work[T]) -> T:
        """Run statements, each in a transaction of its own."""
        return await self._run(self._tried(self._read, work))

    async def write(self, work: Work[T], *, single: bool = False) -> T:
        """Run statements in one transaction, or each in its own.

        They are run again where they were undone before the commit. A failure of the commit itself leaves open whether
        it was carried out, so that is left to the caller, who knows how to find out.
        """
        return await self._run(self._tried(self._write_singly if single else self._write, work))

    async def close(self) -> None:
        """Finish what was asked for, take no more, and close every connection."""
        self._closed = True
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            work.close()
            raise StorageUnavailable(detail="the database is being closed")
        # A caller that goes away must not tear the driver out of its work, which would cost the connection.
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Looked at, so that nothing is logged where the caller has gone.
            task.exception()

    async def _tried(self, way: Callable[[Work[T]], Awaitable[T]], work: Work[T]) -> T:
        failure: Exception
        for attempt in range(1, TRIES + 1):
            try:
                return await way(work)
            except _AtCommit as ambiguous:
                failure = errors.translated(ambiguous.error)
                break
            except errors.FOREIGN as error:
                failure = errors.translated(error)
                if not errors.is_undone(error) or attempt == TRIES:
                    break
        # Raised out here, so that not even `__context__` leads to the values of a row.
        raise failure

    async def _read(self, work: Work[T]) -> T:
        async with self._autocommit.connect() as connection:
            try:
                return await connection.run_sync(work)
            except TimeoutError:
                await connection.invalidate()
                raise

    async def _write_singly(self, work: Work[T]) -> T:
        try:
            return await self._read(work)
        except errors.FOREIGN as error:
            if errors.is_cut_off(error):
                raise _AtCommit(error) from None
            raise

    async def _write(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            transaction = await connection.begin()
            try:
                value = await connection.run_sync(work)
            except TimeoutError:
                # The server may still be at it; the connection is of no more use.
                await connection.invalidate()
                raise
            except BaseException:
                await _roll_back(connection)
                raise
            try:
                await transaction.commit()
            except errors.FOREIGN as error:
                await connection.invalidate()
                raise _AtCommit(error) from None
            return value


async def _roll_back(connection: AsyncConnection) -> None:
    if not connection.invalidated:
        await connection.rollback()


class _AtCommit(Exception):
    """The commit failed; whether it was carried out is not known."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
