"""The jobs' table: fences, leases, look-ups."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Row, text, update
from sqlalchemy.dialects import postgresql

from bot.domain.job import ENDS, TRANSITIONS, Job, Status, TaskStatus
from bot.domain.request import GenerationRequest
from bot.domain.sizes import Tier, Version
from bot.errors import AlreadyTaken, JobLost
from bot.jobs.ports import JobStore
from bot.storage import Database, SqlJobStore
from bot.storage.jobs import claim_statement
from bot.storage.tables import jobs
from bot.storage.types import DatabaseTime
from sandbox.clock import ManualClock

JobMaker = Callable[..., Job]
StoreMaker = Callable[..., SqlJobStore]
CHAIN = [
    Status.ACCEPTED,
    Status.PREPARING,
    Status.SUBMITTING,
    Status.WAITING,
    Status.DELIVERING,
    Status.DELIVERED,
]


async def _sql(database: Database, statement: str, **values: object) -> list[Row[Any]]:
    def work(connection: Connection) -> list[Row[Any]]:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []

    return await database.write(work)


async def _expire_leases(database: Database) -> None:
    over = update(jobs).values(lease_until=DatabaseTime(timedelta(seconds=-1)))
    await database.write(lambda connection: connection.execute(over).rowcount)


def _moment(value: object) -> datetime:
    """SQLite has moments as text."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _row(database: Database) -> Row[Any]:
    (row,) = await _sql(database, "SELECT * FROM jobs")
    return row


async def test_a_job_walks_its_whole_way(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    for before, after in pairwise(CHAIN):
        job = await store.save(replace(job, status=after), was=before)
        assert await store.get(job.id) == job


async def test_an_unknown_id_is_none(store: SqlJobStore) -> None:
    assert await store.get("no-such-job") is None


async def test_a_job_is_shown_as_mine_to_its_owner_only(make_store: StoreMaker, make_job: JobMaker) -> None:
    mine, theirs = make_store("me"), make_store("them")
    job = make_job()
    await mine.add(job)
    assert await mine.mine(job.id) == job
    assert await theirs.mine(job.id) is None
    assert await mine.release() == 1
    assert await mine.mine(job.id) is None
    await theirs.claim(1)
    assert await theirs.mine(job.id) == job


async def test_a_save_under_another_owner_is_lost_and_writes_nothing(
    make_store: StoreMaker, make_job: JobMaker
) -> None:
    mine, theirs = make_store("me"), make_store("them")
    job = make_job()
    await mine.add(job)
    with pytest.raises(JobLost, match=job.id):
        await theirs.save(replace(job, status=Status.PREPARING), was=Status.ACCEPTED)
    assert await mine.get(job.id) == job


async def test_a_save_from_another_status_is_lost_and_writes_nothing(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    with pytest.raises(JobLost):
        await store.save(replace(job, status=Status.WAITING), was=Status.SUBMITTING)
    assert await store.get(job.id) == job


async def test_a_save_of_a_job_that_is_not_there_is_lost(store: SqlJobStore, make_job: JobMaker) -> None:
    with pytest.raises(JobLost):
        await store.save(make_job(), was=Status.ACCEPTED)


async def test_of_two_who_move_a_job_at_once_one_wins(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    ways = (Status.CANCELLED, Status.PREPARING)
    saves = [store.save(replace(job, status=status), was=Status.ACCEPTED) for status in ways]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Job, JobLost}
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Job)]
    assert await store.get(job.id) == winner


async def test_an_illegal_step_is_refused_before_the_database(store: SqlJobStore, make_job: JobMaker) -> None:
    for was in Status:
        for to in set(Status) - {was} - TRANSITIONS[was]:
            # The row is not there, so getting as far as the database would be a JobLost.
            with pytest.raises(ValueError, match=f"from {was} to {to}"):
                await store.save(make_job(status=to), was=was)


async def test_a_repeated_add_or_save_of_the_same_is_done_already(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    await store.add(job)
    moved = replace(job, status=Status.PREPARING)
    first = await store.save(moved, was=Status.ACCEPTED)
    again = await store.save(moved, was=Status.ACCEPTED)
    assert await store.get(job.id) == moved
    assert (first.revision, again.revision) == (1, 1)
    with pytest.raises(JobLost):
        await store.save(replace(moved, attempts=3), was=Status.ACCEPTED)


async def test_a_second_job_of_the_same_id_is_refused(store: SqlJobStore, make_job: JobMaker) -> None:
    await store.add(make_job())
    with pytest.raises(AlreadyTaken):
        await store.add(make_job(attempts=1))
    assert await store.get(make_job().id) == make_job()


async def test_a_new_job_is_held_from_birth(make_store: StoreMaker, database: Database, make_job: JobMaker) -> None:
    await make_store("me", timedelta(seconds=60)).add(make_job())
    assert await make_store("them").claim(10) == []
    (row,) = await _sql(
        database,
        "SELECT owner, lease_until, updated_at, CURRENT_TIMESTAMP AS now FROM jobs",
    )
    lease_until, updated_at, now = (_moment(value) for value in (row.lease_until, row.updated_at, row.now))
    assert row.owner == "me"
    assert 50 < (lease_until - now).total_seconds() <= 61
    assert abs(now - updated_at).total_seconds() < 10


async def test_a_lease_that_ran_out_is_claimed_and_fences_the_old_owner(
    make_store: StoreMaker, database: Database, make_job: JobMaker
) -> None:
    stalled, taker = make_store("stalled"), make_store("taker")
    job = make_job(retry_at=datetime.fromisoformat("2026-01-01T13:00:00+00:00"))
    await stalled.add(job)
    await _expire_leases(database)
    (claim,) = await taker.claim(10)
    assert (claim.job_id, claim.status, claim.user_id, claim.retry_at) == (job.id, job.status, 42, job.retry_at)
    assert await stalled.renew() == 0
    with pytest.raises(JobLost):
        await stalled.save(replace(job, status=Status.PREPARING), was=Status.ACCEPTED)
    claimed = await taker.get(job.id)
    assert claimed is not None
    await taker.save(replace(claimed, status=Status.PREPARING), was=Status.ACCEPTED)
    assert await stalled.claim(10) == []


async def test_nobody_takes_over_from_themselves(store: SqlJobStore, database: Database, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    # As after a jump of the database's clock: what a step knows of its job is still so.
    await _expire_leases(database)
    assert await store.claim(10) == []
    assert await store.renew() == 1
    await store.save(replace(job, status=Status.PREPARING), was=Status.ACCEPTED)


async def test_a_stalled_owner_writes_nothing_even_when_the_job_has_become_its_own_again(
    make_store: StoreMaker, make_job: JobMaker
) -> None:
    stalled, other = make_store("stalled"), make_store("other")
    await stalled.add(make_job())
    known = await stalled.get(make_job().id)
    assert known is not None
    await stalled.release()
    await other.claim(10)
    await other.release()
    await stalled.claim(10)
    with pytest.raises(JobLost):
        await stalled.save(replace(known, status=Status.PREPARING), was=Status.ACCEPTED)
    again = await stalled.get(known.id)
    assert again is not None
    assert (again, again.revision) == (known, known.revision + 2)
    await stalled.save(replace(again, status=Status.PREPARING), was=Status.ACCEPTED)


async def test_of_two_writings_of_one_reading_the_second_is_lost(store: SqlJobStore, make_job: JobMaker) -> None:
    await store.add(make_job())
    read = await store.get(make_job().id)
    assert read is not None
    first = await store.save(replace(read, attempts=1), was=Status.ACCEPTED)
    with pytest.raises(JobLost):
        await store.save(replace(read, attempts=2), was=Status.ACCEPTED)
    # Leases are renewed beside the work, and claims of other jobs go on.
    await store.renew()
    assert await store.claim(10) == []
    second = await store.save(replace(first, attempts=3), was=Status.ACCEPTED)
    assert (second.revision, await store.get(read.id)) == (2, second)


async def test_what_a_process_holds_is_known_without_its_memory(make_store: StoreMaker, make_job: JobMaker) -> None:
    mine, theirs = make_store("me"), make_store("them")
    for number in (2, 1):
        await mine.add(make_job(number))
    await mine.add(make_job(3, status=Status.DELIVERED, told=True))
    await theirs.add(make_job(4))
    assert [claim.job_id for claim in await mine.held()] == [make_job(1).id, make_job(2).id]
    assert await make_store("nobody").held() == []


async def test_renewing_keeps_every_open_job_and_only_these(
    make_store: StoreMaker, database: Database, make_job: JobMaker
) -> None:
    mine, theirs = make_store("me"), make_store("them")
    for number in range(3):
        await mine.add(make_job(number))
    await mine.add(make_job(3, status=Status.FAILED, told=True))
    await theirs.add(make_job(4))
    await _expire_leases(database)
    assert await mine.renew() == 3
    assert [claim.job_id for claim in await make_store("third").claim(10)] == [make_job(4).id]


async def test_released_jobs_are_free_at_once(make_store: StoreMaker, make_job: JobMaker) -> None:
    leaving, staying = make_store("leaving"), make_store("staying")
    await leaving.add(make_job(1))
    await leaving.add(make_job(2, status=Status.DELIVERED, told=True))
    await staying.add(make_job(3))
    assert await leaving.release() == 1
    assert [claim.job_id for claim in await staying.claim(10)] == [make_job(1).id]
    with pytest.raises(JobLost):
        await leaving.save(make_job(1, attempts=1), was=Status.ACCEPTED)


async def test_claims_come_oldest_first_and_no_more_than_asked(make_store: StoreMaker, make_job: JobMaker) -> None:
    before = make_store("before")
    for number in (5, 3, 1, 4, 2):
        await before.add(make_job(number))
    await before.release()
    store = make_store()
    assert [claim.job_id for claim in await store.claim(2)] == [make_job(1).id, make_job(2).id]
    assert [claim.job_id for claim in await store.claim(10)] == [make_job(n).id for n in (3, 4, 5)]
    assert await store.claim(10) == []


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("told", [False, True])
async def test_what_is_open_is_claimed_what_is_told_is_not(
    make_store: StoreMaker, make_job: JobMaker, status: Status, told: bool
) -> None:
    before = make_store("before")
    await before.add(make_job(1, status=status, told=told))
    await before.release()
    claims = await make_store().claim(10)
    assert len(claims) == (0 if told and status in ENDS else 1)


async def test_a_start_takes_over_what_dead_owners_hold_without_waiting(
    make_store: StoreMaker, database: Database, make_job: JobMaker
) -> None:
    if not database.exclusive:
        pytest.skip("on a server, other processes may live; the next test")
    dead, store = make_store("dead", timedelta(hours=1)), make_store("me")
    await dead.add(make_job(1))
    await dead.add(make_job(2, status=Status.DELIVERED, told=True))
    await store.add(make_job(3))
    assert await store.claim(10) == []
    assert await store.take_over() == 1
    assert [claim.job_id for claim in await store.claim(10)] == [make_job(1).id]


async def test_taking_over_is_refused_where_others_may_live(
    make_store: StoreMaker, make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, store = make_store("dead"), make_store()
    await dead.add(make_job())
    monkeypatch.setattr(Database, "exclusive", False)
    with pytest.raises(RuntimeError, match="sole process"):
        await store.take_over()
    assert await dead.renew() == 1


async def test_the_claim_is_found_by_its_index(database: Database, store: SqlJobStore) -> None:
    if not database.exclusive:
        pytest.skip("SQLite's plans; a server's depend on what it knows of the rows")
    seen: list[str] = []

    def trace(callback: Callable[[str], object] | None) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            driver_connection = connection.connection.driver_connection
            assert isinstance(driver_connection, sqlite3.Connection)
            driver_connection.set_trace_callback(callback)

        return work

    await database.write(trace(seen.append))
    await store.claim(10)
    await store.renew()
    await database.write(trace(None))
    plans: list[str] = []
    for statement in seen:
        if statement.startswith(("WITH", "UPDATE")):
            rows = await _sql(database, f"EXPLAIN QUERY PLAN {statement.replace(':', chr(92) + ':')}")
            plans.append("\n".join(row.detail for row in rows))
    claim, renewal = plans
    assert "jobs USING INDEX ix_jobs_claim" in claim
    assert "jobs USING COVERING INDEX sqlite_autoindex_jobs_1 (id=?)" in claim
    assert renewal == "SEARCH jobs USING INDEX ix_jobs_owner (owner=?)"


def test_postgresql_is_asked_for_its_own_clock_and_skips_what_others_claim() -> None:
    statement = claim_statement("me", DatabaseTime(timedelta(seconds=30)), 10)
    compiled = str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call] # SQLAlchemy's dialect has no types
    assert "FOR UPDATE SKIP LOCKED" in compiled
    assert "lease_until=clock_timestamp() + make_interval(secs => " in compiled


def test_the_store_fills_the_port_of_the_jobs(store: SqlJobStore) -> None:
    port: JobStore = store
    assert port is store


async def test_a_token_is_wiped_once_the_job_is_told(
    store: SqlJobStore, database: Database, make_job: JobMaker
) -> None:
    job = make_job(status=Status.DELIVERING)
    await store.add(job)
    delivered = await store.save(replace(job, status=Status.DELIVERED), was=Status.DELIVERING)
    assert (await _row(database)).token == "a-secret-token"
    await store.save(replace(delivered, told=True), was=Status.DELIVERED)
    row = await _row(database)
    assert "a-secret-token" not in str(tuple(row))
    back = await store.get(job.id)
    assert back is not None
    assert back.place == replace(job.place, token="")


async def test_a_token_is_wiped_once_it_works_no_more(
    store: SqlJobStore, database: Database, clock: ManualClock, make_job: JobMaker
) -> None:
    job = make_job()
    await store.add(job)
    moved = replace(job, status=Status.PREPARING)
    await clock.advance(899)
    moved = await store.save(moved, was=Status.ACCEPTED)
    assert (await _row(database)).token == "a-secret-token"
    await clock.advance(1)
    await store.save(moved, was=Status.PREPARING)
    assert "a-secret-token" not in str(tuple(await _row(database)))


async def _completed(
    store: SqlJobStore,
    make_job: JobMaker,
    seconds: list[int],
    request: GenerationRequest,
    first: int = 0,
    task_status: TaskStatus = TaskStatus.COMPLETED,
) -> None:
    for number, duration in enumerate(seconds, first):
        job = make_job(number, request=request, task_status=task_status)
        await store.add(
            replace(job, submitted_at=job.created_at, completed_at=job.created_at + timedelta(seconds=duration))
        )


async def test_typical_seconds_is_the_median_of_jobs_like_it(store: SqlJobStore, make_job: JobMaker) -> None:
    request = GenerationRequest("one", Version.V4_5, Tier.K4, 2)
    await _completed(store, make_job, [10, 20], request)
    assert await store.typical_seconds(request) is None
    await _completed(store, make_job, [60], request, first=2)
    assert await store.typical_seconds(GenerationRequest("other", Version.V4_5, Tier.K4, 4)) == 20.0
    for other in (
        GenerationRequest("one", Version.V4_0, Tier.K4, 2),
        GenerationRequest("one", Version.V4_5, Tier.K2, 2),
        GenerationRequest("one", Version.V4_5, Tier.K4, 1),
        GenerationRequest("one", Version.V4_5, Tier.K4, None),
    ):
        assert await store.typical_seconds(other) is None


async def test_typical_seconds_forgets_what_is_long_ago_or_was_not_completed(
    store: SqlJobStore, make_job: JobMaker
) -> None:
    request = GenerationRequest("one")
    await _completed(store, make_job, [500] * 10, request)
    await _completed(store, make_job, [8] * 20, request, first=1000)
    await _completed(store, make_job, [9000] * 20, request, first=3000, task_status=TaskStatus.FAILED)
    assert await store.typical_seconds(request) == 8.0
    await _completed(store, make_job, [12] * 11, request, first=2000)
    assert await store.typical_seconds(request) == 12.0
