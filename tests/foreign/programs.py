"""The foreign programs as processes."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox import tether
from sandbox.discord import DiscordSandbox
from tests.foreign.installing import HERE, find_node, install_discordjs, install_pycord

_STOP_SECONDS = 10.0
_BECOME = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


@dataclass(frozen=True)
class Launch:
    """How a program is started: its command, and what it wants in its environment."""

    command: tuple[str, ...]
    environment: dict[str, str]


@dataclass(frozen=True)
class Program:
    """A bot written with somebody else's library.

    Attributes:
        name: the library's.
        prepare: installs what it needs and returns how to start it for an API's base address.
        says_goodbye: whether it closes the gateway with 1000; py-cord cuts the connection by closing its HTTP session
            first, so that Discord keeps the gateway session for a while.
    """

    name: str
    prepare: Callable[[], Callable[[str], Launch]]
    says_goodbye: bool


def _pycord() -> Callable[[str], Launch]:
    home = install_pycord()
    command = (str(home / "bin" / "python"), str(HERE / "pycord" / "bot.py"))
    return lambda api: Launch(command, {"DISCORD_API": api, "PYTHONPATH": ""})


def _discordjs() -> Callable[[str], Launch]:
    home = install_discordjs()
    command = (find_node(), str(HERE / "discordjs" / "bot.js"))
    # discord.js adds the version by itself.
    return lambda api: Launch(
        command, {"DISCORD_API": api.removesuffix("/v10"), "NODE_PATH": str(home / "node_modules")}
    )


PROGRAMS = (Program("py-cord", _pycord, says_goodbye=False), Program("discord.js", _discordjs, says_goodbye=True))


class ForeignProcess:
    """A foreign program at work; it ends with the tests, however those end.

    Args:
        launch: how it is started.
        sandbox: the Discord it logs in to.
        log_path: where its standard output and standard error go.
    """

    def __init__(self, launch: Launch, sandbox: DiscordSandbox, log_path: Path) -> None:
        self._launch = launch
        self._sandbox = sandbox
        self._log_path = log_path
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        with self._log_path.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *tether.arguments("-c", _BECOME, *self._launch.command),
                cwd=HERE.parents[1],
                env={**os.environ, **self._launch.environment, "DISCORD_TOKEN": self._sandbox.token},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def log(self) -> str:
        """Everything it has printed; it prints only what went wrong."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    async def ready(self) -> None:
        """Wait until it has identified and registered its commands.

        Raises:
            TimeoutError: it did not, with what it printed.
            RuntimeError: it has ended, with what it printed.
        """
        process, gateway, commands = self._process, self._sandbox.world.gateway, self._sandbox.commands

        def settled() -> bool:
            ended = process is None or process.returncode is not None
            return ended or (gateway.ready and bool(commands.scope(None)))

        try:
            await self._sandbox.until(settled, what="a bot with commands", timeout=30)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log}") from None
        if process is None or process.returncode is not None:
            raise RuntimeError(f"The bot has ended already:\n{self.log}")

    async def stop(self) -> int | None:
        """Send SIGTERM, wait, and kill what does not end; return the exit code."""
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
            # asyncio closes what it kept of the process in its next rounds, not with the exit.
            for _ in range(3):
                await asyncio.sleep(0)
        return process.returncode
