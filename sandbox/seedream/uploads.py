"""The files API: reference images come in by multipart form, by base64 or by link, and are served back.

Source: https://docs.sinancode.com/en/api-reference/endpoint/upload-file, `upload-url` and `upload-base64`.
"""

import asyncio
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.seedream.answers import ApiError, answer, json_object
from sandbox.seedream.incoming import fetch_from_loopback, read_data_url, read_form_file

if TYPE_CHECKING:
    from sandbox.clock import Clock

LIFETIME = timedelta(days=3)
"""Undocumented; similar services delete uploads after three days. The answer says it in `expires_at`."""


@dataclass(frozen=True)
class Upload:
    """One accepted upload.

    Attributes:
        url: where it is served to the world.
        cn_url: where it is served inside China; here another path on the same socket.
        key: its name in the store.
        md5: of the bytes, in hexadecimal.
        size: in bytes.
        content_type: as declared, else guessed from the file's name.
        expires_at: when both links stop working.
        filename: as sent; empty where none was.
    """

    url: str
    cn_url: str
    key: str
    md5: str
    size: int
    content_type: str
    expires_at: datetime
    filename: str
    data: bytes = field(repr=False)


class UploadStore:
    """Keeps the uploads and answers for them.

    Args:
        base_url: returns where the server listens, without a slash at the end.
        new_id: makes the names under which files are kept.
        changed: called after each accepted upload.
    """

    def __init__(
        self, clock: "Clock", *, base_url: Callable[[], str], new_id: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self.accepted: list[Upload] = []
        self._by_key: dict[str, Upload] = {}
        self._clock = clock
        self._base_url = base_url
        self._new_id = new_id
        self._changed = changed

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the files API."""
        return [
            web.post("/api/upload/file", self._post_file),
            web.post("/api/upload/url", self._post_url),
            web.post("/api/upload/base64", self._post_base64),
            web.get("/{place:files|cn-files}/{key:.+}", self._get),
        ]

    def resolve(self, url: str) -> Upload | str:
        """Return the upload behind a URL, or the URL itself where it is somebody else's.

        Raises:
            ApiError: 400, where the URL is the store's own but nothing is there, or not any more.
        """
        for place in ("files", "cn-files"):
            prefix = f"{self._base_url()}/{place}/"
            if url.startswith(prefix):
                upload = self._alive(url.removeprefix(prefix))
                if upload is None:
                    raise ApiError(400, "InvalidParameter", f"the image at {url} cannot be fetched: nothing is there")
                return upload
        return url

    def find(self, key: str) -> Upload | None:
        """Return an upload by its name, expired or not."""
        return self._by_key.get(key)

    def _alive(self, key: str) -> Upload | None:
        upload = self._by_key.get(key)
        return upload if upload is not None and self._clock.now() < upload.expires_at else None

    async def _post_file(self, request: web.Request) -> web.Response:
        data, filename, content_type = await read_form_file(request)
        return await self._accept(data, filename, content_type)

    async def _post_base64(self, request: web.Request) -> web.Response:
        data, content_type = await read_data_url(_only_field(await json_object(request), "data"))
        return await self._accept(data, "", content_type)

    async def _post_url(self, request: web.Request) -> web.Response:
        url = _only_field(await json_object(request), "url")
        data, content_type = await fetch_from_loopback(url)
        return await self._accept(data, PurePosixPath(url.partition("?")[0]).name, content_type)

    async def _accept(self, data: bytes, filename: str, content_type: str | None) -> web.Response:
        if not data:
            raise ApiError(400, "InvalidParameter", "the file is empty")
        md5 = await asyncio.to_thread(lambda: hashlib.md5(data, usedforsecurity=False).hexdigest())
        kind = content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        now = self._clock.now()
        key = f"{now:%Y/%m/%d}/{self._new_id()}{mimetypes.guess_extension(kind) or ''}"
        base = self._base_url()
        upload = Upload(
            url=f"{base}/files/{key}",
            cn_url=f"{base}/cn-files/{key}",
            key=key,
            md5=md5,
            size=len(data),
            content_type=kind,
            expires_at=now + LIFETIME,
            filename=filename,
            data=data,
        )
        self.accepted.append(upload)
        self._by_key[key] = upload
        self._changed()
        told = ("url", "cn_url", "key", "md5", "size", "content_type")
        return answer({**{name: getattr(upload, name) for name in told}, "expires_at": upload.expires_at.isoformat()})

    async def _get(self, request: web.Request) -> web.Response:
        upload = self._alive(request.match_info["key"])
        if upload is None:
            raise ApiError(404, "NotFound", "no such file, or not any more")
        return web.Response(body=upload.data, headers={"Content-Type": upload.content_type})


def _only_field(body: dict[str, object], name: str) -> str:
    value = body.get(name)
    if set(body) != {name} or not isinstance(value, str):
        raise ApiError(400, "InvalidParameter", f"the body must hold {name!r}, a string, and nothing else")
    return value
