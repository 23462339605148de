"""When to ask for a task again.

Somebody who asks every two seconds learns of a task's end a second late, on average, and asks in vain all the time
before. Where it is known how long tasks of a kind take, the same number of questions can be put where the end is
likely: each as soon as the task has a certain chance to have ended since the one before. How good the pauses come out
is measured in `benchmarks/README.md`.
"""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

HABIT = 2.0
"""Seconds between the polls of common clients of the API; nobody polls more than by this habit for knowing more."""
THRIFT = 0.82
"""The share of the habit's polls that is planned with; jitter, and tasks unlike those known, cost the rest."""
LEAST_KNOWN = 3
"""Durations without which nothing is known."""
SHORTEST = 0.25
"""The shortest pause, in first ones."""
PLATEAU = 2.2
GROWTH = 0.12
JITTER = 0.2

_FINEST = 0.05
"""As a factor: how exactly durations are told apart, at best."""
_DOUBT = 0.7
"""How far, in powers of e, a task may well be off what is known; it counts as one more duration known so roughly."""
_OUTLIER = 4.0
"""Times the median; what took longer hardly did: the bot or the API was away when it ended."""
_YOUNGEST = 0.05
_LONGEST = 600.0
"""Seconds; of longer tasks nothing is made, as the usual pauses of old ones are good enough for them."""


def next_delay(elapsed: float, *, first: float, longest: float, jitter: float) -> float:
    """Return the seconds until the next poll of a task nothing is known about, growing with its age.

    The age alone decides, so a restarted process goes on at the pace the task had reached.

    Args:
        elapsed: seconds since the task was submitted.
        first: seconds until the first poll.
        longest: seconds between polls of an old task.
        jitter: a random number in [0, 1), so that tasks submitted together do not poll together for ever.
    """
    return jittered(_unknowing(elapsed, first, longest), jitter)


def jittered(pause: float, jitter: float) -> float:
    """Return a pause made up to a tenth longer or shorter by a random number in [0, 1)."""
    return pause * (1 - JITTER / 2 + JITTER * jitter)


def _unknowing(elapsed: float, first: float, longest: float) -> float:
    # Twice the first one or so until the growth takes over, and less while the task is younger than that.
    return min(longest, max(first, min(1.5 * elapsed, PLATEAU * first), elapsed * GROWTH))


class Rhythm:
    """When to ask for tasks of which it is known how long others like them took. Immutable; the task's age decides.

    Args:
        seconds: how long tasks took; with fewer than `LEAST_KNOWN`, the pauses are those of `next_delay`.
        first: seconds until the first poll of a task nothing is known about; no pause is shorter than a quarter of it.
        longest: no pause is longer.
    """

    def __init__(self, seconds: Sequence[float], *, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._shortest = min(longest, first * SHORTEST)
        # At each age, -ln of the share of tasks that take longer: it grows by the same amount whenever the same share
        # of those still running ends.
        self._ages: list[float] = []
        self._ended: list[float] = []
        self._step = 0.0
        usual = min(_OUTLIER * statistics.median(seconds), _LONGEST) if seconds else 0.0
        known = [max(_YOUNGEST, duration) for duration in seconds if duration <= usual]
        if len(known) >= LEAST_KNOWN:
            self._learn(known)

    def pause(self, elapsed: float) -> float:
        """Return the seconds to wait after a poll of a task that was submitted `elapsed` seconds ago."""
        if not self._ages:
            return _unknowing(elapsed, self._first, self._longest)
        return self._pause(max(0.0, elapsed), self._step)

    def before(self, elapsed: float) -> float:
        """Return about how long before `elapsed` the task had been asked for, or submitted."""
        return min(elapsed, self.pause(max(0.0, elapsed - self.pause(elapsed))))

    def _pause(self, elapsed: float, step: float) -> float:
        wanted = _between(self._ages, self._ended, elapsed) + step
        due = _between(self._ended, self._ages, wanted) if wanted < self._ended[-1] else math.inf
        return min(self._longest, max(self._shortest, due - elapsed))

    def _learn(self, known: Sequence[float]) -> None:
        logs = [math.log(duration) for duration in known]
        centre, spread = statistics.median(logs), statistics.pstdev(logs)
        # Silverman's rule for the width of a normal kernel: https://en.wikipedia.org/wiki/Kernel_density_estimation
        width = max(_FINEST, 1.06 * spread * len(logs) ** -0.2)
        doubt = max(_DOUBT, 2 * spread)
        kernels = [(log, width) for log in logs] + [(centre, doubt)]
        age, last = _YOUNGEST, max(*known, math.exp(centre + 3 * doubt))
        self._ages, self._ended = [0.0], [0.0]
        while age < last:
            running = sum(_beyond(math.log(age), log, kernel) for log, kernel in kernels) / len(kernels)
            self._ages.append(age)
            # Strictly growing, so that it can be read in both directions.
            self._ended.append(max(self._ended[-1] + 1e-9, -math.log(max(running, 1e-12))))
            age *= 1 + _FINEST
        self._step = self._affordable(sorted(known))

    def _affordable(self, known: Sequence[float]) -> float:
        """Return the smallest step that asks for the known tasks no more often than the habit would, all in all."""
        budget = THRIFT * sum(math.ceil(duration / HABIT) for duration in known)
        low, high = 0.01, 5.0
        for _ in range(12):
            step = math.sqrt(low * high)
            if self._polls(known, step, budget) > budget:
                low = step
            else:
                high = step
        return high

    def _polls(self, known: Sequence[float], step: float, enough: float) -> float:
        """Return how many polls the known tasks, in order, would have taken, counting hardly further than `enough`."""
        polls, age, ended = 0, 0.0, 0
        while ended < len(known) and polls <= enough:
            polls += len(known) - ended
            age += self._pause(age, step)
            ended = bisect_right(known, age)
        return polls


def _beyond(log_age: float, log: float, width: float) -> float:
    return 0.5 * math.erfc((log_age - log) / (width * math.sqrt(2)))


def _between(given: Sequence[float], wanted: Sequence[float], value: float) -> float:
    """Read a growing curve at a point, in straight lines; beyond its end, its last value."""
    right = bisect_left(given, value)
    if right == 0:
        return wanted[0]
    if right == len(given):
        return wanted[-1]
    left = right - 1
    return wanted[left] + (wanted[right] - wanted[left]) * (value - given[left]) / (given[right] - given[left])
