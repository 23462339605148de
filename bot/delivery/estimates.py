"""How long jobs like this one usually take, asked of the database now and then only."""

from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.domain.request import GenerationRequest
from bot.domain.speed import speed_class

Estimate = Callable[[GenerationRequest], Awaitable[float | None]]

KEPT_SECONDS = 20.0
"""Every card and every status message says it, and it hardly changes from one to the next."""


class RememberedEstimate:
    """An `Estimate` that asks another one at most every `KEPT_SECONDS` for each kind of request."""

    def __init__(self, estimate: Estimate, clock: Clock) -> None:
        self._estimate = estimate
        self._clock = clock
        self._known: dict[str, tuple[float, float]] = {}

    async def __call__(self, request: GenerationRequest) -> float | None:
        """Return the usual seconds; None where too few are known to say."""
        speed, now = speed_class(request), self._clock.monotonic()
        known = self._known.get(speed)
        if known is not None and now - known[0] < KEPT_SECONDS:
            return known[1]
        seconds = await self._estimate(request)
        if seconds is not None:
            # "Too few to say" ends with the next job that is done, and people should hear of it then.
            self._known[speed] = (now, seconds)
        return seconds
