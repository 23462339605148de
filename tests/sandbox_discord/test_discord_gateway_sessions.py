"""Sessions: resuming with replay, sessions that are over, and who may identify when.

Source: https://discord.com/developers/docs/events/gateway#resuming.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, Person
from tests.sandbox_discord.wire import INVALID_SESSION, RECONNECT

Dial = Callable[..., Any]
Start = Callable[..., Awaitable[Any]]

OVER = {"op": INVALID_SESSION, "d": False, "s": None, "t": None}


async def test_a_resume_replays_in_order_and_nothing_twice(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, dial: Dial
) -> None:
    async with dial() as client:
        session = (await client.ready())["session_id"]
        [created] = await client.events("GUILD_CREATE")
        await ada.say(channel, "seen")
        seen = await client.receive()
        await sandbox.disconnect_gateway("reset")
    assert (created["s"], seen["s"]) == (2, 3)
    for number in range(5):
        await ada.say(channel, str(number))
    async with dial() as client:
        await client.resume(session, seen["s"])
        first = await client.events("RESUMED")
        await ada.say(channel, "live")
        live = await client.receive()
        await sandbox.disconnect_gateway("reset")
    assert [event["s"] for event in first] == [4, 5, 6, 7, 8, 9]
    assert [event["t"] for event in first] == ["MESSAGE_CREATE"] * 5 + ["RESUMED"]
    assert (live["s"], live["t"]) == (10, "MESSAGE_CREATE")
    # Had the client lost the end of the replay, it would get that again.
    async with dial() as client:
        await client.resume(session, 7)
        assert [(await client.receive())["s"] for _ in range(4)] == [8, 9, 10, 11]
    assert sandbox.world.gateway.resumes == [session] * 2
    assert sandbox.world.gateway.identifies == [0]


async def test_a_session_that_never_was(dial: Dial) -> None:
    async with dial() as client:
        await client.resume("unknown", 1)
        assert await client.receive() == OVER
        # The connection stands, and the client may start anew on it.
        assert (await client.ready(intents=0))["session_id"]


@pytest.mark.parametrize(("minutes", "resumed"), [(2.9, True), (3.0, False)])
async def test_a_session_times_out_after_a_few_minutes(
    sandbox: DiscordSandbox, clock: ManualClock, dial: Dial, minutes: float, resumed: bool
) -> None:
    # https://discord.com/developers/docs/events/gateway#initiating-a-disconnect
    async with dial() as client:
        session = (await client.ready(intents=0))["session_id"]
        await clock.advance(3600)
        await sandbox.disconnect_gateway("reset")
    await sandbox.until(lambda: sandbox.world.gateway.sessions[session].connection is None)
    await clock.advance(minutes * 60)
    async with dial() as client:
        await client.resume(session, 1)
        answer = await client.receive()
    assert answer == OVER if not resumed else answer["t"] == "RESUMED"


@pytest.mark.parametrize(("missed", "resumed"), [(3, True), (4, False)])
async def test_so_many_events_are_kept(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, dial: Dial, missed: int, resumed: bool
) -> None:
    sandbox.world.gateway.most_missed = 3
    async with dial() as client:
        session = (await client.ready())["session_id"]
        await client.settled()
        await sandbox.disconnect_gateway(4000)
    for number in range(missed):
        await ada.say(channel, str(number))
    async with dial() as client:
        await client.resume(session, 2)
        answer = await client.receive()
        assert answer == OVER if not resumed else answer["s"] == 3


@pytest.mark.parametrize(("code", "kept"), [(1000, False), (1001, False), (4000, True), (3000, True)])
async def test_how_a_client_says_goodbye(sandbox: DiscordSandbox, dial: Dial, code: int, kept: bool) -> None:
    # https://discord.com/developers/docs/events/gateway#initiating-a-disconnect
    async with dial() as client:
        session = (await client.ready(intents=0))["session_id"]
        await client.socket.close(code=code)
    gateway = sandbox.world.gateway
    await sandbox.until(lambda: session not in gateway.sessions or gateway.sessions[session].connection is None)
    assert (session in gateway.sessions) is kept


@pytest.mark.parametrize("resumable", [False, True])
async def test_discord_py_after_an_invalid_session(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start, resumable: bool
) -> None:
    # https://discord.com/developers/docs/events/gateway-events#invalid-session
    gateway = sandbox.world.gateway
    heard: list[str] = []
    bot = await start_bot()

    async def on_message(message: discord.Message) -> None:
        heard.append(message.author.name)

    bot.add_listener(on_message)
    sandbox.invalidate_sessions(resumable=resumable)
    await ada.say(channel, "meanwhile")
    if resumable:
        await sandbox.until(lambda: gateway.resumes and heard)
        assert gateway.identifies == [0]
    else:
        await sandbox.until(lambda: len(gateway.identifies) == 2)
        await sandbox.wait_ready()
        assert (gateway.resumes, heard) == ([], [])


async def test_discord_py_identifies_anew_when_it_comes_too_late(
    sandbox: DiscordSandbox, clock: ManualClock, start_bot: Start
) -> None:
    gateway = sandbox.world.gateway
    await start_bot()
    gateway.session_life = 0.0
    await sandbox.disconnect_gateway("reset")
    await clock.advance(1)
    await sandbox.until(lambda: len(gateway.identifies) == 2)
    await sandbox.wait_ready()
    assert gateway.resumes == []


async def test_the_request_to_reconnect(sandbox: DiscordSandbox, dial: Dial) -> None:
    # https://discord.com/developers/docs/events/gateway-events#reconnect
    async with dial() as client:
        await client.ready(intents=0)
        sandbox.reconnect_gateway()
        assert await client.receive() == {"op": RECONNECT, "d": None, "s": None, "t": None}


async def test_who_may_identify_within_five_seconds(sandbox: DiscordSandbox, clock: ManualClock, dial: Dial) -> None:
    # https://discord.com/developers/docs/events/gateway#sharding-max-concurrency
    gateway = sandbox.world.gateway
    gateway.identify_window, gateway.max_concurrency = 5.0, 2

    async def identify(shard: int) -> bool:
        async with dial() as client:
            await client.identify(intents=0, shard=[shard, 4])
            answer = await client.receive()
            assert answer == OVER or answer["t"] == "READY"
            return bool(answer["op"] == 0)

    assert [await identify(shard) for shard in (0, 1, 2, 3)] == [True, True, False, False]
    await clock.advance(4.9)
    assert await identify(2) is False
    await clock.advance(0.1)
    assert [await identify(shard) for shard in (2, 3, 0)] == [True, True, False]
    assert gateway.identifies == [0, 1, 2, 3]


async def test_the_thousandth_session_of_a_day(sandbox: DiscordSandbox, dial: Dial) -> None:
    # https://discord.com/developers/docs/events/gateway#identifying
    gateway, token = sandbox.world.gateway, sandbox.token
    assert gateway.session_starts_left == 1000
    gateway.session_starts_left = 1
    async with dial() as first, dial() as second:
        await first.ready(intents=0)
        await second.identify(intents=0)
        assert set(await asyncio.gather(first.close_code(), second.close_code())) == {4004}
    assert sandbox.token != token
    assert gateway.sessions == {}
