"""Reading a file that comes in: from a multipart form, a data URL, or a link to this machine."""

import asyncio
import base64
import ipaddress
import re

import aiohttp
from aiohttp import BodyPartReader, web
from yarl import URL

from sandbox.seedream.answers import ApiError

MOST_BYTES = 50 * 1024 * 1024
_CHUNK = 256 * 1024
_FETCH_SECONDS = 10
_DATA_URL = re.compile(r"data:(?P<kind>[\w.+-]+/[\w.+-]+);base64,(?P<data>[A-Za-z0-9+/]*={0,2})", re.ASCII)


async def read_form_file(request: web.Request) -> tuple[bytes, str, str | None]:
    """Return the bytes, name and declared type of the form's one field, `file`.

    Raises:
        ApiError: 400 for another form, 413 above 50 MB. The form is read to its end all the same, so that the
            client gets to hear the answer.
    """
    if request.content_type != "multipart/form-data":
        raise ApiError(400, "InvalidParameter", "the body must be multipart/form-data with a field 'file'")
    found: tuple[bytes, str, str | None] | None = None
    strangers: list[str] = []
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file" and found is None:
                data = await _read_part(part)
                found = (data, part.filename or "", part.headers.get("Content-Type"))
            elif part is not None:
                strangers.append(str(part.name) if isinstance(part, BodyPartReader) else "a nested form")
                await part.release()
    except ValueError as error:
        raise ApiError(400, "InvalidParameter", f"the form cannot be read: {error}") from error
    if strangers:
        raise ApiError(400, "InvalidParameter", f"the form holds more than one 'file': {', '.join(strangers)}")
    if found is None:
        raise ApiError(400, "MissingParameter", "the form has no field 'file'")
    if len(found[0]) > MOST_BYTES:
        raise _too_large()
    return found


async def _read_part(part: BodyPartReader) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await part.read_chunk(_CHUNK):
        if size <= MOST_BYTES:
            chunks.append(chunk)
        size += len(chunk)
    return await asyncio.to_thread(b"".join, chunks)


async def read_data_url(text: str) -> tuple[bytes, str]:
    """Return the bytes and the type of a `data:…;base64,…` URL.

    Raises:
        ApiError: 400 for another form, 413 above 50 MB.
    """
    return await asyncio.to_thread(_decode_data_url, text)


def _decode_data_url(text: str) -> tuple[bytes, str]:
    match = _DATA_URL.fullmatch(text)
    if match is None:
        raise ApiError(400, "InvalidParameter", "data must be a data URL: data:image/png;base64,…")
    try:
        data = base64.b64decode(match["data"], validate=True)
    except ValueError as error:
        raise ApiError(400, "InvalidParameter", f"data is not valid base64: {error}") from error
    if len(data) > MOST_BYTES:
        raise _too_large()
    return data, match["kind"]


async def fetch_from_loopback(url: str) -> tuple[bytes, str | None]:
    """Return the bytes and the type of what a URL of this machine serves.

    The real service downloads from the whole internet. The sandbox never leaves the machine, and says so.

    Raises:
        ApiError: 400 where the URL leads elsewhere or nowhere, 413 above 50 MB.
    """
    try:
        target = URL(url)
    except ValueError as error:
        raise ApiError(400, "InvalidParameter", f"not a URL: {error}") from error
    if target.scheme not in {"http", "https"} or not _is_loopback(target.host):
        raise ApiError(400, "InvalidParameter", "this sandbox fetches from this machine only (http://127.0.0.1:…)")
    timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(target, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise ApiError(400, "InvalidParameter", f"{url} answered {response.status}")
            return await _read_capped(response), response.headers.get("Content-Type")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ApiError(400, "InvalidParameter", f"{url} cannot be fetched: {error}") from error


async def _read_capped(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > MOST_BYTES:
            raise _too_large()
    return bytes(data)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _too_large() -> ApiError:
    return ApiError(413, "FileTooLarge", f"a file may have at most {MOST_BYTES} bytes")
