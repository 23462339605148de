"""The composition root: opens everything, hands plain values down, closes in reverse, drains when asked to stop."""

import asyncio
import random
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog

from bot import __version__
from bot.clock import Clock, SystemClock
from bot.closing import PatientStack, ended
from bot.config import Settings
from bot.delivery.courier import SpoolCourier
from bot.delivery.messenger import DiscordMessenger
from bot.delivery.responses import Responses, open_response_session
from bot.discord_bot import SeedreamBot, invitation, point_at
from bot.domain.pricing import PriceList
from bot.errors import ApiError, StorageUnavailable
from bot.jobs.delivery import Delivery
from bot.jobs.sending import Sender
from bot.jobs.service import JobService
from bot.jobs.settings import JobSettings
from bot.jobs.steps import Steps
from bot.jobs.telling import Telling
from bot.jobs.trouble import Trouble
from bot.jobs.worker import Worker
from bot.monitor import Monitor
from bot.presentation.errors import describe
from bot.references import Gatherer
from bot.seedream import SeedreamClient
from bot.sharing import Sharing, share
from bot.spool import open_spool
from bot.startup import startup_errors
from bot.storage import Database, FactStore, SqlCensus, SqlJobStore, reckon_with_restoration
from bot.telemetry.discord_calls import DiscordCalls
from bot.wiring import open_services


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


OFFLINE_SECONDS = 300.0
"""For how long Discord may be away before the health check fails; discord.py connects again by itself."""

_log = structlog.get_logger(__name__)


class App:
    """The running bot: `async with App(settings) as app: await app.wait()`."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, patience: Patience | None = None) -> None:
        self._settings = settings
        self._clock: Clock = clock or SystemClock()
        self._patience = patience or Patience()
        self._stack = PatientStack(self._patience.closing)
        self._working: asyncio.Task[None] | None = None
        self._connected: asyncio.Task[None] | None = None
        self._api_asked: asyncio.Task[None] | None = None
        self._stop_asked = asyncio.Event()
        self._stopping = False
        self.monitor: Monitor
        self.discord: SeedreamBot
        self.jobs: JobService
        self.worker: Worker
        self._api: SeedreamClient

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
        database = await self._stack.enter_async_context(await Database.open(settings.storage.url))
        # Before anything that may take its time, so that probes are answered meanwhile; after the database, which tells
        # a second process what it is.
        self.monitor = Monitor(SqlCensus(database))
        await self._answer_probes()
        lease = timedelta(seconds=settings.jobs.lease_seconds)
        store = SqlJobStore(database, owner=secrets.token_hex(8), lease=lease, clock=self._clock)
        await self._look_back(database)
        if database.exclusive:
            await store.take_over()
        point_at(settings.discord.api_base_url, settings.discord.gateway_url)
        calls = DiscordCalls(settings.discord.api_base_url, self.monitor.metrics.discord_call)
        self.discord = SeedreamBot(
            memory=FactStore(database),
            sync_when_changed=settings.discord.sync_commands,
            gateway_url=settings.discord.gateway_url,
            clock=self._clock,
            http_trace=calls.trace(),
        )
        self.worker = await self._make_worker(store, share(database, store, settings, self._clock), calls)
        self.jobs = JobService(store=store, worker=self.worker, clock=self._clock)
        self.discord.serve(self.jobs)
        await self._log_in()
        await self._begin()

    async def _look_back(self, database: Database) -> None:
        restored = await reckon_with_restoration(database, self._clock.now())
        if restored is not None:
            _log.warning(
                "the database was restored from a backup; jobs it does not know are not gone on with, and what may "
                "have been paid for since is not sent again",
                taken=restored.taken.isoformat() if restored.taken else None,
                unknown=restored.unknown,
                resumed=restored.resumed,
            )

    async def _make_worker(self, store: SqlJobStore, sharing: Sharing, calls: DiscordCalls) -> Worker:
        settings = self._settings
        spool = await self._stack.enter_async_context(open_spool(settings.storage.url, settings.storage.spool_dir))
        services = await open_services(
            self._stack,
            settings.seedream,
            clock=self._clock,
            jitter=random.random,
            spool=spool.references,
            trusted_urls=[settings.discord.api_base_url],
            observe=self.monitor.api_call,
            rate=sharing.rate,
        )
        self._api = services.client
        session = await self._stack.enter_async_context(
            open_response_session(self.discord.http.user_agent, calls.trace())
        )
        discord = DiscordMessenger(
            self.discord,
            responses=Responses(self.discord, session, self._clock),
            clock=self._clock,
            estimate=store.typical_seconds,
            archive_minutes=settings.discord.thread_archive_minutes,
            prices=PriceList(settings.seedream.price_per_image, settings.seedream.currency),
        )
        messenger = sharing.guarded(discord)
        sender = Sender(store, messenger)
        courier = SpoolCourier(session=services.files, spool=spool.results)
        rules = JobSettings(
            max_running_tasks=settings.seedream.max_concurrent_tasks,
            poll_first=settings.seedream.poll_first_seconds,
            poll_longest=settings.seedream.poll_longest_seconds,
            poll_deadline=timedelta(minutes=settings.seedream.poll_deadline_minutes),
            lease=timedelta(seconds=settings.jobs.lease_seconds),
        )
        steps = Steps(
            store=store,
            api=services.client,
            gatherer=Gatherer(),
            preparer=services.preparer,
            messenger=messenger,
            sender=sender,
            telling=Telling(messenger, sender, self._clock),
            delivery=Delivery(store, courier, messenger, sender),
            tenure=sharing.tenure,
            clock=self._clock,
            settings=rules,
        )
        watch = self.monitor.metrics
        trouble = Trouble(store=store, messenger=messenger, clock=self._clock, settings=rules, watch=watch)
        return Worker(
            store=store,
            steps=steps,
            trouble=trouble,
            clock=self._clock,
            settings=rules,
            line=sharing.line,
            tenure=sharing.tenure,
            watch=watch,
        )

    async def _log_in(self) -> None:
        self._stack.push_async_callback(self.discord.leave, self._patience.discord)
        with startup_errors():
            await self.discord.login(self._settings.discord.token.get_secret_value())

    async def _answer_probes(self) -> None:
        health = self._settings.health
        if not health.port:
            return
        await self._stack.enter_async_context(self.monitor.server(health.host, health.port, self.trouble))
        self._stack.push_async_callback(_cancel, asyncio.create_task(self.monitor.pulse.run(), name="pulse"))

    async def _begin(self) -> None:
        self.monitor.backlog = self.worker.backlog
        self.monitor.connected = lambda: self.discord.offline_seconds is None
        self.monitor.hindrance = None
        self._working = asyncio.create_task(self.worker.run(), name="worker")
        self._connected = asyncio.create_task(self._connect(), name="gateway")
        for task in (self._working, self._connected):
            task.add_done_callback(lambda _: self._stop_asked.set())
        # Last in, first out: they are cancelled before anything they use is closed.
        self._api_asked = asyncio.create_task(self._ask_api(), name="first question to Seedream")
        for task in (self._api_asked, asyncio.create_task(self._greet(), name="greeting")):
            self._stack.push_async_callback(_cancel, task)

    async def _greet(self) -> None:
        await self.discord.wait_until_ready()
        kind = self._settings.storage.url.partition(":")[0].partition("+")[0]
        servers = len(self.discord.guilds)
        _log.info("ready", version=__version__, servers=servers, database=kind)
        if not servers:
            _log.warning(
                "in no server yet; open the link to add the bot to one", link=invitation(self.discord.application_id)
            )

    async def _ask_api(self) -> None:
        try:
            await self._api.check_access(thorough=False)
        except (ApiError, StorageUnavailable) as error:
            _log.error("Seedream cannot be used now", problem=describe(error))

    async def _connect(self) -> None:
        with startup_errors():
            await self.discord.connect()

    @property
    def api_asked(self) -> bool:
        """Whether the question to Seedream that follows the start, if the token is good, has been answered."""
        return self._api_asked is not None and self._api_asked.done()

    def trouble(self) -> str | None:
        """Return what keeps the bot from working, in words; None while it works, or may soon by itself."""
        if self._working is None or self._connected is None or self._stopping:
            return None
        if self._working.done():
            return "it has stopped working on its jobs"
        if self._connected.done():
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


async def sync_commands(settings: Settings, guild_id: int | None, *, remove: bool = False) -> int:
    """Register the commands with Discord now, globally or for one server; return how many there are then.

    Args:
        settings: Discord's are used.
        guild_id: the server; None for everywhere.
        remove: whether to take the server's own commands away instead.

    Raises:
        StartupError: Discord cannot be reached or does not take the token.
    """
    point_at(settings.discord.api_base_url, settings.discord.gateway_url)
    # Without the database, so that it can be done while the bot is running.
    async with SeedreamBot(sync_when_changed=False) as bot:
        with startup_errors():
            await bot.login(settings.discord.token.get_secret_value())
            return await bot.sync_now(guild_id, remove=remove)
