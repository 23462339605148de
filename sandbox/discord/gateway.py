"""The gateway: hello, identify, ready, heartbeats, dispatch, resume with replay, shards, close codes.

Source: https://discord.com/developers/docs/events/gateway.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from sandbox.discord import connection as ops
from sandbox.discord.connection import Connection
from sandbox.discord.errors import Json
from sandbox.discord.gateway_client import GatewayClient
from sandbox.discord.intents import Intents
from sandbox.discord.sessions import CloseGateway, Session

if TYPE_CHECKING:
    from sandbox.discord.world import World

log = logging.getLogger("sandbox.discord.gateway")

Render = Callable[[Intents], Json | None]


class Gateway:
    """All sessions of the one bot.

    Attributes:
        url: where clients connect; set when the sandbox starts.
        heartbeat_interval: seconds (of real time: the client's heart does not beat by the sandbox's clock).
        shards: how many shards `/gateway/bot` recommends.
        max_concurrency: how many may identify within 5 seconds.
        session_starts_left: what `/gateway/bot` says remains of the day's thousand.
        identifies: the shard of every IDENTIFY so far.
        resumes: the session of every successful RESUME so far.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self.url = ""
        self.heartbeat_interval = 41.25
        self.shards = 1
        self.max_concurrency = 1
        self.session_starts_left = 1000
        self.sessions: dict[str, Session] = {}
        self.identifies: list[int] = []
        self.resumes: list[str] = []
        self._connections: set[Connection] = set()

    @property
    def busy(self) -> bool:
        """Whether a payload is still on its way to a client."""
        return any(connection.busy for connection in self._connections)

    @property
    def ready(self) -> bool:
        """Whether every shard is connected and has got READY and its guilds."""
        connected = [item for item in self.sessions.values() if item.connection is not None and item.connection.ready]
        return bool(connected) and {item.shard for item in connected} == set(range(connected[0].shards))

    def dispatch(
        self, event: str, render: Render, guild_id: int | None, needs: Intents = Intents.NONE
    ) -> list[Session]:
        """Tell every session that belongs to the guild and has one of the intents; return those sessions."""
        told: list[Session] = []
        for session in self.sessions.values():
            if not session.hears_of(guild_id) or (needs and not needs & session.intents):
                continue
            data = render(session.intents)
            if data is not None:
                session.dispatch(event, data)
                told.append(session)
        return told

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one client's WebSocket."""
        socket = web.WebSocketResponse(max_msg_size=4096 * 4)
        await socket.prepare(request)
        compression = request.query.get("compress")
        connection = Connection(socket, request, compression=compression, on_idle=self._world.changes.notify)
        self._connections.add(connection)
        try:
            _check_version(request)
            connection.send(ops.HELLO, {"heartbeat_interval": int(self.heartbeat_interval * 1000), "_trace": []})
            await GatewayClient(self._world, connection).listen()
        except CloseGateway as closing:
            log.warning("the gateway closes with %d: %s", closing.code, closing)
            await connection.close(closing.code)
        finally:
            self._connections.discard(connection)
            # A client that closes with one of these does not mean to come back.
            goodbye = not connection.closed_here and socket.close_code in (1000, 1001)
            self._detach(connection, keep=not goodbye)
            await connection.finish()
            self._world.changes.notify()
        return socket

    async def disconnect(self, code: int | Literal["reset"]) -> None:
        """Close every connection with a code, or cut it; sessions stay and can be resumed."""
        for connection in list(self._connections):
            if code == "reset":
                connection.reset()
            else:
                await connection.close(code)

    def ask_to_reconnect(self) -> None:
        """Send every client opcode 7."""
        for connection in self._connections:
            connection.send(ops.RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send every client opcode 9; sessions that cannot be resumed are forgotten."""
        for session in list(self.sessions.values()):
            if session.connection is not None:
                session.connection.send(ops.INVALID_SESSION, data=resumable)
            if not resumable:
                self.sessions.pop(session.id)

    async def close(self) -> None:
        """Close everything; the sandbox is shutting down."""
        await asyncio.gather(*(connection.close(1001) for connection in list(self._connections)))

    def _detach(self, connection: Connection, *, keep: bool) -> None:
        for session in list(self.sessions.values()):
            if session.connection is connection:
                session.connection = None
                if not keep:
                    self.sessions.pop(session.id)


def _check_version(request: web.Request) -> None:
    if request.query.get("v") not in (None, "10"):
        raise CloseGateway(4012, "only version 10 is spoken here")
    if request.query.get("encoding", "json") != "json":
        raise CloseGateway(4002, "only JSON is spoken here")
