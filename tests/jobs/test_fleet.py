"""Several processes on one PostgreSQL: one cap, one line, and a job that is one process's at a time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from structlog.testing import capture_logs

from bot.domain.job import Job, Requester, Status
from bot.domain.place import Venue
from bot.domain.request import GenerationRequest
from bot.errors import StorageUnavailable
from bot.storage import Database
from bot.storage.backend import Work
from bot.storage.database import BUSY_TIMEOUT
from bot.storage.postgres.backend import PostgresBackend
from bot.storage.postgres.engine import locate, working_engine
from sandbox.clock import ManualClock
from tests.jobs.engine import SETTINGS, Engine
from tests.jobs.fakes import LEASE, completed
from tests.support.jobs import THREAD, make_job, make_place
from tests.support.postgres import PostgresServer

T = TypeVar("T")

SECONDS = LEASE.total_seconds()
IN_PLACE = make_place(venue=Venue.CHANNEL)


@dataclass
class Stoppable(ManualClock):
    """The house's clock as one process has it, which can be stopped: whatever sleeps there goes on sleeping."""

    house: ManualClock
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.awake.set()

    def now(self) -> datetime:
        return self.house.now()

    def monotonic(self) -> float:
        return self.house.monotonic()

    def next_wake(self) -> float | None:
        return self.house.next_wake()

    async def advance(self, seconds: float) -> None:
        await self.house.advance(seconds)

    async def sleep(self, seconds: float) -> None:
        await self.house.sleep(seconds)
        await self.awake.wait()


@dataclass
class Fleet:
    """Processes over one database, one API and one Discord."""

    first: Engine
    engines: list[Engine] = field(default_factory=list)

    def add(self, owner: str) -> Engine:
        engine = replace(
            self.first, owner=owner, clock=Stoppable(self.first.clock), task=None, preparer=self.first.preparer
        )
        self.engines.append(engine)
        return engine.start()

    async def crash(self) -> None:
        for engine in self.engines:
            _clock(engine).awake.set()
            await engine.crash()


def _clock(engine: Engine) -> Stoppable:
    assert isinstance(engine.clock, Stoppable)
    return engine.clock


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    opened = Database(PostgresBackend(working_engine(locate(await postgres.empty()), BUSY_TIMEOUT)))
    yield opened
    await opened.close()


@pytest.fixture
async def fleet(database: Database) -> AsyncIterator[Fleet]:
    made = Fleet(Engine.build(settings=replace(SETTINGS, max_running_tasks=3), database=database))
    # The line asks for these leases by the database's own clock; the tests end them by theirs.
    made.first.messenger.forgets_nonces = True
    yield made
    await made.crash()


def _numbered(number: int, user: int = 1, prompt: str = "") -> Job:
    job = make_job(f"{number:016}", place=IN_PLACE, requester=Requester(user, "Ada", "en-US"))
    request = replace(job.request, prompt=prompt or f"prompt {number}")
    return replace(job, created_at=job.created_at + timedelta(milliseconds=number), request=request)


async def test_the_cap_holds_over_all_and_everyone_is_served_once(fleet: Fleet) -> None:
    engines = [fleet.add(owner) for owner in ("a", "b", "c")]
    first = fleet.first
    first.api.seconds_per_task = 12.0
    jobs = [_numbered(number, user=number % 4) for number in range(20)]
    for number, job in enumerate(jobs):
        await engines[number % 3].take(job)
    await engines[0].settle()
    assert [sum(getattr(engine.worker.backlog(), name) for engine in engines) for name in ("in_line", "at_api")] == [
        17,
        3,
    ]
    await engines[0].run_until(lambda: not any(first.store.job(job.id).open for job in jobs))
    assert first.api.most_running == 3
    assert Counter(request.prompt for request, _ in first.api.posts) == Counter(job.request.prompt for job in jobs)
    assert {first.store.job(job.id).status for job in jobs} == {Status.DELIVERED}
    assert len(first.messenger.of("images")) == 20
    assert {engine.worker.open_jobs for engine in engines} == {0}
    assert {(engine.worker.backlog().in_line, engine.worker.backlog().at_api) for engine in engines} == {(0, 0)}


async def test_whoever_asks_much_of_one_process_does_not_keep_those_of_another_waiting(fleet: Fleet) -> None:
    greedy, modest = fleet.add("a"), fleet.add("b")
    fleet.first.api.seconds_per_task = 10.0
    for number in range(8):
        await greedy.take(_numbered(number, 1, "greedy"))
        await greedy.run_for(0.5)
    await modest.take(_numbered(99, 2, "modest"))
    await modest.run_until(lambda: len(fleet.first.api.posts) == 6)
    # The first place that became free was for the one of the other process, who finds out within a second.
    assert "modest" in [request.prompt for request, _ in fleet.first.api.posts][:5]


async def test_a_dead_processs_jobs_are_another_ones_within_a_lease_and_a_third(fleet: Fleet) -> None:
    dead, alive = fleet.add("a"), fleet.add("b")
    fleet.first.api.seconds_per_task = 30.0
    jobs = [_numbered(number, user=number) for number in range(8)]
    for job in jobs:
        await dead.take(job)
    await dead.run_for(10)
    assert len(fleet.first.api.running) == 3
    await dead.crash()
    await alive.run_for(SECONDS * 4 / 3)
    assert {row.owner for row in alive.tables.rows.values()} == {"b"}
    await alive.run_until(lambda: not any(fleet.first.store.job(job.id).open for job in jobs))
    assert {fleet.first.store.job(job.id).status for job in jobs} == {Status.DELIVERED}
    assert (fleet.first.api.most_running, len(fleet.first.api.posts)) == (3, 8)
    assert len(fleet.first.messenger.of("images")) == 8


@dataclass
class Stall:
    """A stop of a whole process in the midst of a call: what it was about to do next it does when it wakes."""

    engine: Engine
    reached: bool = False

    def before(self, owner: object, name: str, *, when: Callable[..., bool] = lambda *_: True) -> None:
        """Stop when a method is called for the first time, before it does anything."""
        self._hook(owner, name, when, late=False)

    def after(self, owner: object, name: str, *, when: Callable[..., bool] = lambda *_: True) -> None:
        """Stop when a method has done its work."""
        self._hook(owner, name, when, late=True)

    def _hook(self, owner: object, name: str, when: Callable[..., bool], *, late: bool) -> None:
        real: Callable[..., Awaitable[object]] = getattr(owner, name)

        async def stalling(*args: object, **named: object) -> object:
            stop = not self.reached and when(*args)
            result = await real(*args, **named) if late else None
            if stop:
                self.reached = True
                _clock(self.engine).awake.clear()
            await _clock(self.engine).awake.wait()
            return result if late else await real(*args, **named)

        setattr(owner, name, stalling)


def _before_the_first_commit(stall: Stall) -> None:
    stall.before(stall.engine.store, "save", when=lambda job: job.status is Status.SUBMITTING)


def _between_commit_and_post(stall: Stall) -> None:
    stall.after(stall.engine.store, "save", when=lambda job: job.status is Status.SUBMITTING)


def _while_polling(stall: Stall) -> None:
    stall.after(stall.engine.store, "mine", when=lambda _: bool(stall.engine.api.posts))


def _while_downloading(stall: Stall) -> None:
    stall.after(stall.engine.courier, "pack")


def _before_the_pictures(stall: Stall) -> None:
    stall.after(stall.engine.store, "save", when=lambda job: any(sent.images for sent in job.sent.values()))


STALLS: Sequence[Callable[[Stall], None]] = [
    _before_the_first_commit,
    _between_commit_and_post,
    _while_polling,
    _while_downloading,
    _before_the_pictures,
]


@pytest.fixture
async def sleeper(fleet: Fleet) -> Engine:
    """The process that is stopped."""
    engine = fleet.add("sleeper")
    engine.api.seconds_per_task = 10.0
    return engine


@pytest.mark.parametrize("venue", [Venue.CHANNEL, Venue.INTERACTION])
@pytest.mark.parametrize("at", STALLS)
async def test_a_process_that_wakes_after_its_job_was_taken_over_neither_writes_nor_sends(
    fleet: Fleet, sleeper: Engine, at: Callable[[Stall], None], venue: Venue
) -> None:
    stall = Stall(sleeper)
    job = make_job(place=make_place(venue=venue, token_expires_at=make_place().token_expires_at + timedelta(hours=9)))
    # What belongs to the process that is stopped, hooked before anybody else has it.
    sleeper.courier = replace(sleeper.courier)
    sleeper.__post_init__()
    assert sleeper.task is not None
    await sleeper.end()
    at(stall)
    sleeper.start()
    with capture_logs():
        await sleeper.take(job)
        await sleeper.run_until(lambda: stall.reached)
        heir = fleet.add("heir")
        await heir.run_for(2 * SECONDS)
        after = await heir.finish(job.id)
        discord = fleet.first.messenger
        said = (len(discord.posts), len(discord.cards), len(discord.edits), dict(discord.shelves))
        posts, stored = len(fleet.first.api.posts), heir.tables.rows[job.id].job
        _clock(sleeper).awake.set()
        await heir.run_for(5 * SECONDS)
    assert (len(discord.posts), len(discord.cards), len(discord.edits), dict(discord.shelves)) == said
    assert len(fleet.first.api.posts) == posts <= 1
    assert heir.tables.rows[job.id].job == stored
    assert sleeper.worker.open_jobs == 0
    if at is _between_commit_and_post:
        assert (after.status, posts) == (Status.UNKNOWN, 0)
    else:
        assert after.status is Status.DELIVERED
        assert discord.images() == [1] or discord.shelves == {make_place().card_id: [1]}


@pytest.mark.parametrize("at", STALLS)
async def test_a_process_that_nobody_took_anything_from_goes_on(
    fleet: Fleet, sleeper: Engine, at: Callable[[Stall], None]
) -> None:
    stall = Stall(sleeper)
    job = make_job(thread_id=THREAD)
    await sleeper.end()
    at(stall)
    sleeper.start()
    with capture_logs() as logs:
        await sleeper.take(job)
        await sleeper.run_until(lambda: stall.reached)
        await sleeper.clock.advance(5 * SECONDS)
        await sleeper.settle()
        _clock(sleeper).awake.set()
        after = await sleeper.finish(job.id)
    assert after.status is Status.DELIVERED
    assert len(fleet.first.api.posts) == 1
    assert fleet.first.messenger.images() == [1]
    assert "job is another process's by now" not in {entry["event"] for entry in logs}


async def test_who_is_alone_pays_nothing_for_a_stall() -> None:
    engine = Engine.build()
    engine.start()
    await engine.take(make_job(thread_id=THREAD))
    await engine.run_for(10)
    reads = engine.store.reads
    await engine.clock.advance(5 * SECONDS)
    engine.api.poll_answers.append(completed())
    assert (await engine.finish(make_job().id)).status is Status.DELIVERED
    assert engine.store.reads - reads < 20
    await engine.crash()


async def test_jobs_lost_in_line_are_not_known_for_ever_by_who_was_stopped(fleet: Fleet, sleeper: Engine) -> None:
    sleeper.api.seconds_per_task = 10_000.0
    jobs = [_numbered(number, user=number) for number in range(8)]
    with capture_logs():
        for job in jobs:
            await sleeper.take(job)
        await sleeper.run_for(10)
        assert sleeper.worker.backlog().in_line == 5
        _clock(sleeper).awake.clear()
        heir = fleet.add("heir")
        await heir.run_for(2 * SECONDS)
        assert (heir.worker.open_jobs, heir.worker.backlog().in_line) == (8, 5)
        _clock(sleeper).awake.set()
        await heir.run_for(SECONDS)
    assert sleeper.worker.open_jobs == 0
    assert (sleeper.worker.backlog().in_line, sleeper.worker.backlog().at_api) == (0, 0)


async def test_after_an_outage_of_the_database_each_process_keeps_its_jobs(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one to find the database again must not take the others' task ids, which are stored nowhere yet."""
    slow, quick = fleet.add("slow"), fleet.add("quick")
    fleet.first.api.seconds_per_task = 10.0
    away = False
    real_write, real_read = PostgresBackend.write, PostgresBackend.read

    async def write(self: PostgresBackend, work: Work[T], *, single: bool = False) -> T:
        if away:
            raise StorageUnavailable(detail="it is away")
        return await real_write(self, work, single=single)

    async def read(self: PostgresBackend, work: Work[T]) -> T:
        if away:
            raise StorageUnavailable(detail="it is away")
        return await real_read(self, work)

    monkeypatch.setattr(PostgresBackend, "write", write)
    monkeypatch.setattr(PostgresBackend, "read", read)
    real_submit = fleet.first.api.submit

    async def submit(request: GenerationRequest, image_urls: Sequence[str]) -> str:
        nonlocal away
        task_id = await real_submit(request, image_urls)
        away = True
        return task_id

    monkeypatch.setattr(fleet.first.api, "submit", submit)
    job = make_job(place=IN_PLACE)
    with capture_logs():
        await slow.take(job)
        await slow.run_until(lambda: away)
        await slow.run_for(2 * SECONDS)
        away = False
        # The other process is the first to look.
        _clock(slow).awake.clear()
        await quick.run_for(SETTINGS.claim_every.total_seconds() + 1)
        _clock(slow).awake.set()
        after = await quick.finish(job.id)
    assert after.status is Status.DELIVERED
    assert len(fleet.first.api.posts) == 1
