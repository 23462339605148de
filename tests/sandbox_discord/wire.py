"""A bare client of the gateway, for what discord.py would never send and for seeing every payload."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from sandbox.discord import DiscordSandbox, Intents

Json = dict[str, Any]

HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 1, 2, 3, 6, 7, 9, 10, 11
"""Opcodes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes."""

BASIC = Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES


class Wire:
    """One connection.

    Attributes:
        hello: what came first.
    """

    def __init__(self, sandbox: DiscordSandbox, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.hello: Json = {}
        self._sandbox = sandbox

    async def receive(self) -> Json:
        """Return the next payload."""
        message: Json = json.loads(await self.socket.receive_str(timeout=20))
        return message

    async def send(self, op: int, data: object = None) -> None:
        """Send a payload."""
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, **changes: Any) -> Self:
        """Identify, with some intents unless told which."""
        await self.send(IDENTIFY, {"token": self._sandbox.token, "intents": int(BASIC), "properties": {}} | changes)
        return self

    async def ready(self, **changes: Any) -> Json:
        """Identify and return READY's data."""
        await self.identify(**changes)
        data: Json = (await self.receive())["d"]
        return data

    async def resume(self, session_id: str, seq: object, **changes: Any) -> None:
        """Resume a session."""
        await self.send(RESUME, {"token": self._sandbox.token, "session_id": session_id, "seq": seq} | changes)

    async def events(self, last: str) -> list[Json]:
        """Return the next events up to one of this name."""
        events: list[Json] = []
        while not events or events[-1]["t"] != last:
            events.append(await self.receive())
        return events

    async def settled(self) -> list[Json]:
        """Return everything that is on its way."""
        payloads: list[Json] = []
        await self.send(HEARTBEAT, None)
        while not payloads or payloads[-1]["op"] != HEARTBEAT_ACK:
            payloads.append(await self.receive())
        return payloads[:-1]

    async def close_code(self) -> int | None:
        """Wait for the end of the connection and return its code."""
        while not self.socket.closed:
            await self.socket.receive(timeout=20)
        return self.socket.close_code


@asynccontextmanager
async def connect(
    sandbox: DiscordSandbox, query: str = "v=10&encoding=json", *, hello: bool = True
) -> AsyncIterator[Wire]:
    """Open a connection and take its HELLO, unless there will be none in plain text."""
    url = f"{sandbox.gateway_url}?{query}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        client = Wire(sandbox, socket)
        if hello:
            client.hello = await client.receive()
            assert client.hello["op"] == HELLO
        yield client
