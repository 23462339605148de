"""The composition root: opens everything, hands plain values down, closes in reverse, drains when asked to stop."""

import asyncio
import contextlib
import random
import secrets
import signal
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Self

import aiohttp
import discord
import structlog
from yarl import URL

from bot import __version__
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.delivery.courier import SpoolCourier
from bot.delivery.messenger import DiscordMessenger
from bot.discord_bot import SeedreamBot, point_at
from bot.domain.pricing import PriceList
from bot.domain.retry import RetryPolicy
from bot.errors import DiscordRefused, DiscordTokenRefused, DiscordUnreachable, StorageUnavailable
from bot.jobs.delivery import Delivery
from bot.jobs.sending import Sender
from bot.jobs.service import JobService
from bot.jobs.settings import JobSettings
from bot.jobs.steps import Steps
from bot.jobs.trouble import Trouble
from bot.jobs.worker import Worker
from bot.references import Fetcher, Preparer, open_guarded_session
from bot.seedream import SeedreamClient, open_session
from bot.storage import Database, FactStore, SqlJobStore
from bot.telemetry.health import HealthServer

DRAIN_SECONDS = 15.0
"""How long running steps may take to end when the bot is stopped; with closing it stays below 20 s."""

TRANSFERS = RetryPolicy(attempts=4, first=0.5, longest=8.0)
"""When the download or upload of a reference image is tried again; people are waiting, so not for long."""

USER_AGENT = f"seedream-bot/{__version__}"

_log = structlog.get_logger(__name__)


class App:
    """The running bot: `async with App(settings) as app: await app.wait()`."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, spool: Path | None = None) -> None:
        self._settings = settings
        self._clock: Clock = clock or SystemClock()
        self._spool = spool
        self._stack = AsyncExitStack()
        self._working: asyncio.Task[None] | None = None
        self._connected: asyncio.Task[None] | None = None
        self._stop_asked = asyncio.Event()
        self.discord: SeedreamBot
        self.jobs: JobService
        self.worker: Worker

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
        )
        self.worker = await self._make_worker(store)
        self.jobs = JobService(store=store, worker=self.worker, clock=self._clock)
        self.discord.serve(self.jobs)
        await self._log_in()
        await self._begin()

    async def _make_worker(self, store: SqlJobStore) -> Worker:
        settings = self._settings
        spool = self._spool or Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="seedream-bot-")))
        files = await self._stack.enter_async_context(
            open_guarded_session(
                user_agent=USER_AGENT,
                connect_timeout=settings.seedream.connect_timeout_seconds,
                read_timeout=settings.seedream.read_timeout_seconds,
                total_timeout=settings.seedream.total_timeout_seconds,
                allowed_origins=_trusted_origins(settings),
            )
        )
        api = await self._open_seedream()
        messenger = DiscordMessenger(
            self.discord,
            clock=self._clock,
            estimate=store.typical_seconds,
            archive_minutes=settings.discord.thread_archive_minutes,
            prices=PriceList(settings.seedream.price_per_image, settings.seedream.currency),
        )
        sender = Sender(store, messenger)
        rules = JobSettings(
            max_running_tasks=settings.seedream.max_concurrent_tasks,
            poll_first=settings.seedream.poll_first_seconds,
            poll_longest=settings.seedream.poll_longest_seconds,
            poll_deadline=timedelta(minutes=settings.seedream.poll_deadline_minutes),
            lease=timedelta(seconds=settings.jobs.lease_seconds),
        )
        preparer = Preparer(
            Fetcher(files, policy=TRANSFERS, clock=self._clock, jitter=random.random),
            api,
            policy=TRANSFERS,
            clock=self._clock,
            jitter=random.random,
            spool=spool,
            mode=settings.seedream.reference_mode,
            upload_link=settings.seedream.upload_link,
        )
        steps = Steps(
            store=store,
            api=api,
            preparer=preparer,
            messenger=messenger,
            sender=sender,
            delivery=Delivery(store, SpoolCourier(session=files, spool=spool / "results"), messenger, sender),
            clock=self._clock,
            settings=rules,
        )
        trouble = Trouble(store=store, messenger=messenger, clock=self._clock, settings=rules)
        return Worker(store=store, steps=steps, trouble=trouble, clock=self._clock, settings=rules)

    async def _open_seedream(self) -> SeedreamClient:
        settings = self._settings.seedream
        sessions = [
            await self._stack.enter_async_context(
                open_session(
                    user_agent=USER_AGENT,
                    connect_timeout=settings.connect_timeout_seconds,
                    read_timeout=settings.read_timeout_seconds,
                    total_timeout=settings.total_timeout_seconds,
                    keep_alive=keep_alive,
                )
            )
            for keep_alive in (True, False)
        ]
        return SeedreamClient(
            *sessions,
            api_token=settings.api_token,
            api_base_url=settings.api_base_url,
            files_base_url=settings.files_base_url,
            requests_per_second=settings.requests_per_second,
            clock=self._clock,
        )

    async def _log_in(self) -> None:
        self._stack.push_async_callback(self.discord.close)
        try:
            await self.discord.login(self._settings.discord.token.get_secret_value())
        except discord.LoginFailure as error:
            raise DiscordTokenRefused from error
        except discord.HTTPException as error:
            raise DiscordRefused(status=error.status, detail=error.text) from error
        except (aiohttp.ClientError, OSError) as error:
            raise DiscordUnreachable(detail=str(error)) from error

    async def _begin(self) -> None:
        health = self._settings.health
        if health.port:
            server = HealthServer(health.host, health.port, self.is_alive)
            await server.start()
            self._stack.push_async_callback(server.stop)
        self._working = asyncio.create_task(self.worker.run(), name="worker")
        self._connected = asyncio.create_task(self.discord.connect(), name="gateway")
        for task in (self._working, self._connected):
            task.add_done_callback(lambda _: self._stop_asked.set())

    def is_alive(self) -> bool:
        """Whether the gateway connection and the worker are being kept up."""
        tasks = (self._working, self._connected)
        return all(task is not None and not task.done() for task in tasks)

    def ask_to_stop(self) -> None:
        """Make `wait` return, so that whoever opened the app closes it."""
        self._stop_asked.set()

    async def wait(self) -> None:
        """Wait until asked to stop, or until the gateway or the worker has ended by itself.

        Raises:
            Exception: whatever ended one of them.
        """
        await self._stop_asked.wait()
        for task in (self._working, self._connected):
            if task is not None and task.done() and not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Take nothing new, let running steps end, give back the jobs, disconnect, close everything."""
        self.jobs.close()
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


def _trusted_origins(settings: Settings) -> frozenset[tuple[str, int]]:
    """Return host and port of the servers the operator named, which may stand in a private network.

    Discord's files come from other hosts than its API; a stand-in for Discord serves both.
    """
    urls = (settings.discord.api_base_url, settings.seedream.api_base_url, settings.seedream.files_base_url)
    return frozenset((url.host or "", url.port or 0) for url in map(URL, urls))


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


async def sync_commands(settings: Settings, guild_id: int | None) -> int:
    """Register the commands with Discord now, globally or for one server; return how many.

    Raises:
        StartupError: Discord cannot be reached or does not take the token.
    """
    point_at(settings.discord.api_base_url, settings.discord.gateway_url)
    # Without the database, so that it can be done while the bot is running.
    async with SeedreamBot(sync_when_changed=False) as bot:
        try:
            await bot.login(settings.discord.token.get_secret_value())
            return await bot.sync_now(guild_id)
        except discord.LoginFailure as error:
            raise DiscordTokenRefused from error
        except discord.HTTPException as error:
            raise DiscordRefused(status=error.status, detail=error.text) from error
        except (aiohttp.ClientError, OSError) as error:
            raise DiscordUnreachable(detail=str(error)) from error
