"""The page's server: on loopback only, and for pages of its own only."""

import asyncio
import errno
import hashlib
import logging
import mimetypes
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import WSCloseCode, web

from sandbox.page.addresses import Addresses
from sandbox.page.desk import Desk
from sandbox.page.files import TooLarge
from sandbox.page.guard import CSP_OF_FILES, guard
from sandbox.page.live import Live

log = logging.getLogger("sandbox.page")

STATIC = Path(__file__).parent / "static"
_HOST = "127.0.0.1"
_MOST_WORDS = 1024 * 1024
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


class PageServer:
    """Serves the page for a desk, while its `async with` block lasts.

    Args:
        desk: what is shown.
        port: 0 takes a free one.
    """

    def __init__(self, desk: Desk, *, port: int = 0) -> None:
        self.desk = desk
        self._port = port
        self._runner: web.AppRunner | None = None
        self._tabs: set[Live] = set()
        self._closing = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Where the page is; known once started."""
        return f"http://{_HOST}:{self._port}"

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the port is taken, or not to be had.
        """
        app = web.Application(middlewares=[guard])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/static/{path:.+}", self._static),
                web.get("/cdn/{path:.+}", self._cdn),
                web.get("/results/{place}/{name:.+}", self._results),
                web.post("/files", self._files),
                web.get("/live", self._live),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]
        world = self.desk.world
        self.desk.addresses = Addresses(world.discord.base_url, world.seedream.files_base_url, self.url)

    async def close(self) -> None:
        """Stop listening; every tab is told that the sandbox goes away."""
        runner, self._runner = self._runner, None
        self._closing = True
        for tab in list(self._tabs):
            tab.end()
        if runner is not None:
            await runner.cleanup()

    # The page itself -----------------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return await _file(request, "index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return await _file(request, request.match_info["path"])

    # Pictures ------------------------------------------------------------------------------------------------

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        # As the address was requested, for its names are kept in their quoted form.
        path = request.rel_url.raw_path.removeprefix("/cdn/")
        found = self.desk.world.discord.world.cdn.peek(path)
        if found is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        return _content(found.data, found.content_type)

    async def _results(self, request: web.Request) -> web.StreamResponse:
        place, name = request.match_info["place"], request.match_info["name"]
        seedream = self.desk.world.seedream
        if place == "files":
            upload = seedream.uploaded(name)
            if upload is not None:
                return _content(upload.data, upload.content_type)
        elif (picture := await seedream.picture(place, name)) is not None:
            return _content(*picture)
        raise web.HTTPNotFound(text="There is no such picture.")

    # What people do ------------------------------------------------------------------------------------------

    async def _files(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("name", "")
        limit = self.desk.world.discord.upload_limit
        try:
            kept = await self.desk.files.receive(name, request.content.iter_any(), limit=limit)
        except TooLarge as refused:
            return web.json_response({"refused": str(refused)}, status=413)
        return web.json_response({"id": kept.id, "name": kept.file.filename, "size": len(kept.file.data)})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=_MOST_WORDS, compress=False, heartbeat=30)
        await socket.prepare(request)
        tab = Live(self.desk, self.desk.person(request.query.get("as")), socket)
        self._tabs.add(tab)
        try:
            await tab.run()
        finally:
            self._tabs.discard(tab)
            await socket.close(code=WSCloseCode.GOING_AWAY if self._closing else WSCloseCode.OK)
        return socket


async def _file(request: web.Request, name: str) -> web.StreamResponse:
    found = await asyncio.to_thread(_read, name)
    if found is None:
        raise web.HTTPNotFound(text="There is no such file.")
    data, tag = found
    suffix = Path(name).suffix.lower()
    headers = {
        "Content-Type": _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
        "Cache-Control": "no-cache",
        "ETag": f'"{tag}"',
    }
    if headers["Content-Type"].startswith("text/"):
        headers["Content-Type"] += "; charset=utf-8"
    if request.if_none_match and any(known.value in (tag, "*") for known in request.if_none_match):
        return web.Response(status=304, headers={key: headers[key] for key in ("Cache-Control", "ETag")})
    return web.Response(body=data, headers=headers)


def _read(name: str) -> tuple[bytes, str] | None:
    """Return a file below the static folder and its entity tag; None for anything else, links out of it included."""
    try:
        path = (STATIC / name).resolve()
        if not (path.is_relative_to(STATIC.resolve()) and path.is_file()):
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    return data, hashlib.sha256(data).hexdigest()[:32]


def _content(data: bytes, content_type: str | None) -> web.Response:
    """Return somebody's file so that it can do no harm in the page's name: whatever it is, it stays a file."""
    plain = (content_type or "").partition(";")[0].strip().lower()
    inline = plain in _INLINE
    headers = {
        "Content-Type": plain if inline else "application/octet-stream",
        "Content-Security-Policy": CSP_OF_FILES,
        "Cache-Control": "private, max-age=3600",
    }
    response = web.Response(body=data, headers=headers)
    if not inline:
        response.headers["Content-Disposition"] = "attachment"
    return response


def why_not_listening(error: OSError, port: int) -> str:
    """Return a sentence for whoever asked for a port that is not to be had."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Name another one with --port, or leave it out for a free one."
    return f"The page cannot listen on port {port}: {error.strerror or error}."
