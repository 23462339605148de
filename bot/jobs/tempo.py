"""What a process knows of how long tasks take: of each kind the latest durations, and the pauses that follow."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.jobs.polling import Rhythm

KEPT = 30
"""Durations of a kind that count."""
LOOK_AGAIN_SECONDS = 600.0
"""After that long without a task of one's own, what the database has is read again: other processes may know more."""


@dataclass(slots=True)
class _Kind:
    rhythm: Rhythm
    heard: float | None = None
    unread: int = 0
    durations: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


class Tempo:
    """Keeps a rhythm for each speed class. Pure bookkeeping; whoever polls tells it what the database knows.

    Moments (`now`) are in monotonic seconds.

    Args:
        first: as in `Rhythm`.
        longest: as in `Rhythm`.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._kinds: dict[str, _Kind] = {}

    def rhythm(self, speed: str) -> Rhythm:
        """Return when to ask for tasks of a speed class."""
        return self._kind(speed).rhythm

    def wants(self, speed: str, now: float) -> bool:
        """Tell whether what the database knows of a speed class should be read, to `learn` it."""
        heard = self._kind(speed).heard
        return heard is None or now - heard >= LOOK_AGAIN_SECONDS

    def learn(self, speed: str, seconds: Sequence[float], now: float) -> None:
        """Take over what the database knows, latest first."""
        kind = self._kind(speed)
        kind.heard = now
        if seconds:
            kind.durations.clear()
            kind.durations.extend(reversed(seconds))
            self._renew(kind)

    def observe(self, speed: str, seconds: float, now: float) -> None:
        """Hear of a task that was found completed at an age of `seconds`; it had ended some time before."""
        kind = self._kind(speed)
        kind.heard = now
        kind.unread += 1
        kind.durations.append(seconds - kind.rhythm.before(seconds) / 2)
        # It takes a millisecond or two, so with many durations not each one is worth it.
        if kind.unread * 5 >= len(kind.durations):
            self._renew(kind)

    def _renew(self, kind: _Kind) -> None:
        kind.unread = 0
        kind.rhythm = Rhythm(kind.durations, first=self._first, longest=self._longest)

    def _kind(self, speed: str) -> _Kind:
        kind = self._kinds.get(speed)
        if kind is None:
            kind = self._kinds[speed] = _Kind(Rhythm((), first=self._first, longest=self._longest))
        return kind
