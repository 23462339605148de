from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.job import Status
from bot.errors import StorageUnavailable
from bot.jobs.worker import Backlog
from bot.monitor import DUE_SECONDS, KEPT_SECONDS, REFUSAL_SECONDS, Monitor
from bot.storage import Census, Database, SqlCensus, SqlJobStore
from sandbox.clock import ManualClock
from tests.support.jobs import make_job, waiting_job


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'jobs.db'}") as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def monitor(database: Database, clock: ManualClock) -> Monitor:
    """A bot that is ready."""
    monitor = Monitor(SqlCensus(database), monotonic=clock.monotonic)
    monitor.hindrance = None
    monitor.connected = lambda: True
    return monitor


async def test_a_bot_is_ready_once_nothing_speaks_against_it(monitor: Monitor, database: Database) -> None:
    assert await Monitor(SqlCensus(database)).unready() == ["it is starting", "it is not connected to Discord"]
    assert await monitor.unready() == []


async def test_a_database_that_cannot_be_written_is_a_reason_and_no_cause_for_more_questions(
    monitor: Monitor, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def full(*_: object) -> None:
        nonlocal asked
        asked += 1
        raise StorageUnavailable(detail="database or disk is full")

    monkeypatch.setattr(SqlCensus, "write", full)
    reason = ["the database does not answer, or cannot be written"]
    assert [await monitor.unready() for _ in range(3)] == [reason] * 3
    assert asked == 1
    monkeypatch.undo()
    await clock.advance(KEPT_SECONDS + 1)
    assert await monitor.unready() == []


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("ApiTokenRefused", "Seedream refuses the API token"),
        ("ApiBalanceExhausted", "the Seedream account has no balance left"),
    ],
)
async def test_a_refusal_of_the_api_is_a_reason_until_it_is_over(
    monitor: Monitor, clock: ManualClock, outcome: str, reason: str
) -> None:
    monitor.api_call("generate", outcome, 0.1)
    assert await monitor.unready() == [reason]
    monitor.api_call("generate", "ok", 0.1)
    assert await monitor.unready() == []
    monitor.api_call("generate", outcome, 0.1)
    monitor.api_call("tasks", "ApiServerError", 0.1)
    await clock.advance(REFUSAL_SECONDS - 1)
    assert await monitor.unready() == [reason]
    await clock.advance(2)
    assert await monitor.unready() == []


async def test_a_poll_that_is_answered_says_something_of_the_token_and_nothing_of_the_balance(monitor: Monitor) -> None:
    monitor.api_call("generate", "ApiBalanceExhausted", 0.1)
    monitor.api_call("tasks", "ok", 0.1)
    assert await monitor.unready() == ["the Seedream account has no balance left"]
    monitor.api_call("check", "ApiTokenRefused", 0.1)
    monitor.api_call("check", "TaskUnknownToApi", 0.1)
    assert await monitor.unready() == []


@pytest.mark.parametrize(("seconds", "reasons"), [(DUE_SECONDS, 0), (DUE_SECONDS + 1, 1)])
async def test_jobs_that_are_due_for_too_long_are_a_reason(monitor: Monitor, seconds: float, reasons: int) -> None:
    monitor.backlog = lambda: Backlog(due=3, oldest_due=seconds, running=32, in_line=0, at_api=0)
    assert len(await monitor.unready()) == reasons


async def test_jobs_nobody_takes_over_are_a_reason(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def take(_: SqlCensus) -> Census:
        return Census({Status.WAITING: 1}, unclaimed=1, unclaimed_seconds=75.0)

    monkeypatch.setattr(SqlCensus, "take", take)
    assert await monitor.unready() == ["a job that nobody works on has waited for 75 seconds"]


async def test_the_census_counts_open_jobs_and_those_nobody_holds(database: Database) -> None:
    store = SqlJobStore(database, owner="me", lease=timedelta(seconds=60))
    for job in (make_job("1" * 16), waiting_job("2" * 16), waiting_job("3" * 16)):
        await store.add(job)
    await store.add(make_job("4" * 16, status=Status.FAILED, told=True))
    census = await SqlCensus(database).take()
    assert census.by_status == {Status.ACCEPTED: 1, Status.WAITING: 2}
    assert (census.unclaimed, census.unclaimed_seconds) == (0, 0.0)
    await store.release()
    assert (await SqlCensus(database).take()).unclaimed == 3


async def test_figures_of_a_database_that_is_away_are_not_made_up(
    monitor: Monitor, clock: ManualClock, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def samples() -> dict[str, float]:
        families = text_string_to_metric_families(monitor.metrics.render().decode())
        return {f"{s.name}{sorted(s.labels.values())}": s.value for family in families for s in family.samples}

    store = SqlJobStore(database, owner="me", lease=timedelta(seconds=60))
    await store.add(make_job())
    await monitor.refresh()
    assert (samples()["seedream_bot_open_jobs['accepted']"], samples()["seedream_bot_database_up[]"]) == (1, 1)

    async def away(*_: object) -> None:
        raise StorageUnavailable(detail="locked")

    monkeypatch.setattr(SqlCensus, "write", away)
    await clock.advance(KEPT_SECONDS + 1)
    await monitor.refresh()
    assert samples()["seedream_bot_database_up[]"] == 0
    assert not [name for name in samples() if name.startswith("seedream_bot_open_jobs")]
