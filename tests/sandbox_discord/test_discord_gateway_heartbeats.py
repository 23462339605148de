"""Heartbeats and dead lines: https://discord.com/developers/docs/events/gateway#sending-heartbeats."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.discord import Channel, DiscordSandbox, Limit, Person
from tests.sandbox_discord.wire import HEARTBEAT, HEARTBEAT_ACK, PRESENCE, Wire

Dial = Callable[..., Any]
Start = Callable[..., Awaitable[Any]]

QUICK = 0.02
"""Seconds between two heartbeats, of real time."""
PATIENCE = 0.1
"""Seconds for which discord.py waits for a sign of life, once it has been told so."""


@pytest.fixture
def quick(sandbox: DiscordSandbox) -> None:
    sandbox.world.gateway.heartbeat_interval = QUICK
    sandbox.world.gateway.sendable = Limit(100_000, 60.0)


async def test_hello_tells_the_interval_in_milliseconds(sandbox: DiscordSandbox, dial: Dial) -> None:
    async with dial() as client:
        assert client.hello == {"op": 10, "d": {"heartbeat_interval": 41250, "_trace": []}, "s": None, "t": None}
    sandbox.world.gateway.heartbeat_interval = 45.0
    async with dial() as client:
        assert client.hello["d"]["heartbeat_interval"] == 45000


async def test_heartbeats_are_acknowledged_before_and_after_identifying(sandbox: DiscordSandbox, dial: Dial) -> None:
    async with dial() as client:
        await client.send(HEARTBEAT, None)
        assert (await client.receive())["op"] == HEARTBEAT_ACK
        ready = await client.ready()
        await client.send(HEARTBEAT, 1)
        assert (await client.receive())["op"] == HEARTBEAT_ACK
        assert ready["v"] == 10
    assert sandbox.world.gateway.heartbeats == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("identified", [False, True])
async def test_a_client_whose_heart_stands_still_is_dropped(dial: Dial, identified: bool) -> None:
    async with dial() as client:
        if identified:
            await client.ready(intents=0)
        assert await client.close_code() == 4009


@pytest.mark.usefixtures("quick")
async def test_other_payloads_are_no_heartbeats(dial: Dial) -> None:
    async with dial() as client:
        await client.ready(intents=0)
        chatter = asyncio.create_task(_chatter(client))
        assert await client.close_code() == 4009
        await chatter


async def _chatter(client: Wire) -> None:
    while not client.socket.closed:
        try:
            await client.send(PRESENCE, {})
        except ConnectionError:
            return
        await asyncio.sleep(QUICK / 10)


@pytest.mark.usefixtures("quick")
async def test_after_a_missed_heartbeat_the_session_can_be_resumed(channel: Channel, ada: Person, dial: Dial) -> None:
    async with dial() as client:
        ready = await client.ready()
        assert await client.close_code() == 4009
    channel.world.gateway.heartbeat_interval = 45.0
    await ada.say(channel, "missed")
    async with dial() as client:
        await client.resume(ready["session_id"], 2)
        assert [event["t"] for event in await client.events("RESUMED")] == ["MESSAGE_CREATE", "RESUMED"]


async def test_a_heartbeat_on_request(sandbox: DiscordSandbox, dial: Dial, start_bot: Start) -> None:
    # https://discord.com/developers/docs/events/gateway#heartbeat-requests
    async with dial() as client:
        sandbox.world.gateway.ask_for_heartbeats()
        assert (await client.receive())["op"] == HEARTBEAT
    await start_bot()
    before = sandbox.world.gateway.heartbeats
    sandbox.world.gateway.ask_for_heartbeats()
    await sandbox.until(lambda: sandbox.world.gateway.heartbeats > before, what="discord.py's heartbeat")


async def test_nothing_gets_through_a_dead_line(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, dial: Dial
) -> None:
    gateway = sandbox.world.gateway
    async with dial() as client:
        await client.ready()
        await client.settled()
        gateway.mute()
        await ada.say(channel, "into the void")
        await client.send(HEARTBEAT, None)
        await sandbox.until(lambda: gateway.heartbeats == 2, what="the heartbeat")
        await sandbox.disconnect_gateway("reset")
        assert (await client.socket.receive(timeout=20)).type is not aiohttp.WSMsgType.TEXT


@pytest.mark.parametrize("how", ["no ACK", "a zombie"])
async def test_discord_py_leaves_a_dead_line_and_misses_nothing(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start, how: str
) -> None:
    gateway = sandbox.world.gateway
    # A busy machine shall not make the gateway lose patience first.
    gateway.heartbeat_interval, gateway.heartbeat_tolerance, gateway.sendable = QUICK, 1000, Limit(100_000, 60.0)
    heard: list[str] = []
    bot = await start_bot()
    line = bot.get_shard(0)._parent.ws._keep_alive
    line.heartbeat_timeout = PATIENCE

    async def on_message(message: discord.Message) -> None:
        heard.append(message.author.name)

    bot.add_listener(on_message)
    if how == "no ACK":
        gateway.acknowledge_heartbeats = False
    else:
        gateway.mute()
        await ada.say(channel, "into the void")
    await sandbox.until(lambda: gateway.resumes, what="the resume")
    gateway.acknowledge_heartbeats = True
    if how == "no ACK":
        await ada.say(channel, "afterwards")
    await sandbox.until(lambda: heard, what="the message")
    assert heard == ["ada"]
    assert len(gateway.identifies) == 1
