"""Closing what was opened, in reverse, without waiting forever for any of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, ParamSpec, TypeVar

import structlog

T = TypeVar("T")
P = ParamSpec("P")

LEAST_SECONDS = 0.3
"""What each gets, even where those before it have used up the time for all."""

_log = structlog.get_logger(__name__)


class PatientStack(AsyncExitStack):
    """An exit stack that gives everything on it together a number of seconds to close, from the first one on.

    What has not closed by then is cancelled, named in the log, and left to the end of the process: a database that
    hangs must not keep the connection to Discord open, nor the process alive.

    Args:
        seconds: real ones, for all of it together.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._ends: float | None = None

    async def enter_async_context(self, cm: AbstractAsyncContextManager[T, bool | None]) -> T:
        """Enter a context that is left as one without an error."""
        value = await cm.__aenter__()
        self.push_async_callback(cm.__aexit__, None, None, None)
        return value

    def push_async_callback(
        self, callback: Callable[P, Awaitable[Any]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Callable[P, Awaitable[Any]]:
        """Have something called at the end."""

        async def bounded() -> None:
            await self._close(callback(*args, **kwargs), getattr(callback, "__qualname__", repr(callback)))

        super().push_async_callback(bounded)
        return callback

    async def _close(self, closing: Awaitable[Any], what: str) -> None:
        loop = asyncio.get_running_loop()
        if self._ends is None:
            self._ends = loop.time() + self._seconds
        left = max(self._ends - loop.time(), LEAST_SECONDS)
        if not await ended(closing, left):
            _log.warning("it does not close; left to the end of the process", what=what)


async def ended(work: Awaitable[Any], seconds: float) -> bool:
    """Wait for something for some real seconds, then cancel it without waiting for what that leads to.

    Returns:
        Whether it came to its end.

    Raises:
        Exception: whatever it raised.
    """
    task = asyncio.ensure_future(work)
    done, late = await asyncio.wait({task}, timeout=seconds)
    for each in late:
        each.cancel()
        # Its failure is nobody's any more.
        each.add_done_callback(lambda task: task.cancelled() or task.exception())
    for each in done:
        each.result()
    return bool(done)
