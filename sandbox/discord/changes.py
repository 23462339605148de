"""Wakes whoever waits for something to change in the sandbox."""

import asyncio
from collections.abc import Callable
from typing import Literal, TypeVar

T = TypeVar("T")

_LOOK_AGAIN = 0.02


class Changes:
    """A bell that rings at every change: a message, a thread, an interaction, a request, a gateway event."""

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
        """Ring: every waiter looks again."""
        for listener in list(self._listeners):
            listener()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, predicate: Callable[[], T | Literal[False] | None], *, timeout: float) -> T:
        """Wait until a predicate is truthy, looking at every change.

        A predicate may look beyond the sandbox, at the bot for one; hence it is also asked every 20 ms.

        Args:
            predicate: what is waited for; what it returns is returned.
            timeout: seconds of real time, a guard against waiting for ever.

        Raises:
            TimeoutError: the time has passed.
        """
        async with asyncio.timeout(timeout):
            while True:
                value = predicate()
                if value:
                    return value
                waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                try:
                    await asyncio.wait([waiter], timeout=_LOOK_AGAIN)
                finally:
                    self._waiters.discard(waiter)
