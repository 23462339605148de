"""The seed of this run of the tests, and how long it is to be."""

import os
import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

SEED = "CHAOS_SEED"
KILLS = "CHAOS_KILLS"

EVERYDAY_SEED = "harbour"
"""What `make test` draws from, so that a red suite is about the change at hand."""
EVERYDAY_KILLS = 20
KILLS_A_PART = 5
LONG_PART = 25
KILLS_A_PART_OF_THREE = 2
LONG_PART_OF_THREE = 10


def seed() -> str:
    """Return the seed; `CHAOS_SEED` in the environment names another."""
    return os.environ.get(SEED) or EVERYDAY_SEED


def kills_wanted() -> int:
    """Return how many kills the run is to have; `CHAOS_KILLS` in the environment names another number."""
    return int(os.environ.get(KILLS) or EVERYDAY_KILLS)


def some(name: str, variants: Sequence[T]) -> Sequence[T]:
    """Return all variants of a disaster in the long form, and one that the seed decides in the short one."""
    if kills_wanted() > EVERYDAY_KILLS:
        return variants
    return [random.Random(f"{seed()}/{name}").choice(variants)]  # noqa: S311 - a die that can be thrown again


def parts_of_three() -> Iterator[tuple[str, int]]:
    """Yield the same for three processes, of which there is one kill for five of a single one."""
    yield from _parts(f"{seed()}/cluster", max(1, kills_wanted() // 5), KILLS_A_PART_OF_THREE, LONG_PART_OF_THREE)


def parts() -> Iterator[tuple[str, int]]:
    """Yield seed and number of kills of each part of the run; parts can be played side by side, or alone.

    A seed with a stroke in it, such as `harbour/3`, is one part's.
    """
    yield from _parts(seed(), kills_wanted(), KILLS_A_PART, LONG_PART)


def _parts(name: str, kills: int, short: int, long: int) -> Iterator[tuple[str, int]]:
    size = short if kills_wanted() <= EVERYDAY_KILLS else long
    if "/" in seed():
        yield seed(), kills_wanted()
        return
    for number, done in enumerate(range(0, kills, size), start=1):
        yield f"{name}/{number}", min(size, kills - done)
