"""Fetching a finished picture to disk, streamed and capped."""

import asyncio
from pathlib import Path

import aiohttp

from bot.delivery.whole import is_cut_short
from bot.errors import ResultGone, ResultUnreachable, ResultUnusable
from bot.errors.network import refused_host
from bot.files import open_file

MAX_RESULT_BYTES = 96 * 1024 * 1024
"""Bytes; a 4K picture weighs up to some 25 MB, so this leaves ample room."""

MAX_REDIRECTS = 3
CHUNK = 256 * 1024
_GONE = {401, 403, 404, 410}


async def download(session: aiohttp.ClientSession, url: str, number: int, target: Path) -> None:
    """Stream a finished picture into `target`.

    The session is expected to check every address it connects to.

    Raises:
        ResultGone: the link no longer works.
        ResultUnreachable: it could not be had just now.
        ResultUnusable: it is larger than any picture.
    """
    partial = target.with_name(target.name + ".part")
    stored = False
    try:
        async with session.get(url, max_redirects=MAX_REDIRECTS) as response:
            if response.status in _GONE:
                raise ResultGone(number=number, url=url)
            if response.status != 200:
                raise ResultUnreachable(number=number, detail=f"HTTP {response.status}")
            await _store(response, partial, number, url)
            stored = True
    except (TimeoutError, aiohttp.ClientError) as error:
        if host := refused_host(error):
            raise ResultUnusable(number=number, url=url, detail=f"{host} is not on the public internet") from error
        raise ResultUnreachable(number=number, detail=str(error) or type(error).__name__) from error
    except ValueError as error:
        raise ResultUnusable(number=number, url=url, detail=str(error)) from error
    finally:
        if not stored:
            await asyncio.to_thread(partial.unlink, missing_ok=True)


async def _store(response: aiohttp.ClientResponse, partial: Path, number: int, url: str) -> None:
    received = 0
    target = partial.with_name(partial.name.removesuffix(".part"))
    async with open_file(partial, "wb") as file:
        async for chunk in response.content.iter_chunked(CHUNK):
            received += len(chunk)
            if received > MAX_RESULT_BYTES:
                raise ResultUnusable(number=number, url=url, detail=f"more than {MAX_RESULT_BYTES} bytes")
            await asyncio.to_thread(file.write, chunk)
    if not await asyncio.to_thread(_keep_if_whole, partial, target):
        raise ResultUnreachable(number=number, detail=f"the file ends too early, after {received} bytes")


def _keep_if_whole(partial: Path, target: Path) -> bool:
    whole = not is_cut_short(partial)
    if whole:
        partial.replace(target)
    return whole
