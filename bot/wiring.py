"""The HTTP sessions, and what goes over them, put together from the settings: for the bot and for `generate`."""

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.config import SeedreamSettings
from bot.domain.references import MAX_DOWNLOAD_BYTES, MAX_FILE_BYTES
from bot.domain.retry import RetryPolicy
from bot.references import Fetcher, Preparer, TooLarge, open_guarded_session
from bot.seedream import ProcessRate, RequestRate, SeedreamClient, open_session
from bot.seedream.observing import CallObserver, unobserved

TRANSFERS = RetryPolicy(attempts=4, first=0.5, longest=8.0)
"""When the download or upload of a reference image is tried again; people are waiting, so not for long."""

USER_AGENT = f"seedream-bot/{__version__}"


@dataclass(frozen=True, slots=True)
class Services:
    """What reaches out of the house.

    Attributes:
        files: a session for files from the public internet, and from the servers that the operator named.
    """

    client: SeedreamClient
    preparer: Preparer
    files: aiohttp.ClientSession


async def open_services(
    stack: AsyncExitStack,
    settings: SeedreamSettings,
    *,
    clock: Clock,
    jitter: Callable[[], float],
    spool: Path,
    too_large: TooLarge = "scale",
    trusted_urls: Iterable[str] = (),
    observe: CallObserver = unobserved,
    rate: RequestRate | None = None,
) -> Services:
    """Open everything on a stack that closes it again.

    Args:
        stack: closes the sessions.
        settings: the API's.
        clock: for pauses.
        jitter: returns random numbers in [0, 1).
        spool: an existing folder for reference images on their way.
        too_large: what becomes of reference images that are too big for the API.
        trusted_urls: whose servers files may come from though they stand in a private network, beside the API's own.
        observe: is told of every call of the API.
        rate: the limit on requests per second; by default one of this process alone.
    """
    files = await stack.enter_async_context(
        open_guarded_session(
            user_agent=USER_AGENT,
            connect_timeout=settings.connect_timeout_seconds,
            read_timeout=settings.read_timeout_seconds,
            total_timeout=settings.total_timeout_seconds,
            allowed_origins=_origins((settings.api_base_url, settings.files_base_url, *trusted_urls)),
        )
    )
    rate = rate or ProcessRate(settings.requests_per_second, clock)
    client = await _open_client(stack, settings, clock, observe, rate)
    max_bytes = MAX_DOWNLOAD_BYTES if too_large == "scale" else MAX_FILE_BYTES
    preparer = Preparer(
        Fetcher(files, policy=TRANSFERS, clock=clock, jitter=jitter, max_bytes=max_bytes),
        client,
        policy=TRANSFERS,
        clock=clock,
        jitter=jitter,
        spool=spool,
        mode=settings.reference_mode,
        upload_link=settings.upload_link,
        too_large=too_large,
    )
    return Services(client, preparer, files)


async def _open_client(
    stack: AsyncExitStack, settings: SeedreamSettings, clock: Clock, observe: CallObserver, rate: RequestRate
) -> SeedreamClient:
    repeatable, paid = [
        await stack.enter_async_context(
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
        repeatable,
        paid,
        api_token=settings.api_token,
        api_base_url=settings.api_base_url,
        files_base_url=settings.files_base_url,
        rate=rate,
        clock=clock,
        observe=observe,
    )


def _origins(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return host and port of servers that the operator named.

    Discord's files come from other hosts than its API; a stand-in for Discord serves both.
    """
    return frozenset((url.host or "", url.port or 0) for url in map(URL, urls))
