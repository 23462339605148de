"""When a process may be certain of its jobs, and what it asks the database before it goes on where it may not."""

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.job import Job
from bot.errors import JobLost, StorageUnavailable
from bot.jobs.guarded import GuardedMessenger
from bot.jobs.messenger import Messenger
from bot.jobs.tenure import Tenure
from sandbox.clock import ManualClock
from tests.jobs.fakes import LEASE, MemoryStore, RecordingMessenger
from tests.support.jobs import make_job, waiting_job

SECONDS = LEASE.total_seconds()
READING = {"find_card", "find", "can_find", "link_pages"}
"""Methods of a messenger that change nothing."""


class Machine(ManualClock):
    """A clock whose wall time can be put elsewhere, or go on while the monotonic one stands still."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture
def clock() -> Machine:
    return Machine()


@pytest.fixture
def store(clock: Machine) -> MemoryStore:
    made = MemoryStore(clock)
    made.put(make_job())
    return made


@pytest.fixture
async def tenure(store: MemoryStore, clock: Machine) -> AsyncIterator[Tenure]:
    made = Tenure(store, clock, LEASE, sole=False)
    await made.renew()
    with made.step(make_job().id):
        yield made


def _asked(store: MemoryStore) -> tuple[int, int]:
    return store.reads, store.writes


@pytest.mark.parametrize(
    ("runs", "jumps", "certain"),
    [
        (0.0, 0.0, True),
        (0.5, 0.0, True),
        (0.89, 0.0, True),
        (0.9, 0.0, False),
        (1.5, 0.0, False),
        # The machine slept: the monotonic clock knows nothing of it.
        (0.1, 2.0, False),
        # The wall clock was put back.
        (0.5, -100.0, True),
        (1.5, -100.0, False),
    ],
)
async def test_certain_is_who_renewed_less_than_a_lease_ago_by_either_clock(
    tenure: Tenure, store: MemoryStore, clock: Machine, runs: float, jumps: float, *, certain: bool
) -> None:
    asked = _asked(store)
    await clock.advance(runs * SECONDS)
    clock.ahead = jumps * LEASE
    assert tenure.certain is certain
    await tenure.ensure(store.job(make_job().id))
    # Nobody else had it: the job goes on, at the price of a renewal and a look.
    assert _asked(store) == (asked if certain else (asked[0] + 1, asked[1] + 1))


async def test_whoever_is_alone_on_a_database_is_always_certain(store: MemoryStore, clock: Machine) -> None:
    tenure = Tenure(store, clock, LEASE, sole=True)
    await clock.advance(100 * SECONDS)
    await tenure.ensure(make_job())
    assert _asked(store) == (0, 0)


async def test_a_job_that_another_process_has_is_lost(tenure: Tenure, store: MemoryStore, clock: Machine) -> None:
    job = store.job(make_job().id)
    await clock.advance(2 * SECONDS)
    await MemoryStore(clock, store.tables, "other").claim(10)
    with pytest.raises(JobLost):
        await tenure.ensure(job)


async def test_a_job_that_came_back_is_not_gone_on_with_as_it_was(
    tenure: Tenure, store: MemoryStore, clock: Machine
) -> None:
    job = store.job(make_job().id)
    await clock.advance(2 * SECONDS)
    other = MemoryStore(clock, store.tables, "other")
    await other.claim(10)
    await other.release()
    await store.claim(10)
    with pytest.raises(JobLost):
        await tenure.ensure(job)


async def test_a_renewal_after_a_lapse_makes_no_step_certain_that_had_begun_before(
    tenure: Tenure, store: MemoryStore, clock: Machine
) -> None:
    job = store.job(make_job().id)
    await clock.advance(2 * SECONDS)
    await MemoryStore(clock, store.tables, "other").claim(10)
    await tenure.renew()
    assert tenure.certain
    with pytest.raises(JobLost):
        await tenure.ensure(job)


async def test_after_a_lapse_each_step_looks_once_and_later_ones_do_not(
    tenure: Tenure, store: MemoryStore, clock: Machine
) -> None:
    job = store.job(make_job().id)
    await clock.advance(2 * SECONDS)
    await tenure.renew()
    asked = _asked(store)
    await tenure.ensure(job)
    await tenure.ensure(job)
    assert _asked(store) == (asked[0] + 1, asked[1])
    later = store.put(waiting_job("f" * 16))
    with tenure.step(later.id):
        await tenure.ensure(later)
    assert _asked(store) == (asked[0] + 1, asked[1])


async def test_while_the_database_is_away_nothing_is_certain(
    tenure: Tenure, store: MemoryStore, clock: Machine
) -> None:
    job = store.job(make_job().id)
    await clock.advance(2 * SECONDS)
    store.failing = lambda _job: True
    with pytest.raises(StorageUnavailable):
        await tenure.ensure(job)
    store.failing = lambda _job: False
    await tenure.ensure(job)


async def test_a_renewal_counts_from_its_beginning(tenure: Tenure, store: MemoryStore, clock: Machine) -> None:
    renew = store.renew

    async def slow() -> int:
        renewed = await renew()
        await clock.advance(2 * SECONDS)
        return renewed

    store.renew = slow  # type: ignore[method-assign]  # the process is stopped before it hears the answer
    await tenure.renew()
    assert not tenure.certain


async def test_an_answer_that_is_too_long_in_coming_is_asked_for_again(
    tenure: Tenure, store: MemoryStore, clock: Machine
) -> None:
    job = store.job(make_job().id)
    mine, asked = store.mine, 0

    async def slow(job_id: str) -> Job | None:
        nonlocal asked
        asked += 1
        stored = await mine(job_id)
        if asked == 1:
            await clock.advance(2 * SECONDS)
            await MemoryStore(clock, store.tables, "other").claim(10)
        return stored

    store.mine = slow  # type: ignore[method-assign]  # the process is stopped before it hears the answer
    await clock.advance(2 * SECONDS)
    with pytest.raises(JobLost):
        await tenure.ensure(job)
    assert asked == 2


class Witness(Tenure):
    """A tenure that nobody has."""

    async def ensure(self, job: Job) -> None:
        raise JobLost(job_id=job.id)


@pytest.mark.parametrize("name", sorted(name for name in vars(Messenger) if not name.startswith("_")))
async def test_nothing_is_said_of_a_lost_job_by_any_method_of_the_messenger(name: str, store: MemoryStore) -> None:
    discord = RecordingMessenger()
    messenger = GuardedMessenger(discord, Witness(store, ManualClock(), LEASE, sole=False))
    method = getattr(messenger, name)
    job = replace(waiting_job(), status=make_job().status)
    given = {
        "job": job,
        "nonce": "n",
        "ping": True,
        "message_id": 1,
        "page": 1,
        "part": "task",
        "parcel": None,
        "sheet": b"",
    }
    wanted = {key: given[key] for key in inspect.signature(method).parameters}
    if name in READING:
        found = method(**wanted)
        if inspect.isawaitable(found):
            await found
    else:
        with pytest.raises(JobLost):
            await method(**wanted)
    assert (discord.posts, discord.cards, discord.edits, discord.threads) == ([], [], [], [])
