"""`/healthz`, `/readyz` and `/metrics`, for probes and for Prometheus; on the loopback by default.

They are served from a thread of their own: a probe that waits for the event loop it asks about would time out just
when it has something to tell.
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import structlog
from aiohttp import web

from bot import __version__
from bot.errors import HealthPortUnusable

ANSWER_SECONDS = 3.0
"""How long the watched event loop is waited for; below the five seconds that are commonly given to a probe."""

STALLED = "the event loop does not answer"
T = TypeVar("T")
_Addresses = list[tuple[str, int]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exposition:
    """Metrics: `refresh` runs in the watched event loop, then `render` in the server's thread."""

    refresh: Callable[[], Awaitable[None]]
    render: Callable[[], bytes]
    content_type: str


class HealthServer:
    """A small HTTP server beside the event loop it was started in.

    Args:
        host: the address to listen on; nothing is told there but states and figures, yet it has no password.
        port: 0 takes a free one; `url` then names it.
        trouble: returns what is wrong with the process, or None. Called in the server's thread for every probe, so it
            must answer at once and wait for nothing.
        unready: returns every reason why no work can be done now. Called in the event loop.
        exposition: the metrics; without them there is no `/metrics`.
        answer_seconds: how long the event loop may take to answer.
    """

    def __init__(
        self,
        host: str,
        port: int,
        trouble: Callable[[], str | None],
        *,
        unready: Callable[[], Awaitable[Sequence[str]]] | None = None,
        exposition: Exposition | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._host = host
        self._port = port
        self._trouble = trouble
        self._unready = unready
        self._exposition = exposition
        self._answer_seconds = answer_seconds
        self._addresses: _Addresses = []
        self._watched: asyncio.AbstractEventLoop | None = None
        self._ending: Callable[[], None] | None = None
        self._ended: Future[None] | None = None

    @property
    def url(self) -> str:
        """The address of `/healthz` while the server runs."""
        if not self._addresses:
            raise RuntimeError("the health server is not running")
        host, port = self._addresses[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"

    async def start(self) -> None:
        """Listen.

        Raises:
            HealthPortUnusable: the address cannot be listened on; another program has the port, for example.
        """
        self._watched = asyncio.get_running_loop()
        started: Future[_Addresses] = Future()
        self._ended = Future()
        for future in (started, self._ended):
            # From here on, a caller that goes away does not cancel them.
            future.set_running_or_notify_cancel()
        threading.Thread(target=self._run, args=(started, self._ended), name="health", daemon=True).start()
        try:
            self._addresses = await asyncio.wrap_future(started)
        except asyncio.CancelledError:
            started.add_done_callback(lambda _: self._end())
            raise
        except OSError as error:
            raise HealthPortUnusable(self._host, self._port, _what_is_wrong(error)) from error

    async def stop(self) -> None:
        """Stop listening; a server that does not run is no error."""
        self._addresses = []
        if self._ended is not None:
            self._end()
            await asyncio.wrap_future(self._ended)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def _end(self) -> None:
        if self._ending is not None:
            self._ending()

    def _run(self, started: "Future[_Addresses]", ended: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(started))
        finally:
            ended.set_result(None)

    async def _serve(self, started: "Future[_Addresses]") -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            # Asked again, the loop may be closed by then.
            self._ending = None
            loop.call_soon_threadsafe(stop.set)

        app = web.Application()
        app.router.add_get("/healthz", self._health)
        if self._unready is not None:
            app.router.add_get("/readyz", self._readiness)
        if self._exposition is not None:
            app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self._host, self._port).start()
            except OSError as error:
                started.set_exception(error)
                return
            self._ending = end
            started.set_result([address[:2] for address in runner.addresses])
            await stop.wait()
        finally:
            await runner.cleanup()

    async def _health(self, _: web.Request) -> web.Response:
        trouble = self._trouble()
        if trouble is None:
            return web.json_response({"status": "ok", "version": __version__})
        return web.json_response({"status": "failing", "reason": trouble, "version": __version__}, status=503)

    async def _readiness(self, _: web.Request) -> web.Response:
        assert self._unready is not None  # noqa: S101 - there is no such route without
        try:
            reasons = list(await self._ask(self._unready))
        except TimeoutError:
            reasons = [STALLED]
        if not reasons:
            return web.json_response({"status": "ready", "version": __version__})
        return web.json_response({"status": "not ready", "reasons": reasons, "version": __version__}, status=503)

    async def _metrics(self, _: web.Request) -> web.Response:
        assert self._exposition is not None  # noqa: S101 - there is no such route without
        try:
            await self._ask(self._exposition.refresh)
        except TimeoutError:
            _log.warning("metrics without what only the event loop knows", reason=STALLED)
        body = self._exposition.render()
        return web.Response(body=body, headers={"Content-Type": self._exposition.content_type})

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask in the watched event loop, and return its answer.

        Raises:
            TimeoutError: it does not answer.
        """
        assert self._watched is not None  # noqa: S101 - set at the start

        async def asked() -> T:
            return await question()

        coroutine = asked()
        try:
            answer = asyncio.run_coroutine_threadsafe(coroutine, self._watched)
        except RuntimeError:
            # It is closed, and so is the bot.
            coroutine.close()
            raise TimeoutError from None
        return await asyncio.wait_for(asyncio.wrap_future(answer), self._answer_seconds)


def _what_is_wrong(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is taken by another program"
    if error.errno == errno.EACCES:
        return "this user may only use ports above 1023"
    # From Python 3.13 on, asyncio gives no number where none of the host's addresses is this machine's.
    if error.errno in {errno.EADDRNOTAVAIL, None} or isinstance(error, socket.gaierror):
        return "health.host is no address of this machine"
    return error.strerror or type(error).__name__
