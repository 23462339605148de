"""The bot is killed again and again while jobs stream in; nobody's job is lost, paid twice, or delivered twice."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.driver import play
from tests.chaos.script import Deed, draw
from tests.chaos.seeds import KILLS, SEED, parts

Property = Callable[[str, object], None]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "kills"), list(parts()), ids=str)
async def test_killed_at_seeded_moments(seed: str, kills: int, tmp_path: Path, record_property: Property) -> None:
    begun = time.monotonic()
    outcome = await play(draw(seed, kills), tmp_path)
    figures = f"chaos seed {seed}: {outcome.figures()}; {time.monotonic() - begun:.0f} s"
    record_property("chaos", figures)
    problems = outcome.problems()
    replay = f"{SEED}={seed} {KILLS}={kills} .venv/bin/python -m pytest tests/chaos"
    assert not problems, "\n".join([figures, *problems, f"again: {replay}", *outcome.journal])
    assert outcome.blows[Deed.KILL] == kills
