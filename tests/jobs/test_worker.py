"""The loop itself: the cap, fairness, restarts, leases, stumbles, and rest where there is nothing to do."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from bot.domain.job import Job, Requester, Status, TaskState, TaskStatus
from bot.domain.place import Venue
from bot.domain.request import GenerationRequest
from bot.errors import (
    ApiBusy,
    ApiRequestRejected,
    ApiUnreachable,
    DiscordUnavailable,
    PlaceGone,
    StorageUnavailable,
    UnknownError,
)
from bot.jobs.settings import JobSettings
from bot.jobs.worker import Backlog
from tests.jobs.engine import MOMENT, SETTINGS, Engine
from tests.jobs.fakes import LEASE, MemoryStore, completed
from tests.support.jobs import THREAD, delivering_job, make_job, make_place, waiting_job

IN_PLACE = make_place(venue=Venue.CHANNEL)


def _numbered(number: int, user: int = 1, **changes: object) -> Job:
    job = make_job(f"{number:016}", place=IN_PLACE, requester=Requester(user, "Ada", "en-US"))
    return replace(job, created_at=job.created_at + timedelta(milliseconds=number), **changes)  # type: ignore[arg-type]  # the fields' own types are checked by use


def _capped(places: int) -> Engine:
    return Engine.build(settings=replace(SETTINGS, max_running_tasks=places))


def _users_posted(engine: Engine) -> list[str]:
    return [request.prompt for request, _ in engine.api.posts]


async def test_the_cap_holds_and_everyone_is_served() -> None:
    engine = _capped(3)
    engine.api.seconds_per_task = 12.0
    engine.start()
    jobs = [_numbered(number, user=number % 4) for number in range(20)]
    for job in jobs:
        await engine.take(job)
    await engine.run_until(lambda: not any(engine.store.job(job.id).open for job in jobs))
    assert engine.api.most_running == 3
    assert len(engine.api.posts) == 20
    assert {engine.store.job(job.id).status for job in jobs} == {Status.DELIVERED}
    await engine.crash()


async def test_a_pause_noted_under_a_wrong_clock_holds_nobody_up_for_long() -> None:
    engine = Engine.build()
    engine.api.seconds_per_task = 10.0
    job = _numbered(1, retry_at=engine.clock.now() + timedelta(days=1))
    await engine.store.add(job)
    engine.tables.rows[job.id].owner = None
    engine.start()
    assert (await engine.finish(job.id, seconds=660)).status is Status.DELIVERED
    await engine.end()


async def test_the_greedy_do_not_keep_the_modest_waiting() -> None:
    engine = _capped(2)
    engine.api.seconds_per_task = 10.0
    engine.start()
    for number in range(6):
        job = _numbered(number, user=1)
        await engine.take(replace(job, request=replace(job.request, prompt="greedy")))
        # So that their tasks end one after another.
        await engine.run_for(0.5)
    late = _numbered(99, user=2)
    await engine.take(replace(late, request=replace(late.request, prompt="modest")))
    await engine.run_until(lambda: len(engine.api.posts) == 4)
    assert _users_posted(engine)[:3] == ["greedy", "greedy", "modest"]
    await engine.crash()


async def test_a_job_sent_back_by_a_busy_api_goes_before_those_who_came_later() -> None:
    engine = _capped(1)
    engine.api.submit_answers = deque([ApiBusy(status=429, retry_after=2.0)])
    engine.api.seconds_per_task = 30.0
    engine.start()
    for number, prompt in enumerate(("first", "second", "third")):
        job = _numbered(number, user=number)
        await engine.take(replace(job, request=replace(job.request, prompt=prompt)))
        await engine.settle()
    await engine.run_until(lambda: len(engine.api.posts) == 4)
    assert _users_posted(engine) == ["first", "second", "first", "third"]
    await engine.crash()


async def test_a_job_in_line_is_shown_once_and_then_costs_nothing() -> None:
    engine = _capped(1)
    engine.start()
    first, second = _numbered(1), _numbered(2)
    await engine.take(first)
    await engine.settle()
    await engine.take(second)
    await engine.run_for(30)
    shown = [card for card in engine.messenger.cards if card.id == second.id]
    assert 1 <= len(shown) <= 2
    assert shown[-1].prepared
    await engine.run_for(120)
    assert [card for card in engine.messenger.cards if card.id == second.id] == shown
    assert len(engine.api.posts) == 1
    await engine.crash()


async def test_trouble_with_showing_that_it_waits_does_not_let_a_job_jump_the_cap() -> None:
    engine = _capped(1)
    engine.api.seconds_per_task = 5.0
    engine.start()
    first, second = _numbered(1), _numbered(2)
    await engine.take(first)
    await engine.settle()
    hold = asyncio.Event()
    shown = engine.messenger.show_card

    async def slow(job: Job) -> bool:
        second_look = job.id == second.id and any(card.id == second.id for card in engine.messenger.cards)
        if second_look and not hold.is_set():
            await hold.wait()
            raise DiscordUnavailable(detail="503")
        return await shown(job)

    engine.messenger.show_card = slow  # type: ignore[method-assign]  # a fault that the script has no word for
    await engine.take(second)
    await engine.run_until(lambda: not engine.store.job(first.id).open, 60)
    third = _numbered(3)
    await engine.take(third)
    await engine.settle()
    hold.set()
    await engine.run_until(lambda: not engine.store.job(second.id).open and not engine.store.job(third.id).open)
    assert engine.api.most_running == 1
    assert len(engine.api.posts) == 3
    await engine.crash()


@pytest.mark.parametrize(
    "left_behind",
    [
        make_job(),
        make_job(status=Status.PREPARING),
        make_job(status=Status.PREPARING, thread_id=THREAD),
        waiting_job(),
        waiting_job(sent={}, task_shown=None),
        delivering_job(3),
        delivering_job(
            3, status=Status.DELIVERED, sent={"from-1": replace(waiting_job().sent["task"], images=(1, 2, 3))}
        ),
    ],
    ids=lambda job: f"{job.status.value}-{len(job.sent)}-{job.thread_id}",
)
async def test_a_restart_goes_on_where_the_job_stood(engine: Engine, left_behind: Job) -> None:
    engine.store.put(left_behind, owner=None)
    engine.api.poll_answers = deque([completed(3)])
    engine.start()
    after = await engine.finish(left_behind.id, 60)
    assert (after.status, after.told) == (Status.DELIVERED, True)
    assert len(engine.api.posts) == (0 if left_behind.task_id else 1)
    assert engine.messenger.images() == ([1, 2, 3] if left_behind.status is not Status.DELIVERED else [])
    assert len(engine.messenger.of("task")) <= 1


@pytest.mark.parametrize("passes", range(0, 120, 3))
async def test_a_crash_at_any_moment_posts_once_and_delivers_once(engine: Engine, passes: int) -> None:
    engine.messenger.forgets_nonces = True
    engine.api.seconds_per_task = 0.5
    engine.start()
    job = make_job(request=replace(make_job().request, max_images=12))
    await engine.take(job)
    for _ in range(passes):
        await asyncio.sleep(0)
        # The passes that a database takes to answer are not moments of their own.
        while not engine.store.idle:  # noqa: ASYNC110 - a database in another process rings no bell here
            await asyncio.sleep(MOMENT)
        if engine.clock.next_wake() is not None and not engine.worker.busy:
            await engine.clock.advance(1)
    await engine.crash()
    successor = engine.successor()
    await engine.clock.advance(LEASE.total_seconds() + 1)
    successor.start()
    after = await successor.finish(job.id)
    await successor.crash()
    assert after.status in {Status.DELIVERED, Status.UNKNOWN}
    assert len(engine.api.posts) <= 1
    assert engine.messenger.images() == (list(range(1, 13)) if after.status is Status.DELIVERED else [])
    assert len(engine.messenger.of("task")) <= 1


async def test_jobs_of_a_process_that_lives_are_left_alone(engine: Engine) -> None:
    engine.start()
    await engine.take(make_job())
    other = engine.successor("other").start()
    await engine.run_for(300)
    assert other.worker.open_jobs == 0
    assert engine.worker.open_jobs == 1
    await other.crash()


async def test_what_a_stopping_process_gives_back_is_gone_on_with_in_seconds() -> None:
    engine = Engine.build(settings=replace(SETTINGS, claim_every=timedelta(seconds=5)))
    engine.start()
    other = engine.successor("other").start()
    engine.api.seconds_per_task = 1000.0
    await engine.take(waiting_job(place=IN_PLACE, thread_id=None))
    await engine.run_for(1)
    await engine.worker.drain(0)
    assert other.worker.open_jobs == 0
    await engine.run_for(5)
    assert other.worker.open_jobs == 1
    await other.crash()


async def test_leases_that_ran_out_are_taken_over_and_tasks_keep_their_places() -> None:
    engine = _capped(2)
    engine.api.seconds_per_task = 100_000.0
    for number in range(3):
        job = waiting_job(f"{number:016}", place=IN_PLACE, thread_id=None)
        engine.store.put(job, owner="dead")
    engine.store.put(_numbered(9), owner="dead")
    engine.start()
    await engine.run_for(LEASE.total_seconds() / 2)
    assert engine.worker.open_jobs == 0
    await engine.run_for(LEASE.total_seconds())
    assert engine.worker.open_jobs == 4
    # Three tasks run already, one more than the cap: the fourth job waits.
    await engine.run_for(60)
    assert engine.api.posts == []
    assert len(engine.api.polls) == 3
    await engine.crash()


async def test_a_claimed_job_waits_for_its_retry(engine: Engine) -> None:
    job = make_job(status=Status.PREPARING, thread_id=THREAD, retry_at=engine.clock.now() + timedelta(seconds=50))
    engine.store.put(job, owner=None)
    engine.start()
    await engine.run_for(49)
    assert engine.api.posts == []
    await engine.run_for(2)
    assert len(engine.api.posts) == 1


async def test_a_lost_job_stops_silently(engine: Engine) -> None:
    engine.start()
    job = make_job()
    await engine.take(job)
    await engine.run_for(3)
    row = engine.tables.rows[job.id]
    row.owner, row.lease_until = "other", engine.clock.now() + timedelta(days=1)
    before = (len(engine.messenger.posts), engine.store.job(job.id))
    polls = dict(engine.api.polls)
    engine.api.poll_answers = deque([completed()])
    with capture_logs() as logs:
        await engine.run_for(600)
    assert engine.worker.open_jobs == 0
    assert (len(engine.messenger.posts), engine.store.job(job.id)) == before
    if engine.database is None or engine.shared:
        # In a file that is this process's alone nobody else can be the owner, so there only the next writing notices.
        assert engine.api.polls == polls
    assert [entry["event"] for entry in logs] == ["job is another process's by now"]


@pytest.mark.parametrize("told", [True, False])
async def test_an_unforeseen_error_ends_with_words_and_a_reference_that_stands_in_the_log(
    engine: Engine, *, told: bool
) -> None:
    engine.messenger.fail("open_thread", ZeroDivisionError("oops"))
    if not told:
        engine.messenger.fail("post_end", *(ZeroDivisionError("again") for _ in range(100)))
    engine.start()
    job = make_job(created_at=make_job().created_at - timedelta(hours=1))
    with capture_logs() as logs:
        await engine.take(job)
        after = await engine.finish(job.id)
    assert after.status is Status.FAILED
    assert isinstance(after.failure, UnknownError)
    assert after.failure.summary == "ZeroDivisionError"
    unforeseen = [entry for entry in logs if entry["event"] == "unforeseen error in a job"]
    assert unforeseen[0]["reference"] == after.failure.reference
    assert unforeseen[0]["job"] == job.id
    assert "exc_info" in unforeseen[0]
    assert len(engine.messenger.of("end")) == told


async def test_a_database_that_is_away_is_waited_for_and_decides_nothing(engine: Engine) -> None:
    engine.start()
    job = make_job()
    await engine.take(job)
    engine.store.failing = lambda _job: True
    with capture_logs() as logs:
        await engine.run_for(120)
    assert engine.store.job(job.id).status is Status.ACCEPTED
    assert 60 <= sum(entry["event"] == "database unavailable" for entry in logs) <= 130
    engine.store.failing = lambda _job: False
    engine.api.poll_answers = deque([completed()])
    assert (await engine.finish(job.id, 120)).status is Status.DELIVERED
    assert len(engine.api.posts) == 1


async def test_a_database_that_is_away_costs_a_running_task_neither_its_place_nor_its_pace() -> None:
    engine = _capped(1)
    engine.start()
    first, second = _numbered(1), _numbered(2)
    await engine.take(first)
    await engine.run_for(5)
    await engine.take(second)
    await engine.run_for(5)
    engine.api.poll_answers.append(ApiUnreachable())
    engine.store.failing = lambda saved: saved is not None and saved.id == first.id
    await engine.run_for(20)
    engine.store.failing = lambda _saved: False
    await engine.run_for(200)
    assert engine.api.most_running == len(engine.api.posts) == 1
    polls = engine.api.polls["task-1"]
    await engine.run_for(100)
    assert 15 <= engine.api.polls["task-1"] - polls <= 25
    await engine.crash()


async def test_reclaiming_our_own_jobs_after_a_stall_does_not_double_their_polls(engine: Engine) -> None:
    engine.start()
    job = make_job()
    await engine.take(job)
    await engine.run_for(10)
    for _ in range(5):
        engine.tables.rows[job.id].owner = None
        await engine.run_for(LEASE.total_seconds())
    polls = engine.api.polls["task-1"]
    await engine.run_for(100)
    assert engine.api.polls["task-1"] - polls <= 25


async def test_a_keeper_of_leases_that_breaks_is_not_silent(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_self: MemoryStore) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(type(engine.store), "renew", broken)
    engine.start()
    await engine.settle()
    assert engine.task is not None
    with pytest.raises(ZeroDivisionError):
        await engine.task


async def test_trouble_that_cannot_be_dealt_with_leaves_the_job_open_and_is_logged(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    save = type(engine.store).save

    async def broken(self: MemoryStore, job: Job, *, was: Status) -> Job:
        if job.status is Status.FAILED:
            raise ValueError("no such way")
        return await save(self, job, was=was)

    monkeypatch.setattr(type(engine.store), "save", broken)
    engine.messenger.fail("open_thread", ZeroDivisionError())
    engine.start()
    with capture_logs() as logs:
        await engine.take(job)
        await engine.run_for(30)
    assert "a job could not be worked on" in {entry["event"] for entry in logs}
    assert engine.store.job(job.id).status is Status.PREPARING
    # Once whatever broke has been mended, the job goes on by itself.
    await engine.run_for(60)
    assert len(engine.api.posts) == 1


async def test_draining_lets_running_steps_end_takes_no_new_ones_and_gives_the_jobs_back(engine: Engine) -> None:
    gate = asyncio.Event()
    open_thread = engine.messenger.open_thread

    async def slow(job: Job) -> int:
        await gate.wait()
        return await open_thread(job)

    engine.messenger.open_thread = slow  # type: ignore[method-assign]  # a pause that the script has no word for
    engine.start()
    job, other = make_job(), delivering_job(1, "f" * 16)
    await engine.take(job)
    await engine.settle()
    draining = asyncio.create_task(engine.worker.drain(60))
    await engine.settle()
    await engine.take(other)
    await engine.settle()
    assert not draining.done()
    gate.set()
    await draining
    assert engine.task is not None
    await engine.task
    stored = engine.store.job(job.id)
    assert (stored.status, stored.thread_id) == (Status.PREPARING, THREAD)
    assert (engine.api.posts, engine.messenger.posts) == ([], [])
    assert {row.owner for row in engine.tables.rows.values()} == {None}


async def test_draining_cuts_off_what_takes_too_long(engine: Engine) -> None:
    async def forever(job: Job) -> int:
        await asyncio.Event().wait()
        return len(job.id)

    engine.messenger.open_thread = forever  # type: ignore[method-assign]  # a pause that the script has no word for
    engine.start()
    await engine.take(make_job())
    await engine.settle()
    await engine.worker.drain(0)
    assert engine.task is not None
    await engine.task
    assert {row.owner for row in engine.tables.rows.values()} == {None}


async def test_a_post_whose_turn_comes_while_stopping_is_not_begun(engine: Engine) -> None:
    gate = asyncio.Event()
    engine.api.reserve = gate.wait  # type: ignore[assignment, method-assign]  # its turn at the limiter is long in coming
    engine.start()
    await engine.take(make_job(place=IN_PLACE))
    await engine.settle()
    draining = asyncio.create_task(engine.worker.drain(60))
    await engine.settle()
    gate.set()
    await draining
    assert engine.api.posts == []
    assert engine.store.job(make_job().id).status is Status.PREPARING


async def test_a_post_under_way_is_waited_for_while_stopping(engine: Engine) -> None:
    gate, submit = asyncio.Event(), engine.api.submit

    async def slow(request: GenerationRequest, image_urls: Sequence[str]) -> str:
        await gate.wait()
        return await submit(request, image_urls)

    engine.api.submit = slow  # type: ignore[method-assign]  # a pause that the script has no word for
    engine.start()
    await engine.take(make_job(place=IN_PLACE))
    await engine.settle()
    draining = asyncio.create_task(engine.worker.drain(60))
    await engine.settle()
    assert engine.store.job(make_job().id).status is Status.SUBMITTING
    gate.set()
    await draining
    stored = engine.store.job(make_job().id)
    assert (stored.status, stored.task_id) == (Status.WAITING, "task-1")


async def test_neither_a_step_that_cannot_be_cut_off_nor_a_silent_database_holds_the_end_up(engine: Engine) -> None:
    gate = asyncio.Event()

    async def stubborn(job: Job) -> int:
        # As a step whose thread hangs while it tidies up.
        try:
            await asyncio.Event().wait()
        finally:
            await gate.wait()
        return len(job.id)

    async def silent() -> int:
        await asyncio.Event().wait()
        return 0

    engine.messenger.open_thread = stubborn  # type: ignore[method-assign]  # a pause that the script has no word for
    engine.store.release = silent  # type: ignore[method-assign]  # as above
    engine.start()
    await engine.take(make_job())
    await engine.settle()
    with pytest.raises(TimeoutError):
        await engine.worker.drain(0, 0.01)
    gate.set()


async def test_what_waits_is_told(engine: Engine) -> None:
    engine = _capped(1)
    engine.api.reserve = asyncio.Event().wait  # type: ignore[assignment, method-assign]  # nobody gets further
    assert engine.worker.backlog() == Backlog(0, 0.0, 0, 0, 0)
    for number in range(3):
        await engine.take(_numbered(number))
    await engine.clock.advance(5)
    assert engine.worker.backlog() == Backlog(due=3, oldest_due=5.0, running=0, in_line=0, at_api=0)
    engine.start()
    await engine.settle()
    assert engine.worker.backlog() == Backlog(due=0, oldest_due=0.0, running=1, in_line=2, at_api=1)
    await engine.crash()


class Notes:
    def __init__(self) -> None:
        self.steps: list[tuple[Status, str]] = []
        self.retries: list[tuple[Status, str]] = []
        self.ends: list[Status] = []

    def step(self, step: Status, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.steps.append((step, outcome))

    def retry(self, step: Status, error: str) -> None:
        self.retries.append((step, error))

    def ended(self, end: Status) -> None:
        self.ends.append(end)


async def test_every_step_retry_and_end_is_told_to_whoever_watches(engine: Engine) -> None:
    notes = Notes()
    engine.worker = engine.worker_watched_by(notes)
    engine.api.submit_answers.append(ApiBusy(status=429, detail="busy", retry_after=1.0))
    engine.api.poll_answers.append(completed())
    engine.start()
    await engine.take(make_job(place=IN_PLACE))
    await engine.finish(make_job().id)
    await engine.settle()
    assert notes.retries == [(Status.SUBMITTING, "ApiBusy")]
    assert notes.ends == [Status.DELIVERED]
    assert (Status.SUBMITTING, "ApiBusy") in notes.steps
    assert {step for step, outcome in notes.steps if outcome == "ok"} == {
        Status.ACCEPTED,
        Status.PREPARING,
        Status.SUBMITTING,
        Status.WAITING,
        Status.DELIVERING,
        Status.DELIVERED,
    }


async def test_every_line_logged_in_a_step_carries_the_job(engine: Engine) -> None:
    seen: list[object] = []

    async def open_thread(job: Job) -> int:
        seen.append(structlog.contextvars.get_contextvars().get("job"))
        return len(job.id)

    engine.messenger.open_thread = open_thread  # type: ignore[method-assign]  # looks at what the script has no word for
    engine.start()
    await engine.take(make_job())
    await engine.run_for(1)
    assert seen == [make_job().id]
    assert "job" not in structlog.contextvars.get_contextvars()


async def test_with_nothing_to_do_nothing_is_done(engine: Engine) -> None:
    engine.start()
    await engine.run_for(3600)
    assert engine.store.reads == 0
    # Renewing and claiming, three times a lease.
    assert engine.store.writes <= 2 * 3 * 3600 / LEASE.total_seconds() + 4


async def test_a_job_takes_few_steps_and_writes(engine: Engine) -> None:
    engine.api.poll_answers = deque([TaskState(TaskStatus.PENDING), TaskState(TaskStatus.PROCESSING), completed()])
    engine.start()
    await engine.take(make_job())
    await engine.finish(make_job().id, 18)
    assert engine.store.reads <= 12
    assert engine.store.writes <= 20
    assert len(engine.messenger.posts) + len(engine.messenger.edits) + len(engine.messenger.threads) <= 5


async def test_no_more_steps_at_once_than_allowed() -> None:
    engine = Engine.build(settings=JobSettings(steps_at_once=2, lease=LEASE))
    now, most = 0, 0
    show = engine.messenger.show_card

    async def counted(job: Job) -> bool:
        nonlocal now, most
        counts = job.status is Status.PREPARING
        now += counts
        most = max(most, now)
        await asyncio.sleep(0)
        there = await show(job)
        now -= counts
        return there

    engine.messenger.show_card = counted  # type: ignore[method-assign]  # a count that the script has no word for
    for number in range(10):
        engine.store.put(_numbered(number, status=Status.PREPARING), owner=None)
    engine.start()
    await engine.settle()
    await engine.crash()
    assert most == 2


async def test_who_waits_to_submit_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine.build(settings=JobSettings(steps_at_once=2, lease=LEASE))

    async def at_a_low_rate() -> None:
        await engine.clock.sleep(1000)

    monkeypatch.setattr(engine.api, "reserve", at_a_low_rate)
    for number in range(5):
        engine.store.put(_numbered(number, status=Status.PREPARING), owner=None)
    engine.start()
    await engine.run_for(1)
    assert engine.worker.backlog().at_api == 5
    finished = delivering_job(1, "f" * 16, place=IN_PLACE, thread_id=None)
    engine.store.put(finished)
    engine.worker.take(finished)
    assert (await engine.finish(finished.id, 60)).status is Status.DELIVERED
    await engine.crash()


async def test_ten_thousand_waiting_jobs_cost_no_tasks_and_no_steps_before_they_are_due() -> None:
    engine = _capped(100_000)
    due = engine.clock.now() + timedelta(hours=1)
    for number in range(10_000):
        job = waiting_job(f"{number:016}", place=IN_PLACE, thread_id=None, retry_at=due, submitted_at=due)
        engine.store.put(job, owner=None)
    engine.start()
    await engine.settle()
    assert engine.worker.open_jobs == 10_000
    await engine.run_for(60)
    assert engine.store.reads == 0
    assert len(asyncio.all_tasks()) < 10
    await engine.crash()


async def test_ten_thousand_jobs_in_line_rest_until_it_is_their_turn() -> None:
    engine = _capped(1)
    for number in range(10_000):
        engine.store.put(_numbered(number, user=number % 50, status=Status.PREPARING), owner=None)
    engine.start()
    await engine.settle()
    looked = engine.store.reads
    assert looked <= 20_000
    await engine.run_for(10)
    assert engine.store.reads - looked <= 2 * 10
    assert len(asyncio.all_tasks()) < 10
    await engine.crash()


async def test_errors_of_every_kind_never_make_the_worker_race(engine: Engine) -> None:
    engine.api.submit_answers = deque(ApiBusy(status=429) for _ in range(50))
    engine.messenger.fail("show_card", *(DiscordUnavailable() for _ in range(4)))
    engine.messenger.fail("post_end", *(PlaceGone() for _ in range(3)), StorageUnavailable())
    engine.start()
    await engine.take(make_job())
    after = await engine.finish(make_job().id)
    assert after.status is Status.FAILED
    assert engine.store.reads < 120


async def test_a_refusal_stored_by_a_database_that_says_otherwise_is_still_told(engine: Engine) -> None:
    """The write arrives, its confirmation does not: the second look must not mistake the end for a failed telling."""
    real = engine.store.save
    told_wrong: list[Status] = []

    async def confirming_nothing(job: Job, *, was: Status) -> Job:
        stored = await real(job, was=was)
        if job.status is Status.REFUSED and not told_wrong:
            told_wrong.append(job.status)
            raise StorageUnavailable(detail="no confirmation")
        return stored

    engine.store.save = confirming_nothing  # type: ignore[method-assign]  # a fault that the script has no word for
    engine.api.submit_answers.append(ApiRequestRejected(status=400))
    job = make_job()
    engine.start()
    await engine.take(job)
    await engine.run_for(30)
    stored = engine.store.job(job.id)
    assert (stored.status, stored.told, len(engine.api.posts)) == (Status.REFUSED, True, 1)
    assert told_wrong
    assert any(card.status is Status.REFUSED for card in engine.messenger.cards)
    await engine.end()


async def test_a_job_that_was_stored_without_an_answer_is_found_at_the_next_renewal(engine: Engine) -> None:
    engine.api.seconds_per_task = 10
    engine.start()
    await engine.run_for(1)
    # As an `add` leaves it whose answer was lost on the way: held by this process, which does not know.
    job = engine.store.put(make_job())
    after = await engine.finish(job.id, 120)
    assert after.status is Status.DELIVERED
    assert len(engine.api.posts) == 1


async def test_a_task_whose_job_was_lost_while_it_was_asked_for_stands_in_the_log(engine: Engine) -> None:
    job = make_job()

    def lose() -> None:
        engine.tables.rows[job.id].owner = "other"

    engine.api.before_submit = lose
    engine.start()
    with capture_logs() as logs:
        await engine.take(job)
        await engine.run_for(5)
    assert [(entry["job"], entry["task"]) for entry in logs if "a task was taken" in entry["event"]] == [
        (job.id, "task-1")
    ]
    assert engine.worker.open_jobs == 0


async def test_a_job_lost_and_regained_within_one_step_goes_on(engine: Engine) -> None:
    """The step that slept writes nothing; the job is worked on with what is stored."""
    gate = asyncio.Event()
    entered = asyncio.Event()
    real = engine.messenger.open_thread
    opened: list[str] = []

    async def slow(job: Job) -> int:
        opened.append(job.id)
        if len(opened) == 1:
            entered.set()
            await gate.wait()
            return 1
        return await real(job)

    engine.messenger.open_thread = slow  # type: ignore[method-assign]  # a step that sleeps
    engine.api.seconds_per_task = 10
    engine.start()
    job = make_job()
    await engine.take(job)
    await engine.settle()
    assert entered.is_set()
    row = engine.tables.rows[job.id]
    # Another process had it meanwhile and gave it back.
    row.owner, row.job = None, replace(row.job, revision=row.job.revision + 1)
    await engine.run_for(60)
    assert engine.tables.rows[job.id].owner == engine.store.owner
    gate.set()
    after = await engine.finish(job.id, 600)
    assert after.status is Status.DELIVERED
    assert after.thread_id == engine.messenger.thread_id
    assert len(engine.api.posts) == 1


async def test_a_job_lost_for_good_within_one_step_is_let_go(engine: Engine) -> None:
    gate = asyncio.Event()

    async def slow(job: Job) -> int:  # noqa: ARG001 - the port's shape
        await gate.wait()
        return 1

    engine.messenger.open_thread = slow  # type: ignore[method-assign]  # a step that sleeps
    engine.api.seconds_per_task = 10
    engine.start()
    job = make_job()
    await engine.take(job)
    await engine.settle()
    row = engine.tables.rows[job.id]
    row.owner, row.job = "other", replace(row.job, revision=row.job.revision + 1)
    gate.set()
    await engine.settle()
    assert engine.worker.open_jobs == 0
    assert engine.store.job(job.id).thread_id is None
