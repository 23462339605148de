"""Telling somebody about every call of the API: which route, how it came out, how long it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.clock import Clock
from bot.errors import ApiError

CallObserver = Callable[[str, str, float], None]
"""Is called with a route ("generate", "tasks", "upload"), "ok" or the name of an error's class, and seconds."""


def unobserved(route: str, outcome: str, seconds: float) -> None:
    """Let a call pass by."""


@contextmanager
def observed(route: str, clock: Clock, observe: CallObserver) -> Iterator[None]:
    """Tell of one call, the reading of its answer included; one that is given up counts as "cut off"."""
    begun, outcome = clock.monotonic(), "cut off"
    try:
        yield
        outcome = "ok"
    except ApiError as error:
        outcome = type(error).__name__
        raise
    finally:
        observe(route, outcome, clock.monotonic() - begun)
