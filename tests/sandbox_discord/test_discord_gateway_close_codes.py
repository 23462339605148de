"""Every close code of the gateway, and whether a client may come back and resume after it.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import DiscordSandbox, Intents
from tests.sandbox_discord.wire import HEARTBEAT, IDENTIFY, PRESENCE, RESUME, Wire

Dial = Callable[..., Any]
Start = Callable[..., Awaitable[Any]]
Provoke = Callable[[Wire, DiscordSandbox], Awaitable[object]]


async def too_much(client: Wire, _: DiscordSandbox) -> None:
    for _count in range(120):
        await client.send(PRESENCE, {})


async def too_long(client: Wire, _: DiscordSandbox) -> None:
    await client.socket.send_str(of_length(4097))


def of_length(count: int) -> str:
    """Return a heartbeat of so many bytes."""
    empty = json.dumps({"op": HEARTBEAT, "d": None, "pad": ""})
    return json.dumps({"op": HEARTBEAT, "d": None, "pad": "x" * (count - len(empty))})


async def twice(client: Wire, _: DiscordSandbox) -> None:
    await client.identify(intents=0)


# What a client with a session does wrong, by the code it gets, and whether its session can be resumed then.
MISTAKES: list[tuple[int, bool, Provoke]] = [
    (4001, True, lambda client, _: client.send(99, {})),
    (4002, True, lambda client, _: client.socket.send_str("no JSON")),
    (4002, True, lambda client, _: client.socket.send_bytes(b"\x83")),
    (4002, True, too_long),
    (4005, True, twice),
    (4008, True, too_much),
]


@pytest.mark.parametrize(("code", "resumable", "provoke"), MISTAKES)
async def test_mistakes_of_an_identified_client(
    sandbox: DiscordSandbox, dial: Dial, code: int, resumable: bool, provoke: Provoke
) -> None:
    async with dial() as client:
        session = (await client.ready(intents=0))["session_id"]
        await provoke(client, sandbox)
        assert await client.close_code() == code
    async with dial() as client:
        await client.resume(session, 1)
        assert ((await client.receive())["t"] == "RESUMED") is resumable


def shard(*numbers: object) -> dict[str, object]:
    return {"shard": list(numbers)}


# What a client does wrong before it has a session.
REFUSED: list[tuple[int, int, object]] = [
    (4003, PRESENCE, {}),
    (4004, IDENTIFY, {"token": "wrong"}),
    (4004, RESUME, {"token": "wrong", "session_id": "x", "seq": 1}),
    (4010, IDENTIFY, shard(1, 1)),
    (4010, IDENTIFY, shard(-1, 1)),
    (4010, IDENTIFY, shard(0)),
    (4010, IDENTIFY, shard("0", "1")),
    (4013, IDENTIFY, {"intents": 1 << 17}),
    (4013, IDENTIFY, {"intents": -1}),
    (4013, IDENTIFY, {"intents": None}),
    (4014, IDENTIFY, {"intents": int(Intents.GUILD_MEMBERS)}),
    (4014, IDENTIFY, {"intents": int(Intents.GUILD_PRESENCES)}),
    (4014, IDENTIFY, {"intents": int(Intents.MESSAGE_CONTENT)}),
    (4002, IDENTIFY, "no object"),
]


@pytest.mark.parametrize(("code", "op", "data"), REFUSED)
async def test_refused_clients(sandbox: DiscordSandbox, dial: Dial, code: int, op: int, data: object) -> None:
    basis = {"token": sandbox.token, "intents": 0, "properties": {}}
    async with dial() as client:
        await client.send(op, basis | data if isinstance(data, dict) else data)
        assert await client.close_code() == code
    assert sandbox.world.gateway.sessions == {}


@pytest.mark.parametrize(("query", "code"), [("v=9&encoding=json", 4012), ("v=10&encoding=etf", 4002)])
async def test_what_is_not_spoken_here(dial: Dial, query: str, code: int) -> None:
    async with dial(query, hello=False) as client:
        assert await client.close_code() == code


@pytest.mark.parametrize(("shards", "code"), [(1, 4011), (2, None)])
async def test_too_many_guilds_for_one_shard(
    sandbox: DiscordSandbox, dial: Dial, shards: int, code: int | None
) -> None:
    # https://discord.com/developers/docs/events/gateway#sharding
    gateway = sandbox.world.gateway
    assert gateway.most_guilds == 2500
    gateway.most_guilds = 2
    for number in range(3):
        sandbox.add_guild(str(number))
    async with dial() as client:
        await client.identify(intents=0, shard=[0, shards])
        if code is None:
            assert (await client.receive())["t"] == "READY"
        else:
            assert await client.close_code() == code


async def test_a_sequence_that_was_never_sent_ends_the_session(sandbox: DiscordSandbox, dial: Dial) -> None:
    for seq in (2, -1, None):
        async with dial() as client:
            session = (await client.ready(intents=0))["session_id"]
            await sandbox.disconnect_gateway("reset")
        async with dial() as client:
            await client.resume(session, seq)
            assert await client.close_code() == 4007
        async with dial() as client:
            await client.resume(session, 1)
            assert (await client.receive())["d"] is False


async def test_120_payloads_a_minute_and_4096_bytes_are_fine(dial: Dial, clock: ManualClock) -> None:
    # https://discord.com/developers/docs/events/gateway#rate-limiting
    async with dial() as client:
        await client.ready(intents=0)
        for _ in range(2):
            for _ in range(118):
                await client.send(PRESENCE, {})
            assert await client.settled() == []
            await clock.advance(60)
        await client.socket.send_str(of_length(4096))
        assert (await client.receive())["op"] == 11


# What discord.py does after each code that the gateway may close with: it resumes, starts anew, or gives up.
AFTERWARDS = {
    **dict.fromkeys((1000, 1001, 4000, 4001, 4002, 4003, 4005, 4008, 4009), "resumes"),
    4007: "starts anew",
    **dict.fromkeys((4004, 4010, 4011, 4012, 4013, 4014), "gives up"),
}


@pytest.mark.parametrize(("code", "afterwards"), AFTERWARDS.items())
async def test_what_discord_py_does_after_each_code(
    sandbox: DiscordSandbox, start_bot: Start, code: int, afterwards: str
) -> None:
    gateway = sandbox.world.gateway
    bot = await start_bot()
    await sandbox.disconnect_gateway(code)
    await sandbox.until(
        lambda: gateway.resumes or len(gateway.identifies) == 2 or bot.is_closed(), what="the bot's decision"
    )
    happened = (bool(gateway.resumes), len(gateway.identifies) == 2, bot.is_closed())
    assert happened == (afterwards == "resumes", afterwards == "starts anew", afterwards == "gives up")
    if afterwards == "gives up":
        assert gateway.sessions == {}
