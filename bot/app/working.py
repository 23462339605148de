"""Puts together what works on jobs: store, HTTP sessions, messenger, steps, and the worker's loop around them."""

import random
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import discord
import structlog

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.courier import SpoolCourier
from bot.delivery.messenger import DiscordMessenger
from bot.delivery.reading import MessageReader
from bot.delivery.responses import Responses, open_response_session
from bot.domain.pricing import PriceList
from bot.jobs.delivery import Delivery
from bot.jobs.sending import Sender
from bot.jobs.settings import JobSettings
from bot.jobs.sheets import Sheets
from bot.jobs.steps import Steps
from bot.jobs.telling import Telling
from bot.jobs.trouble import Trouble
from bot.jobs.worker import Worker
from bot.monitor import Monitor
from bot.references import EarlierResults, Gatherer
from bot.seedream import SeedreamClient
from bot.sharing import share
from bot.spool import open_spool
from bot.storage import Database, SqlHistory, SqlJobStore, SqlTrayStore, reckon_with_restoration
from bot.telemetry.discord_calls import DiscordCalls
from bot.wiring import open_services

CLAIM_EVERY = timedelta(seconds=5)
"""How soon jobs that a process gives back as it stops are gone on with; to look costs the database milliseconds."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What works on jobs, whichever way they come in."""

    store: SqlJobStore
    worker: Worker
    api: SeedreamClient


async def open_workshop(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    database: Database,
    discord_client: discord.Client,
    calls: DiscordCalls,
    monitor: Monitor,
    clock: Clock,
) -> Workshop:
    """Open everything on a stack that closes it again.

    Args:
        stack: closes the sessions and the folder for pictures on their way.
        settings: the bot's.
        database: an open one, which was looked back upon.
        discord_client: logged in before the worker is started; it needs no gateway.
        calls: counts the requests to Discord.
        monitor: is told of what happens.
        clock: for everything that waits.

    Raises:
        StartupError: with what stands in the way.
    """
    owner = secrets.token_hex(8)
    lease = timedelta(seconds=settings.jobs.lease_seconds)
    store = SqlJobStore(database, owner=owner, lease=lease, clock=clock)
    if database.exclusive:
        await store.take_over()
    sharing = share(database, store, settings, clock)
    spool = await stack.enter_async_context(open_spool(settings.storage.url, settings.storage.spool_dir))
    services = await open_services(
        stack,
        settings.seedream,
        clock=clock,
        jitter=random.random,
        spool=spool.references,
        too_large=settings.references.too_large,
        trusted_urls=[settings.discord.api_base_url],
        observe=monitor.api_call,
        rate=sharing.rate,
    )
    session = await stack.enter_async_context(open_response_session(discord_client.http.user_agent, calls.trace()))
    speaking = DiscordMessenger(
        discord_client,
        responses=Responses(discord_client, session, clock),
        clock=clock,
        estimate=store.typical_seconds,
        archive_minutes=settings.discord.thread_archive_minutes,
        prices=PriceList(settings.seedream.price_per_image, settings.seedream.currency),
    )
    messenger = sharing.guarded(speaking)
    sender = Sender(store, messenger)
    courier = SpoolCourier(session=services.files, spool=spool.results)
    rules = JobSettings(
        max_running_tasks=settings.seedream.max_concurrent_tasks,
        poll_first=settings.seedream.poll_first_seconds,
        poll_longest=settings.seedream.poll_longest_seconds,
        poll_deadline=timedelta(minutes=settings.seedream.poll_deadline_minutes),
        lease=lease,
        # In a database that is this process's alone, nobody gives anything back.
        claim_every=lease if database.exclusive else CLAIM_EVERY,
    )
    steps = Steps(
        store=store,
        api=services.client,
        gatherer=_gatherer(database, discord_client, clock),
        preparer=services.preparer,
        messenger=messenger,
        sender=sender,
        sheets=Sheets(messenger, clock),
        telling=Telling(messenger, sender, clock),
        delivery=Delivery(store, courier, messenger, sender),
        tenure=sharing.tenure,
        clock=clock,
        settings=rules,
    )
    watch = monitor.metrics
    trouble = Trouble(store=store, messenger=messenger, clock=clock, settings=rules, watch=watch)
    worker = Worker(
        store=store,
        steps=steps,
        trouble=trouble,
        clock=clock,
        settings=rules,
        line=sharing.line,
        tenure=sharing.tenure,
        watch=watch,
    )
    return Workshop(store, worker, services.client)


def _gatherer(database: Database, discord_client: discord.Client, clock: Clock) -> Gatherer:
    reader = MessageReader(discord_client)
    earlier = EarlierResults(SqlHistory(database), reader, clock)
    return Gatherer(messages=reader, tasks=earlier, trays=SqlTrayStore(database))


async def look_back(database: Database, clock: Clock) -> None:
    """See to the jobs of a database that was restored from a backup, before anything else is done with it.

    Raises:
        StorageUnavailable: it could not be done.
    """
    restored = await reckon_with_restoration(database, clock.now())
    if restored is not None:
        _log.warning(
            "the database was restored from a backup; jobs it does not know are not gone on with, and what may "
            "have been paid for since is not sent again",
            taken=restored.taken.isoformat() if restored.taken else None,
            unknown=restored.unknown,
            resumed=restored.resumed,
        )
