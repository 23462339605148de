"""The bots that are compared, each a process of its own beside a sandbox that all of them share a process with."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox.bot_process import ENVIRONMENT_PREFIX, Process, write_config
from sandbox.discord import Channel, Interaction, Person
from sandbox.world import SandboxWorld

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
OURS, FLOOR, HABIT = "this bot", "floor", "floor, a session a job"
CHANNELS_A_GUILD, GUILDS, PEOPLE = 2, 6, 40
_PROBE_LOOKS = 500


class BenchedProcess(Process):
    """A bot's process whose event loop can be watched.

    Args:
        folder: an existing folder, for log and probe.
        command: the module and its arguments.
        probed: whether the loop's lag is noted, which costs a little.
    """

    def __init__(self, folder: Path, command: list[str], *, probed: bool) -> None:
        super().__init__(folder)
        self._command = command
        self._lags = folder / "lags.json" if probed else None

    async def start(self) -> None:
        """Start it with nothing of this environment's settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
        kept["PYTHONPATH"] = str(ROOT)
        probe = ["-m", "benchmarks.probed", str(self._lags)] if self._lags is not None else ["-m"]
        await self._run([*probe, *self._command], cwd=self._folder, environment=kept)

    async def lags(self) -> list[float]:
        """Return how late the loop came round since the last time this was asked, in milliseconds."""
        if self._lags is None or self.pid is None:
            raise RuntimeError("this process is not probed")
        self._lags.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        for _ in range(_PROBE_LOOKS):
            if self._lags.exists():
                break
            await asyncio.sleep(0.02)
        found: list[float] = json.loads(await asyncio.to_thread(self._lags.read_text, "utf-8"))
        return found


class Side:
    """One bot with its part of the sandbox: channels, people, an API."""

    def __init__(self, name: str, world: SandboxWorld, process: BenchedProcess, port: int = 0) -> None:
        self.name = name
        self.world = world
        self.process = process
        self.port = port
        self.channels: list[Channel] = []
        self.people: list[Person] = []
        self._count = 0
        # Every job opens a thread, and how many of them a server may have is not what is measured here.
        world.discord.world.most_active_threads = 10**9
        for number in range(GUILDS):
            guild = world.discord.add_guild(f"Guild {number}")
            self.channels += [guild.add_text_channel(f"pictures-{n}") for n in range(CHANNELS_A_GUILD)]
        self.people = [world.discord.add_person(f"person{number}") for number in range(PEOPLE)]

    @property
    def pid(self) -> int:
        """The bot's process id."""
        if self.process.pid is None or not self.process.running:
            raise RuntimeError(f"{self.name} has ended\n{self.process.log_tail()}")
        return self.process.pid

    async def ask(self, mark: str, **options: Any) -> Interaction:
        """Use the command."""
        self._count += 1
        person = self.people[self._count % len(self.people)]
        channel = self.channels[self._count % len(self.channels)]
        return await person.slash(channel, "seedream", prompt=f"{mark} a calm harbour", **options)


@asynccontextmanager
async def opened(
    name: str, folder: Path, *, probed: bool = False, **sections: Mapping[str, Any]
) -> AsyncIterator[Side]:
    """Start a side's sandbox and its bot, and wait until the bot is ready.

    Args:
        name: which bot.
        folder: for its files; made.
        probed: whether its loop's lag is noted.
        sections: settings of this bot beyond those that the sandbox needs.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with SandboxWorld() as world:
        side = make(name, folder, world, probed=probed, **sections)
        async with running(side):
            yield side


def make(name: str, folder: Path, world: SandboxWorld, *, probed: bool = False, **sections: Mapping[str, Any]) -> Side:
    """Return a side whose bot is not started yet."""
    if name != OURS:
        settings = {
            "token": world.discord.token,
            "discord_url": world.discord.api_base_url,
            "gateway_url": world.discord.gateway_url,
            "api_token": world.seedream.api_token,
            "api_url": world.seedream.api_base_url,
            "session_per_job": name == HABIT,
        }
        file = folder / "floor.json"
        file.write_text(json.dumps(settings), encoding="utf-8")
        return Side(name, world, BenchedProcess(folder, ["benchmarks.floor_bot", str(file)], probed=probed))
    port = _free_port()
    # Caps that are the operator's choice must not decide; everything else is as it comes.
    wide = {"max_concurrent_tasks": 10_000, "requests_per_second": 10_000}
    given = {"seedream": wide | dict(sections.pop("seedream", {})), "health": {"port": port}, **sections}
    config = folder / "config.toml"
    write_config(config, world.settings(folder, **given))
    return Side(name, world, BenchedProcess(folder, ["bot", "run", "--config", str(config)], probed=probed), port)


@asynccontextmanager
async def running(side: Side) -> AsyncIterator[None]:
    """Run a side's bot, ready."""
    await side.process.start()
    try:
        ready = asyncio.ensure_future(side.world.discord.wait_ready(timeout=READY_SECONDS))
        ended = asyncio.ensure_future(side.process.ended())
        done, rest = await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        if ready not in done:
            raise RuntimeError(f"{side.name} has ended\n{side.process.log_tail()}")
        await ready
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            await side.process.stop()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
