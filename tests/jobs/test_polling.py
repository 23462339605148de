"""Asking when an answer is likely: pauses made of what is known of the durations."""

import math
import random
import statistics
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.job import TaskState, TaskStatus
from bot.domain.speed import speed_class
from bot.errors import StorageUnavailable
from bot.jobs.polling import HABIT, Rhythm, jittered, next_delay
from bot.jobs.tempo import KEPT, LOOK_AGAIN_SECONDS, Tempo
from bot.jobs.turns import Again
from tests.jobs.engine import Engine
from tests.jobs.fakes import completed
from tests.support.jobs import waiting_job

durations = st.lists(st.floats(0, 86_400), max_size=30)
ages = st.floats(0, 10**6)
PENDING = TaskState(TaskStatus.PENDING)


def lognormal(median: float, spread: float) -> Callable[[random.Random], float]:
    return lambda dice: median * math.exp(spread * dice.gauss(0, 1))


def ask(pause: Callable[[float], float], duration: float, dice: random.Random) -> tuple[int, float]:
    """Return how often a task of a duration is asked for, and how late its end is found."""
    age, polls = 0.0, 0
    while age < duration:
        age += jittered(pause(age), dice.random())
        polls += 1
    return polls, age - duration


@given(durations, ages, st.floats(0.05, 5), st.floats(1, 20))
def test_every_pause_is_within_its_bounds(known: Sequence[float], age: float, first: float, factor: float) -> None:
    longest = first * factor
    pause = Rhythm(known, first=first, longest=longest).pause(age)
    assert first / 4 <= pause <= longest


@given(ages)
def test_of_an_unknown_kind_the_age_alone_decides(age: float) -> None:
    for known in ((), (8.0, 9.0)):
        rhythm = Rhythm(known, first=1.0, longest=5.0)
        assert rhythm.pause(age) == pytest.approx(next_delay(age, first=1.0, longest=5.0, jitter=0.5))


@pytest.mark.parametrize(
    ("draw", "median_delay"),
    [
        (lognormal(12, 0.2), 0.5),
        (lognormal(12, 0.3), 0.6),
        (lognormal(3, 0.3), 0.6),
        (lognormal(60, 0.3), 0.6),
        (lambda _: 11.7, 0.25),
        (lambda dice: dice.uniform(8, 14), 0.5),
    ],
    ids=["narrow", "wide", "short", "long", "always the same", "uniform"],
)
def test_the_end_is_found_sooner_than_by_the_habit_with_no_more_polls(
    draw: Callable[[random.Random], float], median_delay: float
) -> None:
    dice = random.Random(7)  # noqa: S311 - durations, no secrets
    tempo = Tempo(1.0, 5.0)
    polls, delays, habit = [], [], []
    for number in range(600):
        duration = draw(dice)
        asked, delay = ask(tempo.rhythm("kind").pause, duration, dice)
        tempo.observe("kind", duration + delay, 0.0)
        if number >= 100:
            polls.append(asked)
            delays.append(delay)
            habit.append(math.ceil(duration / HABIT))
    assert statistics.fmean(polls) <= statistics.fmean(habit) * 1.03
    assert statistics.median(delays) <= median_delay


def test_what_took_longer_than_it_can_have_taken_does_not_count() -> None:
    usual = [11.0, 12.0, 13.0] * 5
    with_outage = Rhythm([*usual, 3600.0, 86_400.0], first=1.0, longest=5.0)
    without = Rhythm(usual, first=1.0, longest=5.0)
    assert [with_outage.pause(age) for age in range(20)] == [without.pause(age) for age in range(20)]


def test_what_is_known_is_read_once_and_again_when_nothing_was_heard_for_long() -> None:
    tempo = Tempo(1.0, 5.0)
    assert tempo.wants("kind", 0.0)
    tempo.learn("kind", [], 0.0)
    assert not tempo.wants("kind", LOOK_AGAIN_SECONDS - 1)
    tempo.observe("kind", 12.0, 500.0)
    assert not tempo.wants("kind", LOOK_AGAIN_SECONDS + 1)
    assert tempo.wants("kind", 500.0 + LOOK_AGAIN_SECONDS)
    assert tempo.wants("other kind", 1.0)


def test_the_latest_durations_count() -> None:
    tempo = Tempo(1.0, 5.0)
    tempo.learn("kind", [60.0] * KEPT, 0.0)
    for _ in range(KEPT):
        tempo.observe("kind", 8.0, 1.0)
    fresh = Tempo(1.0, 5.0)
    fresh.learn("kind", [8.0] * KEPT, 0.0)
    assert tempo.rhythm("kind").pause(7.5) < 1.0
    assert fresh.rhythm("kind").pause(7.5) < 1.0


async def test_a_poll_waits_by_what_the_database_knows(engine: Engine) -> None:
    job = engine.store.put(waiting_job())
    speed = speed_class(job.request)
    engine.store.durations[speed] = [20.0] * 10
    engine.api.poll_answers = deque([PENDING] * 2)
    job = engine.store.put(replace(job, submitted_at=engine.clock.now()))
    early = await engine.steps.advance(job)
    await engine.clock.advance(19.5)
    late = await engine.steps.advance(engine.store.job(job.id))
    assert isinstance(early, Again)
    assert isinstance(late, Again)
    assert early.seconds == pytest.approx(engine.settings.poll_longest, rel=0.1)
    assert late.seconds < 1.0


async def test_a_database_that_does_not_answer_does_not_keep_from_polling(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_speed: str) -> Sequence[float]:
        raise StorageUnavailable(detail="away")

    monkeypatch.setattr(engine.store, "recent_seconds", away)
    job = engine.store.put(replace(waiting_job(), submitted_at=engine.clock.now()))
    engine.api.poll_answers = deque([PENDING])
    turn = await engine.steps.advance(job)
    assert isinstance(turn, Again)
    assert turn.seconds == pytest.approx(engine.settings.poll_first, rel=0.1)
    assert engine.steps.tempo.wants(speed_class(job.request), engine.clock.monotonic())


@pytest.mark.parametrize(("submitted", "learned"), [(timedelta(), True), (timedelta(seconds=-1), False)])
async def test_only_tasks_that_were_watched_from_the_start_are_learned_from(
    engine: Engine, submitted: timedelta, learned: bool
) -> None:
    job = replace(waiting_job(), submitted_at=engine.clock.now() + submitted)
    speed = speed_class(job.request)
    engine.steps.tempo.learn(speed, [], engine.clock.monotonic())
    await engine.clock.advance(LOOK_AGAIN_SECONDS - 1)
    engine.api.poll_answers = deque([completed(1)])
    await engine.steps.advance(engine.store.put(job))
    await engine.clock.advance(2)
    assert engine.steps.tempo.wants(speed, engine.clock.monotonic()) is not learned
