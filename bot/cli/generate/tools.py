"""The bot's own client, preparer and sessions, put together for one command."""

import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.config import SeedreamSettings
from bot.domain.retry import RetryPolicy
from bot.references import Fetcher, Preparer, open_guarded_session
from bot.seedream import SeedreamClient, open_session

RETRIES = RetryPolicy(attempts=4, longest=20)
USER_AGENT = f"seedream-bot/{__version__}"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a generation needs."""

    client: SeedreamClient
    preparer: Preparer
    files: aiohttp.ClientSession


async def open_tools(
    stack: AsyncExitStack, settings: SeedreamSettings, clock: Clock, jitter: Callable[[], float]
) -> Tools:
    """Open everything on a stack that closes it again."""
    connect, read, total = (
        settings.connect_timeout_seconds,
        settings.read_timeout_seconds,
        settings.total_timeout_seconds,
    )
    repeatable, paid = [
        await stack.enter_async_context(
            open_session(
                user_agent=USER_AGENT,
                connect_timeout=connect,
                read_timeout=read,
                total_timeout=total,
                keep_alive=keep_alive,
            )
        )
        for keep_alive in (True, False)
    ]
    origins = [URL(url) for url in (settings.api_base_url, settings.files_base_url)]
    files = await stack.enter_async_context(
        open_guarded_session(
            user_agent=USER_AGENT,
            allowed_origins=[(url.host or "", url.port or 0) for url in origins],
            connect_timeout=connect,
            read_timeout=read,
            total_timeout=total,
        )
    )
    client = SeedreamClient(
        repeatable,
        paid,
        api_token=settings.api_token,
        api_base_url=settings.api_base_url,
        files_base_url=settings.files_base_url,
        requests_per_second=settings.requests_per_second,
        clock=clock,
    )
    spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seedream-bot-")))
    preparer = Preparer(
        Fetcher(files, policy=RETRIES, clock=clock, jitter=jitter),
        client,
        policy=RETRIES,
        clock=clock,
        jitter=jitter,
        spool=spool,
        upload_link=settings.upload_link,
    )
    return Tools(client, preparer, files)
