"""The event loop's pulse: how late it comes round, and for how long it has not come round at all."""

import asyncio
import time
from collections.abc import Callable

BEAT_SECONDS = 0.5


class Pulse:
    """Beats in the event loop that is to be watched; `silence` may be asked from another thread, which goes on.

    Real time, whatever clock the bot has: it is the machine that is measured.

    Args:
        lag: is called with each beat's delay, in seconds.
        monotonic: the machine's monotonic seconds.
    """

    def __init__(self, lag: Callable[[float], None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lag = lag
        self._monotonic = monotonic
        self._last = monotonic()

    @property
    def silence(self) -> float:
        """For how many seconds there has been no beat, beyond the pause between two."""
        return max(0.0, self._monotonic() - self._last - BEAT_SECONDS)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self._last = self._monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            self._lag(self.silence)
