"""`GET /healthz`: whether the bot works, for a container's or supervisor's probe; on the loopback by default."""

import errno
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot import __version__
from bot.errors import HealthPortUnusable


class HealthServer:
    """A small HTTP server that answers 200 while nothing is wrong, else 503 with what is.

    Args:
        host: the address to listen on; nothing is told there but the status and the version, yet it has no password.
        port: 0 takes a free one; `url` then names it.
        trouble: returns what is wrong, or None; called for every probe, so it must answer at once.
    """

    def __init__(self, host: str, port: int, trouble: Callable[[], str | None]) -> None:
        self._host = host
        self._port = port
        self._trouble = trouble
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the probe while the server runs."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the health server is not running")
        host, port = self._runner.addresses[0][:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"

    async def start(self) -> None:
        """Listen.

        Raises:
            HealthPortUnusable: the address cannot be listened on; another program has the port, for example.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise HealthPortUnusable(self._host, self._port, _what_is_wrong(error)) from error
        self._runner = runner

    async def stop(self) -> None:
        """Stop listening; a server that does not run is no error."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def _answer(self, _: web.Request) -> web.Response:
        trouble = self._trouble()
        if trouble is None:
            return web.json_response({"status": "ok", "version": __version__})
        return web.json_response({"status": "failing", "reason": trouble, "version": __version__}, status=503)


def _what_is_wrong(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is taken by another program"
    if error.errno == errno.EACCES:
        return "this user may only use ports above 1023"
    # From Python 3.13 on, asyncio gives no number where none of the host's addresses is this machine's.
    if error.errno in {errno.EADDRNOTAVAIL, None} or isinstance(error, socket.gaierror):
        return "health.host is no address of this machine"
    return error.strerror or type(error).__name__
