"""One client of the gateway: what it says, and what it is told in return.

Source: https://discord.com/developers/docs/events/gateway.
"""

import asyncio
import json
import logging
from typing import TYPE_CHECKING

from aiohttp import WSMsgType

from sandbox.discord import connection as ops
from sandbox.discord.connection import Connection
from sandbox.discord.errors import Json
from sandbox.discord.intents import KNOWN, PRIVILEGED, Intents
from sandbox.discord.payloads.guilds import guild_create_payload
from sandbox.discord.payloads.users import member_payload, own_user_payload
from sandbox.discord.sessions import CloseGateway, Session

if TYPE_CHECKING:
    from sandbox.discord.world import World

log = logging.getLogger("sandbox.discord.gateway")

LONGEST_PAYLOAD = 4096
"""Bytes of what a client may send: https://discord.com/developers/docs/events/gateway#sending-events."""

_GONE = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class GatewayClient:
    """Listens to one client until it goes away."""

    def __init__(self, world: "World", connection: Connection) -> None:
        self._world = world
        self._gateway = world.gateway
        self._connection = connection
        self._session: Session | None = None
        self._window = (world.clock.monotonic(), 0)

    async def listen(self) -> None:
        """Answer everything the client says.

        Raises:
            CloseGateway: the client did what Discord closes the connection for.
        """
        patience = self._gateway.heartbeat_interval * self._gateway.heartbeat_tolerance
        now = asyncio.get_running_loop().time
        dies_at = now() + patience
        while True:
            try:
                async with asyncio.timeout_at(dies_at):
                    message = await self._connection.socket.receive()
            except TimeoutError:
                raise CloseGateway(4009, "no heartbeat in time") from None
            if message.type in _GONE:
                return
            if message.type is not WSMsgType.TEXT:
                raise CloseGateway(4002, "only text frames are understood")
            op, data = _decode(message.data)
            self._count()
            if op == ops.HEARTBEAT:
                dies_at = now() + patience
                self._gateway.heartbeats += 1
            await self._hear(op, data)
            self._world.changes.notify()

    def _count(self) -> None:
        """Count what the client sends.

        Raises:
            CloseGateway: 4008, it sent too much: https://discord.com/developers/docs/events/gateway#rate-limiting.
        """
        now, limit = self._world.clock.monotonic(), self._gateway.sendable
        started, sent = self._window
        self._window = (now, 1) if now >= started + limit.seconds else (started, sent + 1)
        if self._window[1] > limit.requests:
            raise CloseGateway(4008, f"more than {limit.requests} payloads in {limit.seconds:g} s")

    async def _hear(self, op: object, data: object) -> None:
        if op == ops.HEARTBEAT:
            if self._gateway.acknowledge_heartbeats:
                self._connection.send(ops.HEARTBEAT_ACK)
        elif op in (ops.IDENTIFY, ops.RESUME):
            if self._session is not None:
                raise CloseGateway(4005, "identified twice")
            if op == ops.IDENTIFY:
                await self._identify(_object(data))
            else:
                self._resume(_object(data))
        elif op not in (ops.PRESENCE, ops.REQUEST_MEMBERS, ops.VOICE_STATE):
            raise CloseGateway(4001, f"opcode {op} is unknown here")
        elif self._session is None:
            raise CloseGateway(4003, "not identified")
        elif op == ops.REQUEST_MEMBERS:
            self._members(self._session, _object(data))
        elif op == ops.VOICE_STATE:
            log.warning("voice is not part of this sandbox; the request is ignored: %s", data)

    async def _identify(self, data: Json) -> None:
        if data.get("token") != self._world.application.token:
            raise CloseGateway(4004, "the token is wrong")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN:
            raise CloseGateway(4013, f"intents {intents!r} are invalid")
        missing = Intents(intents) & PRIVILEGED & ~self._world.application.privileged_intents
        if missing:
            raise CloseGateway(4014, f"{missing.name} is not switched on for this application")
        shard, shards = _shard(data.get("shard"))
        here = sum(item.has_bot and (item.id >> 22) % shards == shard for item in self._world.guilds.values())
        if here > self._gateway.most_guilds:
            raise CloseGateway(4011, f"{here} guilds are too many for one shard")
        if self._gateway.session_starts_left <= 0:
            await self._gateway.revoke()
            raise CloseGateway(4004, "no IDENTIFY is left today; the token has been reset")
        session = self._gateway.open_session(self._connection, Intents(intents), shard, shards)
        if session is None:
            self._connection.send(ops.INVALID_SESSION, data=False)
            return
        self._greet(session)
        self._connection.ready = True
        self._session = session

    def _greet(self, session: Session) -> None:
        world = self._world
        guilds = [guild for guild in world.guilds.values() if guild.has_bot and session.hears_of(guild.id)]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": own_user_payload(world.bot),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": self._gateway.url,
                "shard": [session.shard, session.shards],
                "application": {"id": str(world.application.id), "flags": world.application.flags},
            },
        )
        if Intents.GUILDS in session.intents:
            for guild in guilds:
                session.dispatch(
                    "GUILD_CREATE",
                    guild_create_payload(guild, world.bot, all_members=Intents.GUILD_MEMBERS in session.intents),
                )

    def _resume(self, data: Json) -> None:
        if data.get("token") != self._world.application.token:
            raise CloseGateway(4004, "the token is wrong")
        session = self._gateway.resumable(str(data.get("session_id")))
        if session is None:
            self._connection.send(ops.INVALID_SESSION, data=False)
            return
        seq = data.get("seq")
        if not isinstance(seq, int) or not 0 <= seq <= session.seq:
            self._gateway.sessions.pop(session.id)
            raise CloseGateway(4007, f"sequence {seq!r} was never sent")
        missed = session.missed(seq)
        if missed is None:
            self._gateway.sessions.pop(session.id)
            self._connection.send(ops.INVALID_SESSION, data=False)
            return
        session.connection, session.left_at = self._connection, None
        for text in missed:
            self._connection.send_text(text)
        session.dispatch("RESUMED", {"_trace": ["sandbox"]})
        self._connection.ready = True
        self._gateway.resumes.append(session.id)
        self._session = session

    def _members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds.get(int(data.get("guild_id", 0)))
        if guild is None or not guild.has_bot:
            log.warning("members of an unknown guild were requested: %s", data)
            return
        wanted = data.get("user_ids")
        if wanted is None and not data.get("query") and Intents.GUILD_MEMBERS not in session.intents:
            raise CloseGateway(4014, "the whole member list needs GUILD_MEMBERS")
        ids = {int(item) for item in (wanted if isinstance(wanted, list) else [wanted])} if wanted else None
        prefix = str(data.get("query") or "").lower()
        found = [
            member
            for member in guild.members.values()
            if (ids is None or member.user.id in ids) and member.user.name.lower().startswith(prefix)
        ]
        limit = int(data.get("limit") or 0)
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [member_payload(member) for member in (found[:limit] if limit else found)],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(item) for item in sorted(ids - guild.members.keys())] if ids else [],
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def _object(data: object) -> Json:
    if not isinstance(data, dict):
        raise CloseGateway(4002, "the payload has no data")
    return data


def _shard(value: object) -> tuple[int, int]:
    if value is None:
        return 0, 1
    match value:
        case [int(shard), int(shards)] if 0 <= shard < shards:
            return shard, shards
    raise CloseGateway(4010, f"there is no shard {value!r}")


def _decode(text: str) -> tuple[object, object]:
    if len(text.encode()) > LONGEST_PAYLOAD:
        raise CloseGateway(4002, f"the payload has more than {LONGEST_PAYLOAD} bytes")
    try:
        payload = json.loads(text)
        return payload["op"], payload.get("d")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CloseGateway(4002, "not a gateway payload") from None
