"""The bot's processes: one on a SQLite file, or any number on a database they share."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.bot_process import BotProcess
from sandbox.world import SandboxWorld
from tests.chaos.storage import SqliteFile, Storage

FAST: dict[str, dict[str, Any]] = {
    "seedream": {
        "poll_first_seconds": 0.1,
        "poll_longest_seconds": 0.4,
        "requests_per_second": 200,
        "max_concurrent_tasks": 6,
        "connect_timeout_seconds": 5,
        "read_timeout_seconds": 5,
        "total_timeout_seconds": 10,
    },
    "jobs": {"lease_seconds": 10},
    "logging": {"format": "text"},
}


PATIENCE = 180.0
"""Seconds after which a process that was told to end, or to start, never will, however busy the machine is."""


class Fleet:
    """Every process that works on one database.

    Args:
        world: the sandbox they are pointed at.
        folder: an existing folder; each process gets one in it.
        storage: where they keep their jobs; None: a SQLite file in the folder.
        count: how many processes; more than one needs a database that can be shared.
        sections: returns more settings of a process, counted from 0.
        process: what a process is.
    """

    def __init__(
        self,
        world: SandboxWorld,
        folder: Path,
        *,
        storage: Storage | None = None,
        count: int = 1,
        sections: Callable[[int], Mapping[str, Mapping[str, Any]]] | None = None,
        process: type[BotProcess] = BotProcess,
    ) -> None:
        self._world = world
        self._kind = process
        self.storage = storage or SqliteFile(folder)
        shared: dict[str, Mapping[str, Any]] = {**FAST, "storage": {"url": self.storage.url}}
        self._processes = [
            self._process(world, folder, number, shared | dict(sections(number) if sections else {}))
            for number in range(count)
        ]

    def _process(
        self, world: SandboxWorld, folder: Path, number: int, sections: Mapping[str, Mapping[str, Any]]
    ) -> BotProcess:
        own = folder / f"process-{number}"
        own.mkdir()
        return self._kind(own, world.settings(folder, **sections))

    def __getitem__(self, number: int) -> BotProcess:
        """Return a process, counted from 0, modulo how many there are."""
        return self._processes[number % len(self._processes)]

    def __len__(self) -> int:
        """Return how many processes there are, alive or not."""
        return len(self._processes)

    @property
    def running(self) -> int:
        """How many processes are alive."""
        return sum(process.running for process in self._processes)

    def send(self, number: int, sign: signal.Signals) -> bool:
        """Send a signal to a process, at once; tell whether it was alive."""
        process = self[number]
        if not process.running or process.pid is None:
            return False
        try:
            os.kill(process.pid, sign)
        except ProcessLookupError:
            return False
        return True

    async def start(self, *, without: int | None = None) -> None:
        """Start every process that is not running, but for one that stays away."""
        away = None if without is None else self[without]
        await asyncio.gather(*(p.start() for p in self._processes if not p.running and p is not away))

    async def ready(self) -> None:
        """Start every process that is not running, and wait until Discord has all of them.

        Raises:
            RuntimeError: one has ended instead; with its last words.
        """
        await self.start()
        there = asyncio.create_task(self._world.discord.wait_ready(timeout=PATIENCE))
        gone = [asyncio.create_task(process.ended()) for process in self._processes]
        try:
            await asyncio.wait({there, *gone}, return_when=asyncio.FIRST_COMPLETED)
            if not there.done():
                raise RuntimeError(f"a process has ended by itself\n{self.log(10)}")
            await there
        finally:
            for task in (there, *gone):
                task.cancel()
            await asyncio.gather(there, *gone, return_exceptions=True)

    async def stop(self) -> list[int | None]:
        """Stop every process in good order, and return the exit codes."""
        return list(await asyncio.gather(*(self.stop_one(number) for number in range(len(self._processes)))))

    async def stop_one(self, number: int) -> int | None:
        """Stop a process in good order, and return its exit code; how long that may take is tested elsewhere."""
        process = self[number]
        self.send(number, signal.SIGTERM)
        await asyncio.wait_for(process.ended(), PATIENCE)
        return await process.stop()

    async def kill(self) -> None:
        """Leave nothing running."""
        for number in range(len(self._processes)):
            self.send(number, signal.SIGCONT)
        await asyncio.gather(*(process.kill() for process in self._processes))

    def log(self, lines: int = 60) -> str:
        """Return the ends of all logs."""
        return "\n".join(process.log_tail(lines) for process in self._processes)
