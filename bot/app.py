"""The composition root: opens everything, hands plain values down, closes in reverse, drains when asked to stop."""

import asyncio
import contextlib
import random
import secrets
import signal
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self

import structlog

from bot import __version__
from bot.clock import Clock, SystemClock
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
from bot.presentation.errors import describe
from bot.seedream import SeedreamClient
from bot.spool import open_spool
from bot.startup import startup_errors
from bot.storage import Database, FactStore, SqlJobStore
from bot.telemetry.health import HealthServer
from bot.wiring import open_services

ADMISSION_SECONDS = 3.0
"""How long commands that were let in may take to be acknowledged and stored when the bot is stopped."""

DRAIN_SECONDS = 13.0
"""How long running steps may take to end when the bot is stopped; with closing it stays below 20 s."""

OFFLINE_SECONDS = 300.0
"""For how long Discord may be away before the health check fails; discord.py connects again by itself."""

_log = structlog.get_logger(__name__)


class App:
    """The running bot: `async with App(settings) as app: await app.wait()`."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock: Clock = clock or SystemClock()
        self._stack = AsyncExitStack()
        self._working: asyncio.Task[None] | None = None
        self._connected: asyncio.Task[None] | None = None
        self._api_asked: asyncio.Task[None] | None = None
        self._stop_asked = asyncio.Event()
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
        """Open the database, log in to Discord, begin to work, and connect to the gateway.

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
        lease = timedelta(seconds=settings.jobs.lease_seconds)
        store = SqlJobStore(database, owner=secrets.token_hex(8), lease=lease, clock=self._clock)
        if database.exclusive:
            await store.take_over()
        point_at(settings.discord.api_base_url, settings.discord.gateway_url)
        self.discord = SeedreamBot(
            memory=FactStore(database),
            sync_when_changed=settings.discord.sync_commands,
            gateway_url=settings.discord.gateway_url,
            clock=self._clock,
        )
        self.worker = await self._make_worker(store)
        self.jobs = JobService(store=store, worker=self.worker, clock=self._clock)
        self.discord.serve(self.jobs)
        await self._log_in()
        await self._begin()

    async def _make_worker(self, store: SqlJobStore) -> Worker:
        settings = self._settings
        spool = await self._stack.enter_async_context(open_spool(settings.storage.url, settings.storage.spool_dir))
        services = await open_services(
            self._stack,
            settings.seedream,
            clock=self._clock,
            jitter=random.random,
            spool=spool.references,
            trusted_urls=[settings.discord.api_base_url],
        )
        self._api = services.client
        session = await self._stack.enter_async_context(open_response_session(self.discord.http.user_agent))
        messenger = DiscordMessenger(
            self.discord,
            responses=Responses(self.discord, session, self._clock),
            clock=self._clock,
            estimate=store.typical_seconds,
            archive_minutes=settings.discord.thread_archive_minutes,
            prices=PriceList(settings.seedream.price_per_image, settings.seedream.currency),
        )
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
            preparer=services.preparer,
            messenger=messenger,
            sender=sender,
            telling=Telling(messenger, sender, self._clock),
            delivery=Delivery(store, courier, messenger, sender),
            clock=self._clock,
            settings=rules,
        )
        trouble = Trouble(store=store, messenger=messenger, clock=self._clock, settings=rules)
        return Worker(store=store, steps=steps, trouble=trouble, clock=self._clock, settings=rules)

    async def _log_in(self) -> None:
        self._stack.push_async_callback(self.discord.close)
        with startup_errors():
            await self.discord.login(self._settings.discord.token.get_secret_value())

    async def _begin(self) -> None:
        health = self._settings.health
        if health.port:
            server = HealthServer(health.host, health.port, self.trouble)
            await server.start()
            self._stack.push_async_callback(server.stop)
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
        except ApiError as error:
            _log.error("Seedream cannot be used now", problem=describe(error))

    async def _connect(self) -> None:
        with startup_errors():
            await self.discord.connect()

    @property
    def api_asked(self) -> bool:
        """Whether the question to Seedream that follows the start, if the token is good, has been answered."""
        return self._api_asked is not None and self._api_asked.done()

    def trouble(self) -> str | None:
        """Return what keeps the bot from working, in words; None while it works, or may soon again by itself."""
        if self._working is None or self._working.done():
            return "it has stopped working on its jobs"
        if self._connected is None or self._connected.done():
            return "it has given up its connection to Discord"
        offline = self.discord.offline_seconds
        if offline is not None and offline > OFFLINE_SECONDS:
            return f"it has not been connected to Discord for {offline // 60:.0f} minutes"
        return None

    def ask_to_stop(self) -> None:
        """Make `wait` return, so that whoever opened the app closes it."""
        self._stop_asked.set()

    async def wait(self) -> None:
        """Wait until asked to stop, or until the gateway or the worker has ended by itself.

        Raises:
            StartupError: Discord does not let the bot in any more.
            Exception: whatever ended the worker.
        """
        await self._stop_asked.wait()
        for task in (self._working, self._connected):
            if task is not None and task.done() and not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Take nothing new, let running steps end, give back the jobs, disconnect, close everything."""
        await self.jobs.close(ADMISSION_SECONDS)
        try:
            await self.worker.drain(DRAIN_SECONDS)
        except StorageUnavailable as error:
            _log.warning("jobs not given back; the next start takes them over", error=str(error))
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
        await asyncio.gather(*tasks, return_exceptions=True)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def run_bot(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises:
        StartupError: it cannot start.
    """
    async with App(settings) as app:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # discord.py itself leaves SIGTERM alone, which would cut running steps off.
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, app.ask_to_stop)
        await app.wait()
        _log.info("stopping")
    _log.info("stopped")


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
