"""The one writer: groups, savepoints, cancelled callers, a database that will not."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.domain.job import Job, Status
from bot.errors import JobLost, StorageUnavailable
from bot.storage import Database, FactStore, SqlJobStore
from bot.storage.tables import jobs

JobMaker = Callable[..., Job]


class Gate:
    """Holds the writer's thread until it is opened, so that what comes meanwhile forms one group."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def work(self, _connection: Connection) -> None:
        self.reached.set()
        assert self.opened.wait(30)


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def commits() -> Iterator[list[int]]:
    counted: list[int] = []

    def count(_connection: Connection) -> None:
        counted.append(1)

    event.listen(Engine, "commit", count)
    yield counted
    event.remove(Engine, "commit", count)


async def _held(database: Database) -> tuple[Gate, "asyncio.Task[None]"]:
    gate = Gate()
    task = asyncio.create_task(database.write(gate.work))
    await asyncio.to_thread(gate.reached.wait, 30)
    return gate, task


async def _stored(database: Database) -> int:
    return await database.read(
        lambda connection: connection.execute(select(func.count()).select_from(jobs)).scalar_one()
    )


async def test_five_hundred_at_once_are_all_stored_in_few_commits(
    database: Database, store: SqlJobStore, make_job: JobMaker, commits: list[int]
) -> None:
    gate, first = await _held(database)
    added = [make_job(number) for number in range(500)]
    tasks = [asyncio.create_task(store.add(job)) for job in added]
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(first, *tasks)
    assert len(commits) == 2
    assert await _stored(database) == 500
    assert await store.get(added[321].id) == added[321]


async def test_a_bad_write_fails_alone(database: Database, store: SqlJobStore, make_job: JobMaker) -> None:
    gate, first = await _held(database)

    def half(connection: Connection) -> None:
        connection.execute(text("UPDATE jobs SET attempts = 99"))
        connection.execute(text("INSERT INTO jobs (id) VALUES ('incomplete')"))

    def mistaken(connection: Connection) -> None:
        connection.execute(text("UPDATE jobs SET attempts = 98"))
        raise KeyError("a mistake in the program")

    writes = [
        store.add(make_job(1)),
        store.save(make_job(7, status=Status.PREPARING), was=Status.ACCEPTED),
        database.write(half),
        store.add(make_job(2)),
        database.write(mistaken),
        store.add(make_job(1, attempts=5)),
        store.save(make_job(2, status=Status.PREPARING), was=Status.ACCEPTED),
    ]
    tasks = [asyncio.create_task(write) for write in writes]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == ["NoneType", "JobLost", "IntegrityError", "NoneType", "KeyError", "AlreadyTaken", "Job"]
    assert await store.get(make_job(1).id) == make_job(1)
    assert await store.get(make_job(2).id) == make_job(2, status=Status.PREPARING)
    assert await _stored(database) == 2


async def test_nothing_is_told_before_it_is_on_the_disk(database: Database, path: Path) -> None:
    gate = Gate()

    def inserted(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO facts VALUES ('a', 'b', '2026-01-01 00:00:00.000000')")
        gate.work(connection)

    task = asyncio.create_task(database.write(inserted))
    await asyncio.to_thread(gate.reached.wait, 30)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM facts").fetchone() == (0,)
        assert not task.done()
        gate.opened.set()
        await task
        assert other.execute("SELECT count(*) FROM facts").fetchone() == (1,)


async def test_a_cancelled_caller_harms_nobody_and_its_write_may_happen(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    gate, first = await _held(database)
    tasks = [asyncio.create_task(store.add(make_job(number))) for number in range(6)]
    await asyncio.sleep(0)
    for task in (*tasks[::2], first):
        task.cancel()
    gate.opened.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, type(None)] * 3
    assert await _stored(database) == 6
    await store.add(make_job(7))


async def test_a_database_locked_by_another_program_asks_to_try_again(url: str, path: Path, make_job: JobMaker) -> None:
    async with await Database.open(url, busy_timeout=timedelta(milliseconds=1)) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1))
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            results = await asyncio.gather(
                *(store.add(make_job(number)) for number in range(3)), return_exceptions=True
            )
            assert all(isinstance(result, StorageUnavailable) and result.retryable for result in results)
            assert len({id(result) for result in results}) == 3
            assert "locked" in str(results[0])
            assert await _stored(database) == 0
        await store.add(make_job(1))
        assert await _stored(database) == 1


async def test_a_full_disk_takes_the_group_with_it_and_nothing_half(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    await store.add(make_job(0))
    pages = await database.write(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
    await database.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}").scalar())
    gate, first = await _held(database)
    small = [asyncio.create_task(store.add(make_job(1)))]
    large = make_job(2, results=("x" * 200_000,))
    tasks = [*small, asyncio.create_task(store.add(large)), asyncio.create_task(store.add(make_job(3)))]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(outcomes[1], StorageUnavailable)
    assert "full" in outcomes[1].detail
    stored = {0} | {number for number, outcome in zip((1, 2, 3), outcomes, strict=True) if outcome is None}
    for number in range(4):
        assert (await store.get(make_job(number).id) is not None) == (number in stored)
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar())
    await store.add(large)
    assert await store.get(large.id) == large


async def test_an_error_that_undoes_the_transaction_fails_the_whole_group(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    gate, first = await _held(database)

    def undone(connection: Connection) -> None:
        # What SQLite does by itself on an I/O error.
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    tasks = [
        asyncio.create_task(write) for write in (store.add(make_job(1)), database.write(undone), store.add(make_job(2)))
    ]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    assert await _stored(database) == 0
    await store.add(make_job(1))


async def test_errors_never_repeat_what_was_to_be_written(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_more BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'no more'); END"
        )

    await database.write(refuse)
    with pytest.raises(IntegrityError, match="no more") as caught:
        await store.add(make_job())
    assert not [secret for secret in ("a-secret-token", "fox") if secret in str(caught.value)]


async def test_a_table_that_is_gone_is_storage_that_is_unavailable(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    await database.write(lambda c: c.exec_driver_sql("DROP TABLE jobs").close())
    with pytest.raises(StorageUnavailable, match="no such table"):
        await store.add(make_job())
    with pytest.raises(StorageUnavailable, match="no such table"):
        await store.get(make_job().id)


async def test_writes_come_in_the_order_they_were_asked_for(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    steps = [Status.ACCEPTED, Status.PREPARING, Status.SUBMITTING, Status.WAITING]
    writes: list[Awaitable[object]] = [store.add(job)]
    writes += [
        store.save(replace(job, status=after, revision=number), was=before)
        for number, (before, after) in enumerate(pairwise(steps))
    ]
    await asyncio.gather(*writes)
    assert await store.get(job.id) == replace(job, status=Status.WAITING)
    with pytest.raises(JobLost):
        await store.save(job, was=Status.ACCEPTED)


async def test_a_larger_rush_than_one_group_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch, commits: list[int]
) -> None:
    monkeypatch.setattr("bot.storage.writer.LARGEST_GROUP", 10)
    facts = FactStore(database)
    gate, first = await _held(database)
    tasks = [asyncio.create_task(facts.set(str(number), "x")) for number in range(35)]
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(first, *tasks)
    assert len(commits) == 5
