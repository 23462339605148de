"""Reads request bodies: JSON, or multipart with `payload_json` and `files[n]`.

Source: https://discord.com/developers/docs/reference#uploading-files.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, web

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.records import BODY

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
        body = await _read_multipart(await request.multipart(), upload_limit)
    else:
        data = await _read_all(request)
        if data and request.content_type != "application/json":
            message = 'Expected "Content-Type" header to be one of {application/json, multipart/form-data}.'
            raise ApiError(Code.INVALID_FORM, {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": message}]})
        body = Body(_parse(data) if data else {})
    request[BODY] = body.payload
    return body


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


async def _read_multipart(reader: MultipartReader, upload_limit: int) -> Body:
    payload: Any = {}
    uploads: list[Upload] = []
    total = 0
    too_large = False
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            continue
        pieces: list[bytes] = []
        size = 0
        while piece := await part.read_chunk(_PIECE):
            size += len(piece)
            total += len(piece)
            if size <= upload_limit and total <= WHOLE_REQUEST:
                pieces.append(piece)
        found = _FILE_FIELD.match(part.name or "")
        if found is None and part.name == "payload_json":
            payload = _parse(b"".join(pieces))
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
