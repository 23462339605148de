"""When a failed step is tried again, and when a task is asked for again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import RetryPolicy
from bot.errors import ApiBusy, ApiUnreachable, BotError, DiscordUnavailable
from bot.jobs.polling import next_delay
from tests.support.errors import samples

jitters = st.floats(0, 1, exclude_max=True)
policies = st.builds(RetryPolicy, attempts=st.integers(1, 50), first=st.floats(0.01, 10), longest=st.floats(0.01, 600))


@given(policies, st.integers(1, 60), jitters, st.one_of(st.none(), st.floats(0, 86_400)))
def test_pauses_are_bounded_and_retry_after_is_a_lower_bound(
    policy: RetryPolicy, failures: int, jitter: float, asked: float | None
) -> None:
    delay = policy.delay(ApiBusy(status=429, retry_after=asked), failures, jitter)
    assert (delay is None) == (failures >= policy.attempts)
    if delay is not None:
        assert (asked or 0) <= delay <= max(policy.longest, asked or 0)
        assert delay > 0


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
def test_only_retryable_errors_are_tried_again(error: BotError) -> None:
    delay = RetryPolicy(attempts=10).delay(error, 1, 0.5)
    assert (delay is not None) is error.retryable


@pytest.mark.parametrize("error", [ApiUnreachable(), ApiBusy(status=503), DiscordUnavailable()])
def test_pauses_double_up_to_the_longest(error: BotError) -> None:
    policy = RetryPolicy(attempts=8, first=1.0, longest=20.0)
    delays = [policy.delay(error, failures, jitter=0.999999) for failures in range(1, 9)]
    assert delays[:7] == pytest.approx([1, 2, 4, 8, 16, 20, 20], rel=0.001)
    assert delays[7] is None
    assert [policy.delay(error, failures, 0.0) for failures in (1, 2, 3)] == [0.5, 1.0, 2.0]


@given(st.floats(0, 10**7), jitters)
def test_polls_come_within_bounds(elapsed: float, jitter: float) -> None:
    delay = next_delay(elapsed, first=1.0, longest=5.0, jitter=jitter)
    assert 0.9 <= delay <= 5.5


@given(st.floats(0, 3600), st.floats(0, 3600), jitters)
def test_polls_get_rarer_with_age(one: float, other: float, jitter: float) -> None:
    younger, older = sorted((one, other))
    assert next_delay(younger, first=1, longest=5, jitter=jitter) <= next_delay(
        older, first=1, longest=5, jitter=jitter
    )


def test_polls_begin_at_the_first_pause_and_reach_the_longest() -> None:
    assert next_delay(0, first=1, longest=5, jitter=0.5) == pytest.approx(1)
    assert next_delay(8, first=1, longest=5, jitter=0.5) == pytest.approx(2.2)
    assert next_delay(60, first=1, longest=5, jitter=0.5) == pytest.approx(5)
    assert next_delay(0, first=1, longest=5, jitter=0.0) < next_delay(0, first=1, longest=5, jitter=0.9)
