"""The bot is killed again and again while jobs stream in; nobody's job is lost, paid twice, or delivered twice."""

import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.chaos.drawing import Habit, draw
from tests.chaos.driver import Outcome, play
from tests.chaos.fleet import FAST
from tests.chaos.script import Deed
from tests.chaos.seeds import KILLS, SEED, parts, parts_of_three
from tests.chaos.storage import PostgresDatabase
from tests.support.postgres import PostgresServer

Property = Callable[[str, object], None]

LEASE = FAST["jobs"]["lease_seconds"]
IN_COMPANY = Habit((5, 2, 3), (1.1 * LEASE, 1.5 * LEASE), away=0.3, company=True)
"""Several processes: whoever is away for longer than the lease finds its jobs in other hands."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "kills"), list(parts()), ids=str)
async def test_killed_at_seeded_moments(seed: str, kills: int, tmp_path: Path, record_property: Property) -> None:
    begun = time.monotonic()
    outcome = await play(draw(seed, kills), tmp_path)
    verdict(outcome, seed, kills, time.monotonic() - begun, record_property)


@pytest.fixture
async def shared(postgres: PostgresServer) -> AsyncIterator[PostgresDatabase]:
    name = await postgres.create()
    yield PostgresDatabase(postgres, name)
    await postgres.drop(name)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "kills"), list(parts_of_three()), ids=str)
async def test_three_processes_on_postgresql(
    seed: str, kills: int, tmp_path: Path, shared: PostgresDatabase, record_property: Property
) -> None:
    """Single ones are killed, stopped, or stalled for longer than their leases; the others take their jobs over."""
    begun = time.monotonic()
    outcome = await play(draw(seed, kills, IN_COMPANY), tmp_path, members=3, storage=shared)
    verdict(outcome, seed, kills, time.monotonic() - begun, record_property)


def verdict(outcome: Outcome, seed: str, kills: int, seconds: float, record_property: Property) -> None:
    figures = f"chaos seed {seed}: {outcome.figures()}; {seconds:.0f} s"
    record_property("chaos", figures)
    problems = outcome.problems()
    test = os.environ["PYTEST_CURRENT_TEST"].partition("[")[0]
    replay = f"{SEED}={seed} {KILLS}={kills} .venv/bin/python -m pytest {test}"
    assert not problems, "\n".join([figures, *problems, f"again: {replay}", *outcome.journal])
    assert outcome.blows[Deed.KILL] == kills
