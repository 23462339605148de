"""The bot beside the page: started, stopped, restarted and killed by whoever looks."""

import asyncio
import re
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Protocol, Self

from sandbox.bot_process import Process
from sandbox.discord import ClientRefused, DiscordSandbox

State = Literal["starting", "running", "stopped", "killed", "ended"]

LOG_LINES = 60
_LOOK_SECONDS = 0.5
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class BotControl(Protocol):
    """A bot as the page shows it, and what it can do with it.

    Attributes:
        controllable: whether the page may start and stop it.
        touched: whether the page has done so.
    """

    controllable: bool
    touched: bool

    @property
    def state(self) -> State:
        """How it stands with the bot's process."""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""

    @property
    def log(self) -> list[str]:
        """The last lines of its log."""

    async def do(self, deed: str) -> None:
        """Start, stop, restart or kill it.

        Raises:
            ClientRefused: it cannot be done now.
        """

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener whenever the bot's state or log has changed; return what ends it."""


class ManagedBot:
    """A bot process that the page may stop and start again, with its folder and database left where they are.

    An async context manager: the bot is started, and stopped in the end whatever became of it.
    """

    def __init__(self, process: Process, discord: DiscordSandbox) -> None:
        self.controllable = True
        self.touched = False
        self.process = process
        self._discord = discord
        self._deed: asyncio.Task[None] | None = None
        self._leaving = False
        self._listeners: list[Callable[[], None]] = []
        self._state: State = "stopped"
        self._log: list[str] = []
        self._log_size = -1
        self._meant = True
        self._by_itself = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        self._watching = asyncio.create_task(self._watch_log())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving = True
        await _ended(self._watching)
        self._meant = True
        try:
            if self._deed is not None:
                await asyncio.wait([self._deed])
            await self.process.stop()
        finally:
            await _ended(self._following)

    @property
    def state(self) -> State:
        """How it stands with the bot's process; it runs once it has been connected to the gateway."""
        if self._state == "starting" and self._discord.world.gateway.ready:
            self._state = "running"
        return self._state

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self.process.pid if self.process.running else None

    @property
    def log(self) -> list[str]:
        """The last lines of its log."""
        return self._log

    async def ended_by_itself(self) -> None:
        """Wait until the bot has ended without the page having had to do with it."""
        await self._by_itself.wait()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener whenever the bot's state or log has changed; return what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def do(self, deed: str) -> None:
        """Start, stop, restart or kill it.

        Raises:
            ClientRefused: it cannot be done now.
        """
        if self._leaving or (self._deed is not None and not self._deed.done()):
            raise ClientRefused("The bot is being stopped or started already.")
        running = self.process.running
        if deed == "start" and running:
            raise ClientRefused("The bot is running already.")
        if deed in {"stop", "kill"} and not running:
            raise ClientRefused("The bot is not running.")
        self.touched = True
        # Whoever asked may go away meanwhile, as a tab does that is closed: what was begun is done all the same.
        self._deed = asyncio.create_task(self._do(deed))
        await asyncio.shield(self._deed)

    async def _do(self, deed: str) -> None:
        match deed:
            case "start":
                await self._start()
            case "stop":
                await self._stop()
            case "kill":
                self._meant = True
                await self.process.kill()
                self._tell("killed")
            case "restart":
                await self._stop()
                if not self._leaving:
                    await self._start()
            case _:
                raise ClientRefused(f"The bot cannot be told to {deed}.")
        self._notify()

    async def _start(self) -> None:
        await _ended(self._following)
        try:
            await self.process.start()
        except OSError as error:
            raise ClientRefused(f"The bot cannot be started: {error.strerror or error}.") from error
        self._meant = False
        self._by_itself.clear()
        self._tell("starting")
        self._following = asyncio.create_task(self._follow())

    async def _stop(self) -> None:
        self._meant = True
        await self.process.stop()
        self._tell("stopped")

    async def _follow(self) -> None:
        await self.process.ended()
        if not self._meant:
            self._tell("ended")
            self._by_itself.set()

    async def _watch_log(self) -> None:
        while True:
            lines = await asyncio.to_thread(self._read_log)
            if lines is not None and lines != self._log:
                self._log = lines
                self._notify()
            # Of real time: the log is written by a process that knows no other.
            await asyncio.sleep(_LOOK_SECONDS)

    def _read_log(self) -> list[str] | None:
        try:
            return self._log_if_longer()
        except OSError as error:
            return [f"The log cannot be read now: {error.strerror or error}."]

    def _log_if_longer(self) -> list[str] | None:
        path = self.process.log_path
        size = path.stat().st_size if path.exists() else 0
        if size == self._log_size:
            return None
        self._log_size = size
        return [_COLOURS.sub("", line) for line in self.process.log_tail(LOG_LINES).splitlines()]

    def _tell(self, state: State) -> None:
        self._state = state
        self._notify()

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener()


class OutsideBot:
    """A bot that somebody else runs: the page shows whether it is connected, and leaves it alone."""

    controllable = False
    touched = False

    def __init__(self, discord: DiscordSandbox) -> None:
        self._discord = discord

    @property
    def state(self) -> State:
        """Running while it is connected."""
        return "running" if self._discord.world.gateway.ready else "stopped"

    @property
    def pid(self) -> int | None:
        """Nothing is known of a process."""
        return None

    @property
    def log(self) -> list[str]:
        """Nothing is known of a log."""
        return []

    async def do(self, deed: str) -> None:
        """Refuse.

        Raises:
            ClientRefused: always.
        """
        raise ClientRefused(f"This page did not start the bot and cannot {deed} it.")

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Tell of the bot's connection, as the sandbox does."""
        return self._discord.subscribe(listener)


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
