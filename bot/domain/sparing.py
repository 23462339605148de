"""How often the bot says something unasked-for to one person, at most."""

from collections import deque

MOST_PEOPLE = 10_000
"""How many people are remembered; with more, those who were quiet longest are forgotten."""


class Sparing:
    """Lets a person through so many times in so many seconds; in this process only, which is all that courtesy needs.

    Args:
        most: times.
        seconds: within which they count.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: dict[int, deque[float]] = {}

    def allows(self, person: int, now: float) -> bool:
        """Tell whether one more time is not too much, and count it if so; `now` is in seconds and never goes back."""
        times = self._times.pop(person, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        allowed = len(times) < self._most
        if allowed:
            times.append(now)
        # Put back at the end, so that the first is who was quiet longest.
        self._times[person] = times
        if len(self._times) > MOST_PEOPLE:
            del self._times[next(iter(self._times))]
        return allowed
