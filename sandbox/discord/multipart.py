"""Reads request bodies: JSON, a form with `payload_json`, or multipart with `payload_json` and `files[n]`.

Source: https://discord.com/developers/docs/reference#uploading-files; that a form need not be multipart stands in
Discord's OpenAPI document only, and is what py-cord answers interactions with.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import BodyPartReader, MultipartReader, web

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.records import BODY, PARTS

WHOLE_REQUEST = 25 * 1024 * 1024
"""Bytes a request may have in all."""

_FILE_FIELD = re.compile(r"^files\[(\d+)\]$")
_PIECE = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file of a request, by its index in `files[n]`."""

    index: int
    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None


@dataclass(frozen=True)
class Body:
    """What a request carries."""

    payload: Any
    uploads: tuple[Upload, ...] = ()

    @property
    def json_object(self) -> Json:
        """The payload, which must be an object.

        Raises:
            ApiError: 50035 when it is something else.
        """
        if not isinstance(self.payload, dict):
            raise ApiError(
                Code.INVALID_FORM,
                {
                    "_errors": [
                        {"code": "MODEL_TYPE_CONVERT", "message": "Only dictionaries may be used in a ModelType"}
                    ]
                },
            )
        return self.payload


async def read_body(request: web.Request, *, upload_limit: int) -> Body:
    """Read a request's body to its end, even when it is refused: a client gets its answer only after sending.

    Args:
        request: the request.
        upload_limit: bytes per file.

    Raises:
        ApiError: 413 with 40005 when a file or the whole is too large; 50109 for what is no JSON; 50035 for an
            unknown content type.
    """
    if request.content_type == "multipart/form-data":
        return await read_multipart(request, await request.multipart(), upload_limit)
    body = Body(parse_body(request, await _read_all(request)))
    request[BODY] = body.payload
    return body


def parse_body(request: web.Request, data: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return what a body that is not multipart says; `{}` for an empty one.

    Raises:
        ApiError: 50109 for what is no JSON; 50035 for an unknown content type.
    """
    if request.content_type == "application/x-www-form-urlencoded":
        data = _payload_of_form(data)
    elif data and request.content_type != "application/json":
        known = "application/json, application/x-www-form-urlencoded, multipart/form-data"
        message = f'Expected "Content-Type" header to be one of {{{known}}}.'
        raise ApiError(Code.INVALID_FORM, {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": message}]})
    return _parse(data) if data else {}


async def _read_all(request: web.Request) -> bytes:
    pieces: list[bytes] = []
    total = 0
    async for piece in request.content.iter_chunked(_PIECE):
        total += len(piece)
        if total <= WHOLE_REQUEST:
            pieces.append(piece)
    if total > WHOLE_REQUEST:
        raise ApiError(Code.TOO_LARGE)
    return b"".join(pieces)


def _payload_of_form(data: bytes) -> bytes:
    """Return the `payload_json` of a form without files; without one, its fields as JSON texts."""
    fields = {name: values[-1] for name, values in parse_qs(data.decode(errors="replace")).items()}
    return fields.get("payload_json", json.dumps(fields)).encode()


async def read_multipart(request: web.Request, reader: MultipartReader, upload_limit: int) -> Body:
    """Read a multipart body to its end, and note its payload and the names of its parts with the request.

    Raises:
        ApiError: 413 with 40005 when a file or the whole is too large; 50109 for a payload that is no JSON.
    """
    payload: Any = {}
    uploads: list[Upload] = []
    names: list[str] = []
    request[BODY], request[PARTS] = payload, names
    total = 0
    too_large = False
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            continue
        names.append(part.name or "")
        pieces: list[bytes] = []
        size = 0
        while piece := await part.read_chunk(_PIECE):
            size += len(piece)
            total += len(piece)
            if size <= upload_limit and total <= WHOLE_REQUEST:
                pieces.append(piece)
        found = _FILE_FIELD.match(part.name or "")
        if found is None and part.name == "payload_json":
            payload = request[BODY] = _parse(b"".join(pieces))
        elif found is not None:
            too_large = too_large or size > upload_limit
            declared = part.headers.get("Content-Type")
            filename = part.filename or "unknown"
            uploads.append(Upload(int(found[1]), filename, b"".join(pieces), declared))
    if too_large or total > WHOLE_REQUEST:
        raise ApiError(Code.TOO_LARGE)
    return Body(payload, tuple(uploads))


def _parse(data: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    try:
        return json.loads(data)
    except ValueError:
        raise ApiError(Code.INVALID_JSON) from None
