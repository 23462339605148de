"""Both sandboxes under one clock, and the settings that make the unmodified bot talk to them."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from sandbox.clock import Clock, ManualClock, SystemClock
from sandbox.discord import DiscordSandbox
from sandbox.seedream import SeedreamSandbox

T = TypeVar("T")

STEP = 0.5
"""Seconds a manual clock moves at most between two looks, so that what a sleeper starts can be seen in between."""

PAUSE = 0.002
"""Real seconds given to sockets and threads between two looks."""


PATIENCE = 0.1
"""Real seconds for which a working bot holds a manual clock back; then what it does is waiting for the clock."""


class SandboxWorld:
    """Discord and the Seedream API on loopback, for as long as the `async with` block lasts.

    Args:
        clock: a `ManualClock` moves by itself inside `until`; by default time is real.

    Attributes:
        bot_busy: tells whether a bot in this process is at work; to be set by whoever runs one.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.discord = DiscordSandbox(clock=self.clock)
        self.seedream = SeedreamSandbox(clock=self.clock)
        self.bot_busy: Callable[[], bool] = bool
        self._patience_ends = 0.0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.seedream)
        await self._stack.enter_async_context(self.discord)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stack.aclose()

    def settings(self, folder: Path, **more: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the bot's settings as sections of keys; the database goes into `folder`.

        Args:
            folder: an existing folder.
            more: sections whose keys are added, or win over the ones made here.
        """
        sections: dict[str, dict[str, Any]] = {
            "discord": {
                "token": self.discord.token,
                "api_base_url": self.discord.api_base_url,
                "gateway_url": self.discord.gateway_url,
            },
            "seedream": {
                "api_token": self.seedream.api_token,
                "api_base_url": self.seedream.api_base_url,
                "files_base_url": self.seedream.files_base_url,
            },
            "storage": {"url": f"sqlite+aiosqlite:///{folder / 'seedream-bot.db'}"},
            "health": {"port": 0},
        }
        for name, keys in more.items():
            sections.setdefault(name, {}).update(keys)
        return sections

    async def until(self, predicate: Callable[[], T | None], *, what: str, timeout: float = 20.0) -> T:
        """Wait until `predicate` returns something true, and return it.

        A `ManualClock` is moved on whenever neither sandbox is working on a request and no interaction waits for its
        acknowledgement; real time only passes for sockets and threads.

        Args:
            predicate: looked at again and again.
            what: what is waited for, in words.
            timeout: real seconds after which it is given up.

        Raises:
            TimeoutError: with what both sandboxes have seen.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not (found := predicate()):
            if loop.time() > deadline:
                seen = f"{self.discord.transcript()}\n{self.seedream.transcript()}"
                raise TimeoutError(f"waited {timeout:g} s for {what}\n{seen}")
            await asyncio.sleep(PAUSE)
            await self._move_on()
        return found

    async def _move_on(self) -> None:
        if not isinstance(self.clock, ManualClock) or self.discord.busy or self.seedream.busy:
            return
        now = asyncio.get_running_loop().time()
        if self.bot_busy() and now < self._patience_ends:
            return
        self._patience_ends = now + PATIENCE
        wait = self.clock.next_wake()
        if wait is not None:
            await self.clock.advance(min(wait, STEP))
