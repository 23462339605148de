"""What a store remembers of its own writings: never anything else than what is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from bot.domain.job import Job, PictureNote, Sent, Status, TaskStatus
from bot.errors import JobLost, TaskOverdue
from bot.storage import Database, SqlJobStore
from bot.storage.documents import to_row
from bot.storage.latest import Latest
from bot.storage.tables import jobs
from sandbox.clock import ManualClock

JobMaker = Callable[..., Job]
StoreMaker = Callable[..., SqlJobStore]


def life(job: Job) -> list[Job]:
    """Return what a job is one after the other."""
    stages: list[dict[str, Any]] = [
        {"status": Status.PREPARING, "place": replace(job.place, card_id=300)},
        {"thread_id": 300},
        {"status": Status.SUBMITTING, "submitted_at": job.created_at + timedelta(seconds=1)},
        {"status": Status.WAITING, "task_id": "task", "task_status": TaskStatus.PENDING, "task_since": job.created_at},
        {"sent": {"task": Sent("nonce", 300)}},
        {"sent": {"task": Sent("nonce", 300, 400)}, "task_shown": TaskStatus.PENDING},
        {"attempts": 2, "retry_at": job.created_at + timedelta(seconds=9)},
        {"status": Status.DELIVERING, "results": ("https://a.example/1",), "attempts": 0, "retry_at": None},
        {"notes": {"1": PictureNote.GONE}},
        {"status": Status.FAILED, "failure": TaskOverdue(minutes=30)},
        {"told": True},
    ]
    lived = []
    for stage in stages:
        job = replace(job, **stage)
        lived.append(job)
    return lived


async def test_each_writing_stores_the_whole_job(
    store: SqlJobStore, make_store: StoreMaker, make_job: JobMaker, clock: ManualClock
) -> None:
    job = make_job()
    await store.add(job)
    for stage in life(job):
        job = await store.save(replace(stage, revision=job.revision), was=job.status)
        stored = await make_store().get(job.id)
        assert stored is not None
        assert to_row(stored, clock.now()) == to_row(job, clock.now())
        assert stored.revision == job.revision
        mine = await store.mine(job.id)
        assert mine is not None
        assert to_row(mine, clock.now()) == to_row(stored, clock.now())
        assert mine.revision == stored.revision


async def test_what_has_not_changed_is_not_written(store: SqlJobStore, make_job: JobMaker) -> None:
    job = make_job()
    await store.add(job)
    said: list[str] = []

    def note(*arguments: Any) -> None:
        said.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await store.save(replace(job, attempts=1), was=job.status)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    (update,) = (words for words in said if words.startswith("UPDATE jobs"))
    assert "attempts" in update
    assert "task_status" not in update


async def test_a_place_in_line_ends_with_any_writing(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    job = make_job(status=Status.PREPARING)
    await store.add(job)
    await database.write(lambda connection: connection.execute(text("UPDATE jobs SET turn = 'line'")))
    await store.save(replace(job, attempts=1), was=job.status)
    turn = await database.read(lambda connection: connection.execute(jobs.select()).mappings().one()["turn"])
    assert turn is None


@pytest.mark.parametrize("back", ["claimed", "lost"])
async def test_what_was_given_back_is_read_anew(store: SqlJobStore, make_job: JobMaker, back: str) -> None:
    job = make_job()
    await store.add(job)
    await store.release()
    assert await store.mine(job.id) is None
    with pytest.raises(JobLost):
        await store.save(replace(job, attempts=1), was=job.status)
    if back == "claimed":
        await store.claim(10)
        mine = await store.mine(job.id)
        assert mine is not None
        assert (await store.save(replace(mine, attempts=1), was=mine.status)).revision == 2


async def test_a_job_that_another_has_had_is_read_anew(make_store: StoreMaker, make_job: JobMaker) -> None:
    store, other = make_store(lease=timedelta(0)), make_store("other")
    await store.add(make_job())
    assert len(await other.claim(10)) == 1
    await other.release()
    await store.claim(10)
    mine = await store.mine(make_job().id)
    assert mine is not None
    assert mine.revision == 2


async def test_a_token_that_has_ended_is_not_remembered(
    store: SqlJobStore, make_job: JobMaker, clock: ManualClock
) -> None:
    job = make_job(status=Status.WAITING, task_id="task")
    await store.add(job)
    await clock.advance(timedelta(minutes=16).total_seconds())
    await store.save(replace(job, attempts=1), was=job.status)
    mine = await store.mine(job.id)
    assert mine is not None
    assert mine.place.token == ""


def test_only_so_many_jobs_are_remembered(make_job: JobMaker, clock: ManualClock) -> None:
    latest = Latest(most=2)
    first, second, third = (make_job(number) for number in range(3))
    for job in (first, second):
        latest.note(job, to_row(job, clock.now()))
    assert latest.of(first.id) is not None
    latest.note(third, to_row(third, clock.now()))
    assert [latest.of(job.id) is not None for job in (first, second, third)] == [True, False, True]
