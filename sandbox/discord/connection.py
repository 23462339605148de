"""One WebSocket of the gateway: an outbox that never blocks, compression, and closing."""

import asyncio
import json
import logging
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from sandbox.discord.errors import Json

log = logging.getLogger("sandbox.discord.gateway")

HELLO, DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE = 10, 0, 1, 2, 3, 4
RESUME, RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HEARTBEAT_ACK = 6, 7, 8, 9, 11
"""Opcodes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes."""


class Connection:
    """A client's WebSocket; `on_idle` is called whenever everything has been sent.

    Attributes:
        muted: whether nothing more gets through to the client, as over a line that died unnoticed.
        ready: whether READY or RESUMED has been put into the outbox.
        closed_with: the code with which the gateway, and not the client, ended it.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        *,
        compression: str | None,
        on_idle: Callable[[], None],
    ) -> None:
        self.socket = socket
        self.ready = False
        self.muted = False
        self.closed_with: int | None = None
        self._request = request
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._on_idle = on_idle
        self._unsent = 0
        self._idle = asyncio.Event()
        self._idle.set()
        # discord.py asks for zlib-stream (or zstd-stream, where a library for it is installed) and takes plain
        # text frames all the same; zstd is not in the standard library, so text is what it gets then.
        self._compressor = zlib.compressobj() if compression == "zlib-stream" else None
        self._writer = asyncio.get_running_loop().create_task(self._write())

    @property
    def busy(self) -> bool:
        """Whether something is still on its way out."""
        return self._unsent > 0 and not self.socket.closed

    def send(self, op: int, data: Any = None, *, event: str | None = None, seq: int | None = None) -> None:  # noqa: ANN401 - JSON
        """Put a payload into the outbox."""
        self.send_text(frame(op, data, event=event, seq=seq))

    def send_text(self, text: str) -> None:
        """Put a finished payload into the outbox."""
        if self.muted:
            return
        self._unsent += 1
        self._idle.clear()
        self._outbox.put_nowait(text)

    async def close(self, code: int) -> None:
        """Close with a code, after everything in the outbox."""
        await self.drain()
        self.closed_with = code
        await self.socket.close(code=code)

    async def drain(self) -> None:
        """Wait until the outbox is empty, or nobody is there any more to empty it."""
        await self._idle.wait()

    def reset(self) -> None:
        """Cut the connection without a word, as a broken network does."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def finish(self) -> None:
        """Stop writing."""
        self._writer.cancel()
        with suppress(asyncio.CancelledError):
            await self._writer

    async def _write(self) -> None:
        try:
            while True:
                text = await self._outbox.get()
                if self._compressor is None:
                    await self.socket.send_str(text)
                else:
                    data = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(data)
                self._unsent -= 1
                if not self._unsent:
                    self._idle.set()
                    self._on_idle()
        except (ConnectionError, RuntimeError):
            # The client went away; its session keeps what was not sent for a resume.
            log.debug("the gateway connection is gone")
        finally:
            self._unsent = 0
            self._idle.set()


def frame(op: int, data: Any = None, *, event: str | None = None, seq: int | None = None) -> str:  # noqa: ANN401 - JSON
    """Return a gateway payload as text."""
    payload: Json = {"op": op, "d": data, "s": seq, "t": event}
    return json.dumps(payload)
