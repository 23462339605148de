"""Downloading a reference image to a file, with a cap on its bytes and a check of every address on the way."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from aiohttp import ClientError, ClientResponse, ClientSession, InvalidURL, ServerTimeoutError
from yarl import URL

from bot.clock import Clock
from bot.domain.references import MAX_FILE_BYTES
from bot.domain.retry import RetryPolicy
from bot.errors import (
    ImageFileTooLarge,
    ReferenceAddressRefused,
    ReferenceGone,
    ReferenceImageError,
    ReferenceRedirected,
    ReferenceTooSlow,
    ReferenceUnreachable,
)
from bot.errors.network import refused_host
from bot.files import open_file
from bot.references.addresses import may_speak_http

MAX_REDIRECTS = 3
_CHUNK = 256 * 1024
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}


class Fetcher:
    """Downloads reference images.

    Args:
        session: from `open_guarded_session`; it decides which addresses may be connected to.
        policy: when a download that failed is tried again.
        jitter: returns a random number in [0, 1).
        max_bytes: more than this is not read, whatever the server announces.
    """

    def __init__(
        self,
        session: ClientSession,
        *,
        policy: RetryPolicy,
        clock: Clock,
        jitter: Callable[[], float],
        max_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._session = session
        self._policy = policy
        self._clock = clock
        self._jitter = jitter
        self._max_bytes = max_bytes

    async def fetch(self, number: int, filename: str, url: str, target: Path) -> None:
        """Write what a URL holds to the file `target`, trying again where that may help.

        Raises:
            ReferenceGone: the server does not give it; links of Discord's CDN end so when they have expired.
            ReferenceAddressRefused: the URL, or a redirect, leads to no public http(s) address.
            ReferenceRedirected: it leads on more than `MAX_REDIRECTS` times.
            ReferenceTooSlow: the time for one download was over; it is not begun anew.
            ImageFileTooLarge: more bytes than allowed.
            ReferenceUnreachable: it could not be downloaded, after all attempts.
        """
        failures = 0
        while True:
            try:
                return await self._once(number, filename, url, target)
            except ReferenceUnreachable as error:
                failures += 1
                delay = self._policy.delay(error, failures, self._jitter())
                if delay is None:
                    raise
            await self._clock.sleep(delay)

    async def _once(self, number: int, filename: str, url: str, target: Path) -> None:
        place: URL | None = None
        try:
            place = URL(url)
            for _ in range(MAX_REDIRECTS + 1):
                if not _is_followed(place):
                    raise ReferenceAddressRefused(number, filename, host=_host(place, url))
                async with self._session.get(place, allow_redirects=False) as response:
                    if response.status not in _REDIRECTS or "Location" not in response.headers:
                        return await self._save(number, filename, response, target)
                    place = place.join(URL(response.headers["Location"]))
            raise ReferenceRedirected(number, filename, limit=MAX_REDIRECTS)
        except (InvalidURL, ValueError) as error:
            raise ReferenceAddressRefused(number, filename, host=_host(place, url)) from error
        except (ClientError, TimeoutError) as error:
            if refused_host(error) is not None:
                raise ReferenceAddressRefused(number, filename, host=_host(place, url)) from error
            if isinstance(error, TimeoutError) and not isinstance(error, ServerTimeoutError):
                # Not a pause between two pieces, but all the time there is: what drips would only drip again.
                raise ReferenceTooSlow(number, filename) from error
            raise ReferenceUnreachable(number, filename, reason=_reason(error)) from error

    async def _save(self, number: int, filename: str, response: ClientResponse, target: Path) -> None:
        trouble = self._refusal(number, filename, response)
        if trouble is not None:
            raise trouble
        async with open_file(target, "wb") as file:
            await self._stream(number, filename, response, file)

    def _refusal(self, number: int, filename: str, response: ClientResponse) -> ReferenceImageError | None:
        passing = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in _PASSING
        if response.status != HTTPStatus.OK and not passing:
            return ReferenceGone(number, filename)
        if response.status != HTTPStatus.OK:
            return ReferenceUnreachable(number, filename, reason=f"HTTP {response.status}")
        if (response.content_length or 0) > self._max_bytes:
            return ImageFileTooLarge(number, filename, limit=self._max_bytes)
        return None

    async def _stream(self, number: int, filename: str, response: ClientResponse, file: BinaryIO) -> None:
        # The announced length is a hint at most: what counts is what comes.
        size, waiting = 0, bytearray()
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._max_bytes:
                raise ImageFileTooLarge(number, filename, limit=self._max_bytes)
            waiting += piece
            if len(waiting) >= _CHUNK:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))


def _is_followed(place: URL) -> bool:
    """Whether an address is one that pictures are fetched from, as far as it says so itself."""
    if place.scheme not in {"http", "https"} or not place.host:
        return False
    # What stands before the host would be sent as credentials.
    return "@" not in place.raw_authority and may_speak_http(place.port or 0)


def _host(place: URL | None, url: str) -> str:
    if place is None or not place.host:
        return url[:100]
    return place.host if may_speak_http(place.port or 0) else f"{place.host}:{place.port}"


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    return f"{type(error).__name__}: {error}"[:200]
