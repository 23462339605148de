"""The gateway: hello, identify, ready, heartbeats, dispatch, resume with replay, shards, close codes.

Source: https://discord.com/developers/docs/events/gateway.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from sandbox.discord import connection as ops
from sandbox.discord.application import make_token
from sandbox.discord.connection import Connection
from sandbox.discord.errors import Json
from sandbox.discord.gateway_client import GatewayClient
from sandbox.discord.intents import Intents
from sandbox.discord.rate_limits import Limit
from sandbox.discord.sessions import CloseGateway, Session

if TYPE_CHECKING:
    from sandbox.discord.world import World

log = logging.getLogger("sandbox.discord.gateway")

Render = Callable[[Intents], Json | None]

FATAL = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which a client must not come back; its session is over."""
_SESSION_OVER = FATAL | {4007}
"""Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes."""


class Gateway:
    """All sessions of the one bot.

    Attributes:
        url: where clients connect; set when the sandbox starts.
        heartbeat_interval: seconds (of real time: the client's heart does not beat by the sandbox's clock).
        heartbeat_tolerance: for how many intervals a client may be silent until it is dropped.
        acknowledge_heartbeats: False: heartbeats are not answered, which a client has to take for a dead line.
        sendable: how many payloads a connection may send, by the sandbox's clock; one more closes it with 4008.
        identify_window: seconds of the sandbox's clock for which an IDENTIFY takes the place of its rate limit key;
            5 at Discord, here 0, since a clock that stands still would never let the next shard in.
        session_life: seconds of the sandbox's clock for which a session can be resumed; Discord says "a few minutes".
        most_missed: how many events a session keeps for a resume.
        most_guilds: how many guilds a shard may have; with more it is closed with 4011.
        shards: how many shards `/gateway/bot` recommends.
        max_concurrency: how many may identify within 5 seconds.
        session_starts_left: what `/gateway/bot` says remains of the day's thousand.
        identifies: the shard of every IDENTIFY so far.
        resumes: the session of every successful RESUME so far.
        heartbeats: how many came so far.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self.url = ""
        self.heartbeat_interval = 41.25
        self.heartbeat_tolerance = 1.5
        self.acknowledge_heartbeats = True
        self.sendable = Limit(120, 60.0)
        self.identify_window = 0.0
        self.session_life = 3 * 60.0
        self.most_missed = 10_000
        self.most_guilds = 2500
        self.shards = 1
        self.max_concurrency = 1
        self.session_starts_left = 1000
        self.sessions: dict[str, Session] = {}
        self.identifies: list[int] = []
        self.resumes: list[str] = []
        self.heartbeats = 0
        self._connections: set[Connection] = set()
        self._identified_at: dict[int, float] = {}

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
        self._forget_expired()
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
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
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
            # A client that closes with one of the two does not mean to come back.
            goodbye = connection.closed_with is None and socket.close_code in (1000, 1001)
            self._detach(connection, keep=not goodbye and connection.closed_with not in _SESSION_OVER)
            await connection.finish()
            self._world.changes.notify()
        return socket

    async def disconnect(self, code: int | Literal["reset"]) -> None:
        """Close every connection with a code, or cut it; sessions stay and can be resumed."""
        connections = list(self._connections)
        if code == "reset":
            for connection in connections:
                connection.reset()
        else:
            await asyncio.gather(*(connection.close(code) for connection in connections))

    def open_session(self, connection: Connection, intents: Intents, shard: int, shards: int) -> Session | None:
        """Open the session of a client that may identify now; None: another one of its rate limit key just did.

        Source: https://discord.com/developers/docs/events/gateway#sharding-max-concurrency.
        """
        now, key = self._world.clock.monotonic(), shard % self.max_concurrency
        if now - self._identified_at.get(key, -self.identify_window) < self.identify_window:
            return None
        self._identified_at[key] = now
        kept: deque[tuple[int, str]] = deque(maxlen=self.most_missed)
        session = Session(secrets.token_hex(16), intents, shard, shards, kept, connection=connection)
        session.observers = self._world.observers
        self.sessions[session.id] = session
        self.identifies.append(shard)
        self.session_starts_left -= 1
        return session

    def resumable(self, session_id: str) -> Session | None:
        """Return a session that is not over."""
        self._forget_expired()
        return self.sessions.get(session_id)

    def mute(self) -> None:
        """Let nothing through on the connections there are, without closing them: they are zombies from now on."""
        for connection in self._connections:
            connection.muted = True

    def ask_for_heartbeats(self) -> None:
        """Send every client opcode 1, which it has to answer with a heartbeat at once."""
        for connection in self._connections:
            connection.send(ops.HEARTBEAT)

    async def revoke(self) -> None:
        """End every session and reset the token, as Discord does after a day's thousandth IDENTIFY."""
        self._world.application.token = make_token(self._world.bot.id)
        self.sessions.clear()
        await self.disconnect(4004)

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
                session.left_at = self._world.clock.monotonic()
                if not keep:
                    self.sessions.pop(session.id)

    def _forget_expired(self) -> None:
        oldest = self._world.clock.monotonic() - self.session_life
        for session in list(self.sessions.values()):
            if session.left_at is not None and session.left_at <= oldest:
                self.sessions.pop(session.id)


def _check_version(request: web.Request) -> None:
    if request.query.get("v") not in (None, "10"):
        raise CloseGateway(4012, "only version 10 is spoken here")
    if request.query.get("encoding", "json") != "json":
        raise CloseGateway(4002, "only JSON is spoken here")
