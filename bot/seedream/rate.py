"""A limit on requests per second, and the one of a process that shares the API with no other."""

import math
from typing import Protocol

from bot.clock import Clock


class RequestRate(Protocol):
    """A limit on requests per second; all processes keep it together where there are more."""

    async def reserve(self, count: int = 1) -> float:
        """Take the next slots and return the seconds until the first of them; 0 or less when that is now.

        Raises:
            StorageUnavailable: the limit cannot be known just now.
        """
        ...


class ProcessRate:
    """As many requests in a burst as fall due in a second, then one after another.

    It is the "generic cell rate algorithm" (ITU-T I.371, annex A):
    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm

    Args:
        per_second: how many requests go out in the long run.
        clock: what it reckons by.
    """

    def __init__(self, per_second: float, clock: Clock) -> None:
        self._clock = clock
        self._interval = 1 / per_second
        self._burst = max(1, math.floor(per_second))
        self._next_at = -math.inf

    async def reserve(self, count: int = 1) -> float:
        """Take the next slots, whether they are used or not; return the seconds until the first one."""
        now = self._clock.monotonic()
        # Idle for long, a rate has saved up its burst and no more.
        slot = max(self._next_at, now - (self._burst - 1) * self._interval)
        self._next_at = slot + count * self._interval
        return slot - now
