"""`GET /healthz`: whether the bot works, for a container's or supervisor's probe; on the loopback by default."""

import errno
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot import __version__
from bot.errors import ConfigInvalid

NOT_ALIVE = "the bot is not connected to Discord, or has stopped working on its jobs"


class HealthServer:
    """A small HTTP server that answers 200 while `is_alive()` says so, else 503 with the reason.

    Args:
        host: the address to listen on; nothing is told there but the status and the version, yet it has no password.
        port: 0 takes a free one; `url` then names it.
        is_alive: called for every probe; must answer at once.
        reason: what a failing probe is told.
    """

    def __init__(
        self, host: str, port: int, is_alive: Callable[[], bool], reason: Callable[[], str] = lambda: NOT_ALIVE
    ) -> None:
        self._host = host
        self._port = port
        self._is_alive = is_alive
        self._reason = reason
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
            ConfigInvalid: the address cannot be listened on; another program has the port, for example.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigInvalid("the settings", (_cannot_listen(self._host, self._port, error),)) from error
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
        if self._is_alive():
            return web.json_response({"status": "ok", "version": __version__})
        return web.json_response({"status": "failing", "reason": self._reason(), "version": __version__}, status=503)


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"health.port: {port} on {host} is in use by another program; choose another port, or 0 for none"
    if error.errno == errno.EACCES:
        return f"health.port: {port} on {host} may not be used by this user; choose one above 1023, or 0 for none"
    return f"health.host: cannot listen on {host}, port {port}: {error.strerror or type(error).__name__}"
