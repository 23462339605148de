"""What holds for a database of either kind: facts, errors, callers that go away, closing."""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.job import Job, Status
from bot.errors import StorageUnavailable
from bot.storage import Database, FactStore, SqlJobStore, check, in_use
from bot.storage.migrate import newest_revision
from bot.storage.tables import facts, jobs

JobMaker = Callable[..., Job]


async def _stored(database: Database) -> int:
    return await database.read(
        lambda connection: connection.execute(select(func.count()).select_from(jobs)).scalar_one()
    )


async def test_facts_outlive_a_restart(url: str) -> None:
    async with await Database.open(url) as database:
        store = FactStore(database)
        assert await store.get("tree") is None
        await store.set("tree", "abc")
        await store.set("tree", "def")
    async with await Database.open(url) as database:
        assert await FactStore(database).get("tree") == "def"


async def test_the_check_and_the_use(url: str) -> None:
    async with await Database.open(url):
        assert await in_use(url)
        found = await check(url)
        assert (found.exists, found.revision, found.newest_revision) == (True, newest_revision(), newest_revision())
    # A server takes a moment to see that somebody is gone.
    used = [await in_use(url) for _ in range(50)]
    assert not used[-1]


async def test_what_a_failed_work_wrote_is_undone_and_its_error_is_the_callers(database: Database) -> None:
    def mistaken(connection: Connection) -> None:
        connection.execute(insert(facts).values(name="a", value="b", updated_at=func.now()))
        raise KeyError("a mistake in the program")

    with pytest.raises(KeyError, match="a mistake"):
        await database.write(mistaken)
    assert await FactStore(database).get("a") is None


async def test_errors_never_repeat_what_was_to_be_written(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    def twice(connection: Connection) -> None:
        row = connection.execute(select(jobs)).mappings().one()
        connection.execute(insert(jobs), dict(row))

    def without_a_place(connection: Connection) -> None:
        row = connection.execute(select(jobs)).mappings().one()
        connection.execute(insert(jobs), {**row, "id": "other", "place": None, "status": None})

    def too_long(connection: Connection) -> None:
        connection.execute(text("SELECT CAST('a-secret-token' AS integer) / (SELECT 0 FROM jobs)"))

    await store.add(make_job())
    for work in (twice, without_a_place):
        with pytest.raises(IntegrityError) as caught:
            await database.write(work)
        error: BaseException | None = caught.value
        while error is not None:
            assert not [secret for secret in ("a-secret-token", "fox") if secret in str(error)]
            error = error.__cause__ or error.__context__
    if not database.exclusive:
        with pytest.raises(DBAPIError) as refused:
            await database.write(too_long)
        assert "a-secret-token" not in str(refused.value.orig)
    assert await _stored(database) == 1


async def test_cancelled_callers_harm_nobody_and_their_writes_may_happen(
    store: SqlJobStore, make_job: JobMaker
) -> None:
    for turns in range(8):
        tasks = [asyncio.create_task(store.add(make_job(turns * 10 + number))) for number in range(6)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for number in (1, 3, 5):
            assert await store.get(make_job(turns * 10 + number).id) is not None
    gc.collect()


async def test_a_rush_of_writes_is_stored_whole(database: Database, store: SqlJobStore, make_job: JobMaker) -> None:
    added = [make_job(number) for number in range(300)]
    await asyncio.gather(*(store.add(job) for job in added))
    await asyncio.gather(*(store.save(replace(job, status=Status.PREPARING), was=job.status) for job in added))
    assert await _stored(database) == 300
    assert await store.get(added[177].id) == replace(added[177], status=Status.PREPARING)


async def test_a_closed_database_says_so_and_closes_once(url: str) -> None:
    database = await Database.open(url)
    await database.close()
    await database.close()
    store = FactStore(database)
    with pytest.raises(StorageUnavailable, match="closed"):
        await store.set("a", "b")
    with pytest.raises(StorageUnavailable, match="closed"):
        await store.get("a")


async def test_closing_waits_for_what_was_asked_for(url: str) -> None:
    database = await Database.open(url)
    store = FactStore(database)
    await store.set("a", "b")
    tasks = [asyncio.create_task(store.set(str(number), "x")) for number in range(50)]
    reading = asyncio.create_task(store.get("a"))
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    assert await reading == "b"
    async with await Database.open(url) as again:
        count = select(func.count()).select_from(facts)
        assert await again.read(lambda connection: connection.execute(count).scalar_one()) == 51
        await again.write(lambda connection: connection.execute(delete(facts)).rowcount)
