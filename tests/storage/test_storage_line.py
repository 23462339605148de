"""The line for the API and the rate of requests, as several processes see them over one database."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Executable, delete, event, func, select, update
from sqlalchemy.engine import Engine

from bot.domain.job import Job, Requester, Status
from bot.jobs.ports import AdmissionLine
from bot.jobs.queue import SubmissionQueue
from bot.seedream.rate import RequestRate
from bot.storage import Database, SqlAdmissionLine, SqlJobStore, SqlRequestRate
from bot.storage.tables import jobs, people_in_line, rates
from bot.storage.types import DatabaseSeconds, DatabaseTime
from sandbox.clock import ManualClock

JobMaker = Callable[..., Job]
StoreMaker = Callable[..., SqlJobStore]


async def _add(store: SqlJobStore, make_job: JobMaker, number: int, user: int) -> str:
    job = make_job(number, status=Status.PREPARING, requester=Requester(user, "Ada", "en-US"))
    await store.add(job)
    return job.id


async def _execute(database: Database, statement: Executable) -> None:
    await database.write(lambda connection: connection.execute(statement).close())


async def _move(store: SqlJobStore, job_id: str, *statuses: Status) -> None:
    job = await store.get(job_id)
    assert job is not None
    for status in statuses:
        job = await store.save(replace(job, status=status), was=job.status)


async def _turns(database: Database) -> dict[str, str | None]:
    statement = select(jobs.c.id, jobs.c.turn)
    return await database.read(lambda connection: {row.id: row.turn for row in connection.execute(statement)})


async def _at_api(database: Database) -> Counter[int]:
    statement = select(jobs.c.user_id, func.count()).where(jobs.c.turn == "api").group_by(jobs.c.user_id)
    return await database.read(lambda connection: Counter(dict(tuple(row) for row in connection.execute(statement))))


def test_both_fill_the_ports_of_the_jobs(database: Database) -> None:
    line: AdmissionLine = SqlAdmissionLine(database, "me", 3)
    rate: RequestRate = SqlRequestRate(database, "seedream", 10.0)
    assert {type(line), type(rate)} == {SqlAdmissionLine, SqlRequestRate}


async def test_places_are_given_to_the_fewest_then_the_oldest(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    line = SqlAdmissionLine(database, "me", 3)
    greedy = [await _add(store, make_job, number, 1) for number in range(1, 5)]
    modest = [await _add(store, make_job, number, 2) for number in (5, 6)]
    for job_id in (*greedy, *modest):
        assert await line.enter(job_id)
    assert await line.admit() == [greedy[0], greedy[1], modest[0]]
    assert await line.admit() == [greedy[0], greedy[1], modest[0]]
    await _move(store, greedy[0], Status.SUBMITTING, Status.WAITING)
    assert await line.admit() == [greedy[1], modest[0]]
    await _move(store, greedy[0], Status.DELIVERING)
    # Both have one now, and the greedy one's next is older.
    assert await line.admit() == [greedy[1], greedy[2], modest[0]]


async def test_a_place_ends_with_the_task_and_a_writing_leaves_the_line(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    line = SqlAdmissionLine(database, "me", 1)
    first, second = [await _add(store, make_job, number, number) for number in (1, 2)]
    for job_id in (first, second):
        await line.enter(job_id)
    assert await line.admit() == [first]
    # The API was busy: it gives back its place, waits, and has not lost its age by that.
    await _move(store, first, Status.SUBMITTING, Status.PREPARING)
    assert await _turns(database) == {first: None, second: "line"}
    await line.enter(first)
    assert await line.admit() == [first]
    await _move(store, first, Status.SUBMITTING, Status.WAITING, Status.FAILED)
    assert await line.admit() == [second]
    await _move(store, second, Status.FAILED)
    assert await line.admit() == []
    assert await _turns(database) == {first: None, second: None}


async def test_who_cannot_stand_in_line(database: Database, make_store: StoreMaker, make_job: JobMaker) -> None:
    mine, theirs = make_store("me"), make_store("them")
    line = SqlAdmissionLine(database, "me", 5)
    lost = await _add(theirs, make_job, 1, 1)
    await mine.add(make_job(2, status=Status.WAITING))
    assert not await line.enter(lost)
    assert not await line.enter(make_job(2).id)
    assert not await line.enter("nobody")
    assert await line.admit() == []


async def test_a_place_given_by_another_process_is_found_by_the_owner(
    database: Database, make_store: StoreMaker, make_job: JobMaker
) -> None:
    lines = [SqlAdmissionLine(database, owner, 2) for owner in ("a", "b")]
    stores = [make_store("a"), make_store("b")]
    ours = await _add(stores[0], make_job, 1, 1)
    theirs = await _add(stores[1], make_job, 2, 2)
    await lines[0].enter(ours)
    await lines[1].enter(theirs)
    assert await lines[0].admit() == [ours]
    assert await _turns(database) == {ours: "api", theirs: "api"}
    assert await lines[1].admit() == [theirs]


async def test_the_jobs_of_a_dead_process_hold_nobody_up_and_come_back_by_age(
    database: Database, make_store: StoreMaker, make_job: JobMaker
) -> None:
    dead, alive = make_store("dead"), make_store("alive")
    lines = {owner: SqlAdmissionLine(database, owner, 1) for owner in ("dead", "alive")}
    left = [await _add(dead, make_job, number, 1) for number in (1, 2)]
    others = [await _add(alive, make_job, 3, 1), await _add(alive, make_job, 4, 2)]
    for job_id in left:
        await lines["dead"].enter(job_id)
    for job_id in others:
        await lines["alive"].enter(job_id)
    over = update(jobs).where(jobs.c.owner == "dead").values(lease_until=DatabaseTime(timedelta(seconds=-1)))
    await _execute(database, over)
    assert await lines["alive"].admit() == [others[0]]
    await _move(alive, others[0], Status.SUBMITTING, Status.WAITING, Status.FAILED)
    await alive.claim(10)
    for job_id in left:
        await lines["alive"].enter(job_id)
    assert await lines["alive"].admit() == [left[0]]


async def test_a_place_that_a_dead_process_did_not_use_is_free_once_its_job_is_taken_over(
    database: Database, make_store: StoreMaker, make_job: JobMaker
) -> None:
    for end in ("release", "claim"):
        dead, alive = make_store(f"dead {end}"), make_store("alive")
        job_id = await _add(dead, make_job, len(end), 1)
        line = SqlAdmissionLine(database, f"dead {end}", 1)
        await line.enter(job_id)
        assert await line.admit() == [job_id]
        if end == "release":
            await dead.release()
        else:
            over = update(jobs).values(lease_until=DatabaseTime(timedelta(seconds=-1)))
            await _execute(database, over)
            await alive.claim(10)
        assert (await _turns(database))[job_id] is None


class Model:
    """What the line must do, after the one-process queue it stands for."""

    def __init__(self, capacity: int) -> None:
        self.queue = SubmissionQueue(capacity)
        self.waiting: dict[str, tuple[int, int]] = {}

    def enter(self, job_id: str, age: int, user: int) -> None:
        self.waiting[job_id] = (age, user)

    def admit(self) -> set[str]:
        # By age, since that is what decides between two with as many tasks.
        for job_id, (_, user) in sorted(self.waiting.items(), key=lambda item: item[1][0]):
            self.queue.leave(job_id)
            self.queue.forget(job_id)
            self.queue.enter(job_id, user)
        admitted = set(self.queue.admit())
        for job_id in admitted:
            del self.waiting[job_id]
        return admitted


moves = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 3), st.integers(0, 1)),
        st.tuples(st.just("admit"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("end"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.just(0)),
    ),
    min_size=4,
    max_size=30,
)


@given(moves=moves, capacity=st.integers(1, 4), ages=st.randoms(use_true_random=False))
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
async def test_the_line_of_many_processes_is_the_queue_of_one(
    database: Database,
    clock: ManualClock,
    make_job: JobMaker,
    moves: list[tuple[str, int, int]],
    capacity: int,
    ages: Random,
) -> None:
    for table in (jobs, people_in_line):
        await _execute(database, delete(table))
    owners = ("a", "b")
    stores = [SqlJobStore(database, owner, timedelta(minutes=1), clock) for owner in owners]
    lines = [SqlAdmissionLine(database, owner, capacity) for owner in owners]
    model = Model(capacity)
    whose: dict[str, int] = {}
    running: list[str] = []
    numbers = list(range(1, 100))
    ages.shuffle(numbers)
    for move, one, other in moves:
        if move == "enter":
            age = numbers.pop()
            job_id = await _add(stores[other], make_job, age, one)
            whose[job_id] = other
            assert await lines[other].enter(job_id)
            model.enter(job_id, age, one)
        elif move == "admit":
            await lines[one].admit()
            admitted = model.admit()
            for owner, line in enumerate(lines):
                mine = set(await line.admit())
                assert mine == {job_id for job_id in admitted if whose[job_id] == owner}
                for job_id in mine:
                    await _move(stores[owner], job_id, Status.SUBMITTING, Status.WAITING)
                    running.append(job_id)
        elif move == "end" and running:
            job_id = running.pop(one % len(running))
            await _move(stores[whose[job_id]], job_id, Status.DELIVERING)
            model.queue.forget(job_id)
        elif move == "cancel" and model.waiting:
            job_id = sorted(model.waiting)[one % len(model.waiting)]
            await _move(stores[whose[job_id]], job_id, Status.CANCELLED)
            del model.waiting[job_id]
            model.queue.forget(job_id)
        assert (await _at_api(database)).total() <= capacity


async def test_a_long_line_of_people_is_served_in_the_same_order(
    database: Database, store: SqlJobStore, make_job: JobMaker
) -> None:
    """More people than are looked at in one go, whose next jobs are as old as the first ones of people behind."""
    line, model = SqlAdmissionLine(database, "me", 45), Model(45)
    for user in range(1, 41):
        for number in (user * 10, user * 10 + 205):
            job_id = await _add(store, make_job, number, user)
            await line.enter(job_id)
            model.enter(job_id, number, user)
    assert set(await line.admit()) == model.admit()


async def test_at_once_no_more_are_admitted_than_there_are_places(
    database: Database, make_store: StoreMaker, make_job: JobMaker
) -> None:
    owners = ("a", "b", "c")
    stores = {owner: make_store(owner) for owner in owners}
    lines = {owner: SqlAdmissionLine(database, owner, 5) for owner in owners}
    submitted: list[str] = []

    async def work(owner: str, first: int) -> None:
        mine = [await _add(stores[owner], make_job, first + number, number % 4) for number in range(8)]
        await asyncio.gather(*(lines[owner].enter(job_id) for job_id in mine))
        left = set(mine)
        while left:
            for job_id in await lines[owner].admit():
                assert job_id in left
                left.remove(job_id)
                submitted.append(job_id)
                await _move(stores[owner], job_id, Status.SUBMITTING)
                assert (await _at_api(database)).total() <= 5
                await _move(stores[owner], job_id, Status.WAITING, Status.DELIVERING)

    await asyncio.gather(*(work(owner, number * 10) for number, owner in enumerate(owners)))
    assert len(submitted) == len(set(submitted)) == 24
    assert not await _at_api(database)


@pytest.mark.parametrize("people", [1, 2000])
async def test_an_admission_costs_as_many_statements_whether_ten_or_thousands_wait(
    database: Database, store: SqlJobStore, make_job: JobMaker, people: int
) -> None:
    line = SqlAdmissionLine(database, "me", 3)
    waiting = 2000
    await store.add(make_job(0, status=Status.PREPARING))

    def fill(connection: Connection) -> None:
        row = dict(connection.execute(select(jobs)).mappings().one())
        rows = [
            {**row, "id": f"job{number:013}", "user_id": number % people, "turn": "line"}
            for number in range(1, waiting)
        ]
        connection.execute(jobs.insert(), rows)
        first = (
            select(jobs.c.user_id, func.min(jobs.c.created_at)).where(jobs.c.turn == "line").group_by(jobs.c.user_id)
        )
        connection.execute(people_in_line.insert().from_select(["user_id", "first_at"], first))

    await database.write(fill)
    counted: list[str] = []

    def count(*arguments: object) -> None:
        counted.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert len(await line.admit()) == 3
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(counted) < 30


class Stopwatch:
    """Tells how far a wait may fall short of its slot: by the time that has passed since the first was taken."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def due(self, wait: float, seconds: float) -> bool:
        """Whether a wait that was told just now leads to so many seconds after the start."""
        return seconds - (time.monotonic() - self._start) - 0.01 <= wait <= seconds + 0.01


async def test_requests_go_out_at_the_rate_after_a_burst(database: Database) -> None:
    rate, watch = SqlRequestRate(database, "seedream", 5.0), Stopwatch()
    for _ in range(5):
        assert await rate.reserve() <= 0.01
    for number in range(1, 16):
        assert watch.due(await rate.reserve(), number / 5)


async def test_processes_that_reserve_at_once_get_slots_of_their_own(database: Database) -> None:
    shared = [SqlRequestRate(database, "seedream", 2.0) for _ in range(3)]
    other, watch = SqlRequestRate(database, "other", 2.0), Stopwatch()
    waits = await asyncio.gather(*(shared[number % 3].reserve() for number in range(30)))
    assert watch.due(max(waits), 14.0)
    assert await other.reserve() <= 0.01


async def test_a_block_is_as_many_slots(database: Database) -> None:
    rate, watch = SqlRequestRate(database, "seedream", 1.0), Stopwatch()
    assert await rate.reserve(10) <= 0.01
    assert watch.due(await rate.reserve(), 10.0)


async def test_a_rate_that_was_idle_has_saved_up_no_more_than_its_burst(database: Database) -> None:
    rate = SqlRequestRate(database, "seedream", 2.0)
    await rate.reserve()
    await _set(database, -1000.0)
    watch = Stopwatch()
    for _ in range(2):
        assert await rate.reserve() <= 0.01
    for number in range(1, 5):
        assert watch.due(await rate.reserve(), number / 2)


async def test_a_clock_that_was_put_back_silences_nobody(database: Database) -> None:
    rate = SqlRequestRate(database, "seedream", 2.0)
    await rate.reserve()
    await _set(database, 24 * 3600.0)
    assert await rate.reserve() <= 0.001


async def test_a_low_rate_holds_however_far_ahead_its_slots_are(database: Database) -> None:
    rate, watch = SqlRequestRate(database, "seedream", 0.01), Stopwatch()
    assert await rate.reserve() <= 0.01
    for number in range(1, 41):
        assert watch.due(await rate.reserve(), 100.0 * number)


async def _set(database: Database, ahead: float) -> None:
    statement = update(rates).values(next_at=DatabaseSeconds(ahead))
    await _execute(database, statement)
