"""The worker's side of the line: what the line's stumbles and late answers may not do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.domain.job import Status
from bot.domain.place import Venue
from bot.errors import JobLost, StorageUnavailable
from bot.jobs.admissions import Admissions
from bot.jobs.queue import ProcessLine
from sandbox.clock import ManualClock
from tests.jobs.engine import SETTINGS, Engine
from tests.support.jobs import make_job, make_place

IN_PLACE = make_place(venue=Venue.CHANNEL)


class ShakyLine(ProcessLine):
    """A line whose database goes away when it is told to; it may carry out what it does not confirm."""

    def __init__(self) -> None:
        super().__init__(SETTINGS.max_running_tasks)
        self.away = False
        self.carries_out = False
        self.lost: set[str] = set()

    async def enter(self, job_id: str) -> bool:
        entered = await super().enter(job_id) if not self.away or self.carries_out else False
        if self.away:
            raise StorageUnavailable(detail="no answer")
        return entered and job_id not in self.lost

    async def admit(self) -> list[str]:
        if self.away:
            raise StorageUnavailable(detail="no answer")
        return list(await super().admit())


@pytest.mark.parametrize("carries_out", [True, False])
async def test_a_line_that_cannot_be_asked_loses_no_job_and_ends_no_loop(*, carries_out: bool) -> None:
    built = Engine.build()
    line = ShakyLine()
    engine = Engine(built.clock, built.tables, built.api, built.messenger, built.courier, line=line)
    engine.api.seconds_per_task = 5
    line.away, line.carries_out = True, carries_out
    engine.start()
    job = make_job(place=IN_PLACE)
    with capture_logs():
        await engine.take(job)
        await engine.run_for(30)
    assert engine.task is not None
    assert not engine.task.done()
    assert engine.api.posts == []
    line.away = False
    assert (await engine.finish(job.id, 60)).status is Status.DELIVERED
    assert len(engine.api.posts) == 1
    backlog = engine.worker.backlog()
    assert (backlog.in_line, backlog.at_api) == (0, 0)
    await engine.crash()


async def test_a_job_that_is_lost_on_entering_is_let_go() -> None:
    built = Engine.build()
    line = ShakyLine()
    engine = Engine(built.clock, built.tables, built.api, built.messenger, built.courier, line=line)
    job = make_job(place=IN_PLACE)
    line.lost.add(job.id)
    engine.start()
    with capture_logs() as logs:
        await engine.take(job)
        await engine.settle()
    assert "job is another process's by now" in {entry["event"] for entry in logs}
    assert (engine.worker.open_jobs, engine.worker.backlog().in_line, engine.api.posts) == (0, 0, [])
    await engine.crash()


@dataclass
class SlowLine(ProcessLine):
    """A line that answers when it is told to, with what it is told to."""

    answers: "asyncio.Queue[list[str]]" = field(default_factory=asyncio.Queue)
    asked: int = 0

    async def enter(self, job_id: str) -> bool:
        return bool(job_id)

    async def admit(self) -> list[str]:
        self.asked += 1
        return await self.answers.get()

    def hold(self, job_id: str, user_id: int, *, at_api: bool) -> None:
        pass

    def leave(self, job_id: str) -> None:
        pass

    def forget(self, job_id: str) -> None:
        pass


@dataclass
class Hall:
    """Admissions over a slow line, with a note of what they start and look at."""

    clock: ManualClock = field(default_factory=ManualClock)
    line: SlowLine = field(default_factory=SlowLine)
    started: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.admissions = Admissions(self.line, self.clock, start=self._start, look=self.looked.append)

    async def answer(self, *job_ids: str) -> None:
        self.line.answers.put_nowait(list(job_ids))
        await self.settle()

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    def _start(self, job_id: str) -> bool:
        if job_id in self.running:
            return False
        self.started.append(job_id)
        return True

    @property
    def counts(self) -> tuple[int, int]:
        return self.admissions.in_line, self.admissions.at_api


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    made = Hall()
    task = asyncio.create_task(made.admissions.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_job_waits_until_the_line_names_it_which_is_asked_every_second(hall: Hall) -> None:
    await hall.admissions.enter("a")
    await hall.settle()
    await hall.answer()
    assert (hall.started, hall.looked, hall.counts) == ([], ["a"], (1, 0))
    for _ in range(3):
        asked = hall.line.asked
        await hall.clock.advance(1)
        await hall.settle()
        assert hall.line.asked == asked + 1
        await hall.answer()
    await hall.clock.advance(1)
    await hall.settle()
    await hall.answer("a")
    # It was shown that it waits once, and not again.
    assert (hall.started, hall.looked, hall.counts) == (["a"], ["a"], (0, 1))
    asked = hall.line.asked
    await hall.clock.advance(60)
    await hall.settle()
    assert hall.line.asked == asked


async def test_what_has_begun_or_is_unknown_is_not_started(hall: Hall) -> None:
    await hall.admissions.enter("a")
    await hall.settle()
    await hall.answer("a", "stranger")
    await hall.admissions.enter("b")
    await hall.settle()
    await hall.answer("a")
    assert (hall.started, hall.counts) == (["a"], (1, 1))


async def test_an_answer_about_what_was_before_starts_nothing(hall: Hall) -> None:
    await hall.admissions.enter("a")
    await hall.settle()
    # Asked, and the answer is long in coming; meanwhile the job leaves and comes back.
    hall.admissions.leave("a")
    await hall.admissions.enter("a")
    await hall.answer("a")
    assert (hall.started, hall.counts) == ([], (1, 0))
    await hall.answer("a")
    assert hall.started == ["a"]


async def test_a_job_whose_step_is_running_is_started_after_that(hall: Hall) -> None:
    await hall.admissions.enter("a")
    hall.running.add("a")
    await hall.settle()
    await hall.answer("a")
    assert (hall.started, hall.counts) == ([], (1, 0))
    hall.running.clear()
    await hall.admissions.enter("a")
    await hall.settle()
    await hall.answer("a")
    assert (hall.started, hall.counts) == (["a"], (0, 1))


Parting = Callable[[Admissions], object]


@pytest.mark.parametrize(
    "part",
    [
        lambda admissions: admissions.leave("a"),
        lambda admissions: admissions.forget("a"),
        lambda admissions: admissions.hold("a", 1, at_api=False),
    ],
)
async def test_a_place_that_becomes_free_is_given_out_at_once(hall: Hall, part: Parting) -> None:
    hall.admissions.hold("a", 1, at_api=True)
    await hall.settle()
    assert (hall.counts, hall.line.asked) == ((0, 1), 0)
    part(hall.admissions)
    await hall.settle()
    assert (hall.counts, hall.line.asked) == ((0, 0), 1)


async def test_a_lost_job_is_not_in_line(monkeypatch: pytest.MonkeyPatch, hall: Hall) -> None:
    async def lost(job_id: str) -> bool:  # noqa: ARG001 - the port's shape
        return False

    entering: Callable[[str], Awaitable[bool]] = lost
    monkeypatch.setattr(hall.line, "enter", entering)
    with pytest.raises(JobLost):
        await hall.admissions.enter("a")
    hall.admissions.forget("a")
    assert hall.counts == (0, 0)
