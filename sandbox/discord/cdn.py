"""The CDN: signed addresses that expire, and files that vanish.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web

from sandbox.clock import Clock
from sandbox.discord.files import Attachment

_GONE = "This content is no longer available."
_CHUNK = 256 * 1024


class Cdn:
    """Keeps attachments and hands them out to whoever holds an address that is signed and not expired.

    Attributes:
        base_url: where the sandbox listens; set when it starts.
        url_lifetime: how long a signed address works, on the sandbox's clock.
        downloads: the paths requested, oldest first.
        ephemeral_lifetime: after what time files of options and modals are gone, however fresh the address.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._kept: dict[str, Attachment] = {}
        self.base_url = ""
        self.url_lifetime = timedelta(hours=24)
        self.ephemeral_lifetime = timedelta(minutes=15)
        self.downloads: list[str] = []

    @property
    def kept(self) -> list[Attachment]:
        """Everything there is, oldest first."""
        return list(self._kept.values())

    def put(self, attachment: Attachment) -> None:
        """Keep an attachment."""
        self._kept[_path(attachment)] = attachment

    def remove(self, attachment: Attachment) -> None:
        """Forget an attachment, as happens when its message is deleted."""
        self._kept.pop(_path(attachment), None)

    def url(self, attachment: Attachment) -> str:
        """Return an address that is signed now."""
        return f"{self.base_url}/{_path(attachment)}?{self._signature(_path(attachment))}"

    def proxy_url(self, attachment: Attachment) -> str:
        """Return the address on the media proxy, `media.discordapp.net` in real life."""
        return f"{self.base_url}/media/{_path(attachment)}?{self._signature(_path(attachment))}"

    def peek(self, path: str) -> Attachment | None:
        """Return what is kept under a path, without an address that is signed: for whoever looks at the sandbox."""
        return self._kept.get(path)

    def find(self, path: str, query: dict[str, str]) -> Attachment | None:
        """Return what an address leads to; None when it is unknown, expired, forged or gone."""
        attachment = self._kept.get(path)
        if attachment is None:
            return None
        expires, issued = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(self._mark(path, expires, issued), query.get("hm", "")):
            return None
        now = self._clock.now()
        if now.timestamp() >= int(expires, 16):
            return None
        if attachment.vanishes and now - attachment.created_at >= self.ephemeral_lifetime:
            return None
        return attachment

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a download, in pieces, with the stored type and length."""
        path = request.path.removeprefix("/media").lstrip("/")
        attachment = self.find(path, dict(request.query))
        self.downloads.append(path)
        if attachment is None:
            return web.Response(text=_GONE, status=404)
        response = web.StreamResponse(headers=_headers(attachment))
        response.content_length = attachment.size
        await response.prepare(request)
        if request.method != "HEAD":
            for start in range(0, attachment.size, _CHUNK):
                await response.write(attachment.data[start : start + _CHUNK])
        await response.write_eof()
        return response

    def _signature(self, path: str) -> str:
        issued = self._clock.now()
        expires = _hex(issued + self.url_lifetime)
        return f"ex={expires}&is={_hex(issued)}&hm={self._mark(path, expires, _hex(issued))}&"

    def _mark(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self._secret, f"{path}?{expires}&{issued}".encode(), hashlib.sha256).hexdigest()


def _path(attachment: Attachment) -> str:
    return f"{attachment.folder}/{attachment.id}/{quote(attachment.filename)}"


def _hex(moment: datetime) -> str:
    return f"{int(moment.timestamp()):x}"


def _headers(attachment: Attachment) -> dict[str, str]:
    return {
        "Content-Type": attachment.content_type or "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{attachment.filename}"',
        "Cache-Control": "public, max-age=31536000",
        "ETag": f'"{hashlib.md5(attachment.data, usedforsecurity=False).hexdigest()}"',
    }
