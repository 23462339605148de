"""Looking up earlier tasks: whose, where, which, and by which way through the table."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, text

from bot.domain.history import PastTask
from bot.domain.job import Job, Requester, Status, TaskStatus
from bot.domain.request import GenerationRequest
from bot.jobs.ports import History
from bot.storage import Database, SqlHistory, SqlJobStore
from bot.storage.history import MOST_RECENT

JobMaker = Callable[..., Job]


def done(make_job: JobMaker, number: int, **changes: object) -> Job:
    """Return a delivered job whose task has brought pictures."""
    job = make_job(
        number,
        status=Status.DELIVERED,
        task_id=f"task-{number}",
        task_status=TaskStatus.COMPLETED,
        request=GenerationRequest(f"prompt {number}"),
        results=("https://results.example/1.png",),
    )
    return replace(job, **changes)  # type: ignore[arg-type]  # the fields are the test's


async def test_the_last_tasks_of_a_person_in_a_channel_newest_first(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    history: History = SqlHistory(database)
    place = make_job().place
    jobs = [
        done(make_job, 1),
        done(make_job, 2, thread_id=201),
        done(make_job, 3, place=replace(place, channel_id=201, parent_id=200)),
        done(make_job, 4, place=replace(place, channel_id=300)),
        done(make_job, 5, place=replace(place, channel_id=301, parent_id=300)),
        done(make_job, 6, requester=Requester(43, "Noor", "de")),
        done(make_job, 7, status=Status.FAILED, task_status=TaskStatus.FAILED),
        make_job(8),
        done(make_job, 9, status=Status.DELIVERING),
    ]
    for job in jobs:
        await store.add(job)
    recent = await history.recent(42, 200)
    assert recent == [PastTask(f"task-{n}", f"prompt {n}", jobs[n - 1].created_at) for n in (9, 3, 2, 1)]
    assert await history.recent(42, 201) == []
    assert [task.task_id for task in await history.recent(42, 300)] == ["task-5", "task-4"]


async def test_no_more_is_read_than_a_bounded_number(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    for number in range(MOST_RECENT + 5):
        await store.add(done(make_job, number))
    recent = await SqlHistory(database).recent(42, 200)
    assert len(recent) == MOST_RECENT
    assert recent[0].task_id == f"task-{MOST_RECENT + 4}"

    def plan(connection: Connection) -> str:
        select = "SELECT task_id FROM jobs WHERE user_id = 42 AND root_id = 200 ORDER BY created_at DESC LIMIT 100"
        if connection.dialect.name == "sqlite":
            return str(connection.execute(text("EXPLAIN QUERY PLAN " + select)).all())
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        return str(connection.execute(text("EXPLAIN " + select)).all())

    steps = await database.read(plan)
    assert "ix_jobs_place_history" in steps
    assert "TEMP B-TREE" not in steps
    assert "Sort" not in steps


async def test_a_job_by_its_tasks_id_or_its_own(database: Database, store: SqlJobStore, make_job: JobMaker) -> None:
    job = done(make_job, 1, created_at=make_job().created_at + timedelta(days=1))
    await store.add(job)
    await store.add(done(make_job, 2))
    history = SqlHistory(database)
    assert await history.find("task-1") == job
    assert await history.find(job.id) == job
    for name in ("", "task", "task-1 ", "TASK-1", "%", "task-3"):
        assert await history.find(name) is None
