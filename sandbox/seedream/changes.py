"""Waiting for something to become true without polling: every change wakes those who wait."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes waiting tasks whenever the sandbox's state has changed."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener at every change, at once and often: it should only note that there is something to see.

        Returns:
            What ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def notify(self) -> None:
        """Tell everybody who waits that something has changed."""
        for listener in list(self._listeners):
            listener()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, predicate: Callable[[], T], *, seconds: float, what: str, transcript: Callable[[], str]) -> T:
        """Return the predicate's first true value, asking it now and after every change.

        Args:
            predicate: looks at the sandbox; cheap, without side effects.
            seconds: real time after which waiting is given up.
            what: names what is waited for, in the error.
            transcript: tells what did happen, in the error.

        Raises:
            TimeoutError: with the transcript.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (value := predicate()):
                    await self._next()
                return value
        except TimeoutError:
            raise TimeoutError(f"waited {seconds:g} s for {what or 'a change'}\n{transcript()}") from None

    async def _next(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
