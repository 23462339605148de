"""From the first thing that is opened to the last that is closed."""

import asyncio
from dataclasses import dataclass
from typing import Self

import structlog

from bot.app.presence import OFFLINE_SECONDS, GatewayPresence, Presence
from bot.app.working import Workshop, look_back, open_workshop
from bot.clock import Clock, SystemClock
from bot.closing import PatientStack, ended
from bot.config import Settings
from bot.discord_bot import leave, point_at
from bot.errors import ApiError, DatabaseNotShared, StorageUnavailable
from bot.jobs.desk import Desk
from bot.jobs.service import JobService
from bot.jobs.worker import Worker
from bot.monitor import Monitor
from bot.presentation.errors import describe
from bot.sharing import compare_settings
from bot.storage import Database, SqlCensus, SqlFormStore, SqlHistory, SqlOfferStore, SqlTrayStore
from bot.telemetry.discord_calls import DiscordCalls


@dataclass(frozen=True, slots=True)
class Patience:
    """How long stopping may take, in real seconds; together below 20, as supervisors kill by then or soon after.

    Attributes:
        admission: for commands that were let in to be acknowledged and stored.
        steps: for running steps to end by themselves, a paid POST that waits for its answer among them.
        grace: for those that did not to be cut off, and again for their jobs to be given back.
        discord: for Discord to answer the closing of the gateway.
        closing: for everything to close, Discord included.
    """

    admission: float = 2.5
    steps: float = 9.0
    grace: float = 1.5
    discord: float = 1.5
    closing: float = 3.0

    @property
    def total(self) -> float:
        """The longest that stopping can take."""
        return self.admission + self.steps + 2 * self.grace + self.closing


_log = structlog.get_logger(__name__)


class App:
    """The running bot: `async with App(settings) as app: await app.wait()`.

    Args:
        settings: the bot's.
        gateway: whether commands come in here; without, it works on the jobs that other processes took in.
        clock: for everything that waits.
        patience: how long stopping may take.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        gateway: bool = True,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._settings = settings
        self._gateway = gateway
        self._clock: Clock = clock or SystemClock()
        self._patience = patience or Patience()
        self._stack = PatientStack(self._patience.closing)
        self._working: asyncio.Task[None] | None = None
        self._connected: asyncio.Task[None] | None = None
        self._api_asked: asyncio.Task[None] | None = None
        self._stop_asked = asyncio.Event()
        self._stopping = False
        self.monitor: Monitor
        self.discord: Presence
        self.jobs: JobService
        self.worker: Worker
        self._workshop: Workshop

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the database, answer probes, log in to Discord, begin to work, and connect to the gateway.

        Raises:
            StartupError: with what stands in the way; everything opened by then is closed again.
        """
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _open(self) -> None:
        settings = self._settings
        if not self._gateway and not settings.storage.shared:
            raise DatabaseNotShared(settings.storage.url)
        database = await self._stack.enter_async_context(await Database.open(settings.storage.url))
        # Before anything that may take its time, so that probes are answered meanwhile; after the database, which tells
        # a second process what it is.
        self.monitor = Monitor(SqlCensus(database))
        await self._answer_probes()
        await look_back(database, self._clock)
        await compare_settings(database, settings, gateway=self._gateway)
        point_at(settings.discord.api_base_url)
        calls = DiscordCalls(settings.discord.api_base_url, self.monitor.metrics.discord_call)
        self.discord = (
            GatewayPresence.listening(settings, calls, database, self._clock)
            if self._gateway
            else Presence.speaking(settings, calls)
        )
        self._workshop = await open_workshop(
            self._stack,
            settings,
            database=database,
            discord_client=self.discord.client,
            calls=calls,
            monitor=self.monitor,
            clock=self._clock,
        )
        self.worker = self._workshop.worker
        self.jobs = JobService(store=self._workshop.store, worker=self.worker, clock=self._clock)
        desk = Desk(
            forms=SqlFormStore(database),
            trays=SqlTrayStore(database),
            jobs=self._workshop.store,
            history=SqlHistory(database),
            clock=self._clock,
        )
        self.discord.serve(self.jobs, desk, SqlOfferStore(database))
        self._stack.push_async_callback(leave, self.discord.client, self._patience.discord)
        await self.discord.log_in()
        await self._begin()

    async def _answer_probes(self) -> None:
        health = self._settings.health
        if not health.port:
            return
        await self._stack.enter_async_context(self.monitor.server(health.host, health.port, self.trouble))
        self._stack.push_async_callback(_cancel, asyncio.create_task(self.monitor.pulse.run(), name="pulse"))

    async def _begin(self) -> None:
        self.monitor.backlog = self.worker.backlog
        self.monitor.connected = self._is_connected if self.discord.listens else None
        self.monitor.hindrance = None
        self._working = asyncio.create_task(self.worker.run(), name="worker")
        self._working.add_done_callback(lambda _: self._stop_asked.set())
        if self.discord.listens:
            self._connected = asyncio.create_task(self.discord.connect(), name="gateway")
            self._connected.add_done_callback(lambda _: self._stop_asked.set())
        # Last in, first out: they are cancelled before anything they use is closed.
        self._api_asked = asyncio.create_task(self._ask_api(), name="first question to Seedream")
        for task in (self._api_asked, asyncio.create_task(self.discord.greet(), name="greeting")):
            self._stack.push_async_callback(_cancel, task)

    def _is_connected(self) -> bool:
        return self.discord.offline_seconds is None

    async def _ask_api(self) -> None:
        try:
            await self._workshop.api.check_access(thorough=False)
        except (ApiError, StorageUnavailable) as error:
            _log.error("Seedream cannot be used now", problem=describe(error))

    @property
    def api_asked(self) -> bool:
        """Whether the question to Seedream that follows the start, if the token is good, has been answered."""
        return self._api_asked is not None and self._api_asked.done()

    def trouble(self) -> str | None:
        """Return what keeps the bot from working, in words; None while it works, or may soon by itself."""
        if self._working is None or self._stopping:
            return None
        if self._working.done():
            return "it has stopped working on its jobs"
        if self._connected is not None and self._connected.done():
            return "it has given up its connection to Discord"
        offline = self.discord.offline_seconds
        if offline is not None and offline > OFFLINE_SECONDS:
            return f"it has not been connected to Discord for {offline // 60:.0f} minutes"
        return None

    def ask_to_stop(self) -> None:
        """Make `wait` return, so that whoever opened the app closes it."""
        self._stop_asked.set()

    async def asked_to_stop(self) -> None:
        """Wait until asked to stop, or until the gateway or the worker has ended by itself."""
        await self._stop_asked.wait()

    async def wait(self) -> None:
        """As `asked_to_stop`, and say why it has ended by itself.

        Raises:
            StartupError: Discord does not let the bot in any more.
            Exception: whatever ended the worker.
        """
        await self.asked_to_stop()
        for task in (self._working, self._connected):
            if task is not None and task.done() and not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Take nothing new, let running steps end, give back the jobs, disconnect, close everything.

        It comes to its end in `Patience.total` seconds, whatever hangs: what does is cut off, and gone on with after
        the next start. Until Discord is left, whoever uses a command is told to try again in a moment.
        """
        patience = self._patience
        self._stopping = True
        self.monitor.hindrance = "it is being stopped"
        await self.jobs.close(patience.admission)
        try:
            await self.worker.drain(patience.steps, patience.grace)
        except (StorageUnavailable, TimeoutError) as error:
            _log.warning(
                "jobs not given back; the next start takes them over", error=str(error) or "the database hangs"
            )
        await self._shut()

    async def crash(self) -> None:
        """Stop as a killed process would: nothing is finished, nothing given back. For tests of what follows."""
        self.worker.abandon()
        await self._shut()

    async def _shut(self) -> None:
        tasks = [task for task in (self._working, self._connected) if task is not None]
        if self._working is not None:
            self._working.cancel()
        await self._stack.aclose()
        for task in tasks:
            task.cancel()
        await ended(asyncio.gather(*tasks, return_exceptions=True), self._patience.grace)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
