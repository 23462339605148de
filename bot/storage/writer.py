"""One writer for a database that takes one at a time: writes that come together are committed together.

With `synchronous=FULL` a commit waits for the disk, which costs milliseconds; the statements in it cost microseconds.
So while one group is on its way to the disk the next one gathers, and a thousand writers wait for a few commits rather
than for a thousand. A group runs in a thread of its own with a plain connection: through the asynchronous driver every
single statement would be a journey between threads.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from bot.errors import StorageUnavailable
from bot.storage.errors import storage_errors

T = TypeVar("T")
Work = Callable[[Connection], T]

LARGEST_GROUP = 512
"""Writes per commit; bounds how long the first of a group waits for the last."""


@dataclass(frozen=True, slots=True)
class _Order:
    work: Work[Any]
    answer: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Outcome:
    order: _Order
    value: object = None
    error: Exception | None = None


class GroupWriter:
    """Runs writes one after the other, each in its own savepoint, and answers once their commit is on the disk.

    Made, used and closed within one event loop. The engine must hand out connections that are usable in any thread and
    whose transactions begin by `BEGIN IMMEDIATE`.
    """

    def __init__(self, engine: Engine, name: str = "storage-writer") -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._ended = asyncio.Event()
        self._closed = False
        # A daemon, so that a program that dies without closing the writer still ends; a commit is atomic either way.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """Run `work` and return its value once it is committed.

        A caller that is cancelled while it waits does not take its write back: that may still happen.

        Raises:
            StorageUnavailable: nothing of `work` was written; try again.
            Exception: whatever `work` raised; nothing of it was written either.
        """
        if self._closed:
            raise StorageUnavailable(detail="the database is being closed")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._orders.put(_Order(work, answer))
        return await answer

    async def close(self) -> None:
        """Finish every write that was asked for, take no more, and end the thread."""
        if not self._closed:
            self._closed = True
            self._orders.put(None)
        await self._ended.wait()
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            orders, going = self._gather()
            if orders:
                self._call(self._answer, self._commit(orders))
        self._call(self._ended.set)

    def _gather(self) -> tuple[list[_Order], bool]:
        """Wait for a write, then take whatever else is there by now; False once closing was asked for."""
        orders: list[_Order] = []
        try:
            while len(orders) < LARGEST_GROUP:
                order = self._orders.get(block=not orders)
                if order is None:
                    return orders, False
                orders.append(order)
        except queue.Empty:
            pass
        return orders, True

    def _commit(self, orders: Sequence[_Order]) -> list[_Outcome]:
        try:
            with storage_errors(), self._engine.connect() as connection, connection.begin():
                if len(orders) == 1:
                    # The transaction is its savepoint.
                    return [_Outcome(orders[0], orders[0].work(connection))]
                outcomes = [_try(connection, order) for order in orders]
        except StorageUnavailable as error:
            # One exception each: several tasks raising the same object would knot their tracebacks.
            copies = (StorageUnavailable(detail=error.detail).with_cause(error) for _ in orders)
            return [_Outcome(order, error=copy) for order, copy in zip(orders, copies, strict=True)]
        except Exception as error:  # noqa: BLE001 - handed to each of the waiting callers, who raise it
            return [_Outcome(order, error=error) for order in orders]
        return outcomes

    def _answer(self, outcomes: Sequence[_Outcome]) -> None:
        for outcome in outcomes:
            answer = outcome.order.answer
            if answer.done():
                continue
            if outcome.error is not None:
                answer.set_exception(outcome.error)
            else:
                answer.set_result(outcome.value)

    def _call(self, callback: Callable[..., object], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            # The loop has ended without closing us, and everybody who could have waited with it.
            return


def _try(connection: Connection, order: _Order) -> _Outcome:
    """Run one write of a group in a savepoint; its own failure stays its own.

    Raises:
        StorageUnavailable: the failure took the whole transaction with it.
    """
    driver = _driver(connection)
    _say(driver, "SAVEPOINT one_write")
    try:
        with storage_errors():
            value = order.work(connection)
    except Exception as error:
        # The waiting caller raises it.
        # A full disk or an I/O error may roll everything back, the writes before this one too.
        # https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
        if not driver.in_transaction:
            raise
        _say(driver, "ROLLBACK TO one_write")
        outcome = _Outcome(order, error=error)
    else:
        outcome = _Outcome(order, value)
    _say(driver, "RELEASE one_write")
    return outcome


def _say(driver: sqlite3.Connection, words: str) -> None:
    # Through SQLAlchemy, the words of a savepoint would take as long as the write between them.
    try:
        driver.execute(words)
    except sqlite3.Error as error:
        raise StorageUnavailable(detail=str(error)) from error


def _driver(connection: Connection) -> sqlite3.Connection:
    driver_connection = connection.connection.driver_connection
    assert isinstance(driver_connection, sqlite3.Connection)  # noqa: S101 - the writer's engine is SQLite's
    return driver_connection
