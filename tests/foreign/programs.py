"""The foreign programs as processes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.bot_process import ForeignProcess
from sandbox.discord import DiscordSandbox
from tests.foreign.installing import HERE, find_node, install_discordjs, install_pycord


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


class ForeignBot(ForeignProcess):
    """A foreign program at work.

    Args:
        launch: how it is started.
        sandbox: the Discord it logs in to.
        folder: an existing folder, for its standard output and standard error.
    """

    def __init__(self, launch: Launch, sandbox: DiscordSandbox, folder: Path) -> None:
        super().__init__(folder, launch.command, launch.environment | {"DISCORD_TOKEN": sandbox.token})
        self._sandbox = sandbox

    @property
    def log(self) -> str:
        """Everything it has printed; it prints only what went wrong."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    async def ready(self) -> None:
        """Wait until it has identified and registered its commands.

        Raises:
            TimeoutError: it did not, with what it printed.
            RuntimeError: it has ended, with what it printed.
        """
        gateway, commands = self._sandbox.world.gateway, self._sandbox.commands

        def settled() -> bool:
            return not self.running or (gateway.ready and bool(commands.scope(None)))

        try:
            await self._sandbox.until(settled, what="a bot with commands", timeout=30)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log}") from None
        if not self.running:
            raise RuntimeError(f"The bot has ended already:\n{self.log}")
