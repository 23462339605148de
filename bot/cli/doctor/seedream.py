"""Checks of the picture API and its file store. No generation is asked for, so nothing is spent."""

import asyncio

import aiohttp

from bot import __version__
from bot.cli.doctor.check import Check, failed, passed
from bot.cli.words import operator_words
from bot.clock import SystemClock
from bot.config import SeedreamSettings
from bot.errors import ApiAnswerInvalid, ApiError, ApiTokenRefused
from bot.seedream import ProcessRate, SeedreamClient, open_session

API = "Seedream API"
FILES = "Seedream files"
NAMES = (API, FILES)
TIMEOUT_SECONDS = 15.0


async def checks(settings: SeedreamSettings) -> list[Check]:
    """Check that both services are there and that the token is accepted."""
    async with open_session(
        user_agent=f"seedream-bot/{__version__}",
        connect_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
        total_timeout=TIMEOUT_SECONDS,
    ) as session:
        clock = SystemClock()
        # Nothing paid is ever asked for here, so one session serves.
        client = SeedreamClient(
            session,
            session,
            api_token=settings.api_token,
            api_base_url=settings.api_base_url,
            files_base_url=settings.files_base_url,
            # The check is two questions, which need not wait for each other, however slow the bot is to be.
            rate=ProcessRate(max(2.0, settings.requests_per_second), clock),
            clock=clock,
        )
        return list(await asyncio.gather(api(client, settings.api_base_url), files(session, settings.files_base_url)))


async def api(client: SeedreamClient, base_url: str) -> Check:
    """Check that the API answers and takes the token."""
    try:
        await client.check_access()
    except ApiTokenRefused as error:
        return failed(API, f"{base_url} refuses the token (HTTP {error.status})", operator_words(error))
    except ApiAnswerInvalid as error:
        return failed(API, f"{base_url}: {error.detail}", operator_words(ApiAnswerInvalid()))
    except ApiError as error:
        return failed(API, f"{base_url}: {error.detail or type(error).__name__}", operator_words(error))
    return passed(API, f"{base_url} answers and takes the token")


async def files(session: aiohttp.ClientSession, base_url: str) -> Check:
    """Check that the file store answers; the token is not sent, as nothing there can be asked without an upload."""
    remedy = "Check seedream.files_base_url and this machine's network."
    try:
        async with session.get(base_url, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return failed(FILES, f"{base_url} cannot be reached: {str(error) or type(error).__name__}", remedy)
    if status >= 500:
        return failed(FILES, f"{base_url} answers HTTP {status}", "The service has trouble; try again later.")
    return passed(FILES, f"a server answers at {base_url} (uploads are not tried)")
