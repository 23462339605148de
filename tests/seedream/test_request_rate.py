"""The rate of one process: its burst, its pace, and that no span of time ever has more than both together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.seedream import ProcessRate, RequestRate
from sandbox.clock import ManualClock


@pytest.mark.parametrize(
    ("per_second", "waits"),
    [
        (3.0, [0, 0, 0, 1 / 3, 2 / 3, 1]),
        (2.5, [0, 0, 0.4, 0.8]),
        (1.0, [0, 1, 2]),
        (0.5, [0, 2, 4]),
    ],
)
async def test_a_burst_and_then_one_after_another(per_second: float, waits: list[float]) -> None:
    rate: RequestRate = ProcessRate(per_second, ManualClock())
    assert [max(0.0, await rate.reserve()) for _ in waits] == pytest.approx(waits)


async def test_an_idle_rate_saves_up_one_burst_and_no_more() -> None:
    clock = ManualClock()
    rate = ProcessRate(2.0, clock)
    await rate.reserve()
    await clock.advance(3600)
    assert [max(0.0, await rate.reserve()) for _ in range(4)] == pytest.approx([0, 0, 0.5, 1])


async def test_several_slots_are_taken_at_once() -> None:
    rate = ProcessRate(1.0, ManualClock())
    assert await rate.reserve(3) == 0
    assert await rate.reserve() == pytest.approx(3)


@given(st.floats(0.2, 50), st.lists(st.floats(0, 3), min_size=1, max_size=40))
async def test_no_span_of_time_has_more_than_the_burst_and_the_pace(per_second: float, pauses: list[float]) -> None:
    clock = ManualClock()
    rate = ProcessRate(per_second, clock)
    slots: list[float] = []
    for pause in pauses:
        await clock.advance(pause)
        slots.append(clock.monotonic() + max(0.0, await rate.reserve()))
    burst = max(1, int(per_second))
    for first, begin in enumerate(slots):
        for last in range(first, len(slots)):
            assert last - first + 1 <= burst + (slots[last] - begin) * per_second + 1e-6
