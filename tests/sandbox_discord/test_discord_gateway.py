"""The gateway: identify, intents, what is dispatched to whom, resume with replay, shards, close codes."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import discord
import pytest

from sandbox.discord import Channel, DiscordSandbox, File, Guild, Intents, Permissions, Person

Start = Callable[..., Awaitable[Any]]
Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]


class Wire:
    """A bare gateway client."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def receive(self) -> Json:
        message: Json = json.loads(await self.socket.receive_str(timeout=5))
        return message

    async def send(self, op: int, data: object = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, sandbox: DiscordSandbox, **changes: Any) -> Self:
        intents = int(Intents.GUILDS | Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES)
        await self.send(2, {"token": sandbox.token, "intents": intents, "properties": {}} | changes)
        return self

    async def events(self, last: str) -> list[Json]:
        events: list[Json] = []
        while not events or events[-1]["t"] != last:
            events.append(await self.receive())
        return events

    async def close_code(self) -> int | None:
        while not self.socket.closed:
            await self.socket.receive(timeout=5)
        return self.socket.close_code


@asynccontextmanager
async def wire(sandbox: DiscordSandbox, query: str = "v=10&encoding=json") -> AsyncIterator[Wire]:
    url = f"{sandbox.gateway_url}?{query}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        client = Wire(socket)
        if "zlib" not in query and "v=9" not in query and "etf" not in query:
            hello = await client.receive()
            assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
        yield client


async def test_hello_ready_and_guilds(sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person) -> None:
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        ready, created = await client.events("GUILD_CREATE")
        assert ready["d"]["user"]["id"] == str(sandbox.application_id)
        assert ready["d"]["application"] == {"id": str(sandbox.application_id), "flags": 0}
        assert ready["d"]["guilds"] == [{"id": str(guild.id), "unavailable": True}]
        assert ready["d"]["resume_gateway_url"] == sandbox.gateway_url
        assert str(elsewhere.id) not in json.dumps(ready)
        assert [item["name"] for item in created["d"]["channels"]] == ["pictures"]
        assert [item["user"]["id"] for item in created["d"]["members"]] == [str(sandbox.bot.id)]
        assert created["d"]["member_count"] == 3
        await client.send(1, ready["s"])
        assert (await client.receive())["op"] == 11
        assert ada.id in guild.members
        assert channel.guild is guild


REFUSED: list[tuple[Json, int]] = [
    ({"token": "wrong"}, 4004),
    ({"intents": 1 << 17}, 4013),
    ({"intents": None}, 4013),
    ({"intents": int(Intents.MESSAGE_CONTENT)}, 4014),
    ({"intents": int(Intents.GUILD_MEMBERS)}, 4014),
    ({"shard": [2, 2]}, 4010),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
async def test_refused_identifications(sandbox: DiscordSandbox, changes: Json, code: int) -> None:
    async with wire(sandbox) as client:
        await client.identify(sandbox, **changes)
        assert await client.close_code() == code


async def test_a_privileged_intent_that_is_switched_on(sandbox: DiscordSandbox, guild: Guild, ada: Person) -> None:
    sandbox.application.privileged_intents = Intents.GUILD_MEMBERS
    async with wire(sandbox) as client:
        await client.identify(sandbox, intents=int(Intents.GUILDS | Intents.GUILD_MEMBERS))
        ready, created = await client.events("GUILD_CREATE")
        assert ready["d"]["application"]["flags"] == 1 << 15
        assert str(ada.id) in {item["user"]["id"] for item in created["d"]["members"]}
        bea = sandbox.add_person("bea")
        assert (await client.receive())["d"]["user"]["id"] == str(bea.id)
        assert bea.id in guild.members


@pytest.mark.parametrize(
    ("query", "code"), [("v=9", 4012), ("v=10&encoding=etf", 4002)], ids=["old version", "other encoding"]
)
async def test_only_json_version_ten(sandbox: DiscordSandbox, query: str, code: int) -> None:
    async with wire(sandbox, query) as client:
        assert await client.close_code() == code


@pytest.mark.parametrize(
    ("payloads", "code"),
    [(["no json"], 4002), (["{}"], 4002), (['{"op": 99}'], 4001), (['{"op": 3, "d": {}}'], 4003)],
)
async def test_bad_payloads(sandbox: DiscordSandbox, payloads: list[str], code: int) -> None:
    async with wire(sandbox) as client:
        for payload in payloads:
            await client.socket.send_str(payload)
        assert await client.close_code() == code


async def test_identifying_twice(sandbox: DiscordSandbox) -> None:
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        await client.identify(sandbox)
        assert await client.close_code() == 4005


async def test_a_client_without_a_heartbeat_is_dropped(sandbox: DiscordSandbox) -> None:
    async with wire(sandbox) as client:
        assert client.socket.closed is False
    sandbox.world.gateway.heartbeat_interval = 0.02
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sandbox.gateway_url}?v=10&encoding=json") as socket,
    ):
        assert await Wire(socket).close_code() == 4009


async def test_zlib_stream(sandbox: DiscordSandbox) -> None:
    async with wire(sandbox, "v=10&encoding=json&compress=zlib-stream") as client:
        await client.identify(sandbox)
        inflate = zlib.decompressobj()
        first, second = [await client.socket.receive_bytes(timeout=5) for _ in range(2)]
        assert first.endswith(b"\x00\x00\xff\xff")
        assert json.loads(inflate.decompress(first))["op"] == 10
        assert json.loads(inflate.decompress(second))["t"] == "READY"


async def test_content_is_blank_without_the_intent_except_where_it_is_exempt(
    sandbox: DiscordSandbox, channel: Channel, ada: Person
) -> None:
    picture = File("cat.png", b"x")
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        await client.events("GUILD_CREATE")
        await ada.say(channel, "secret", files=[picture])
        await ada.say(channel, f"{sandbox.bot.mention} look", files=[picture])
        await ada.say(sandbox.dm(ada), "hello", files=[picture])
        plain, mentioning, private = [(await client.receive())["d"] for _ in range(3)]
    assert (plain["content"], plain["attachments"]) == ("", [])
    assert (plain["author"]["username"], plain["member"]["nick"]) == ("ada", None)
    assert mentioning["content"].endswith("look")
    assert len(mentioning["attachments"]) == len(private["attachments"]) == 1
    assert "guild_id" not in private


async def test_what_the_intents_and_permissions_keep_back(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, bea: Person
) -> None:
    hidden = guild.add_text_channel("hidden", bot_denied=Permissions.VIEW_CHANNEL)
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    away = elsewhere.add_text_channel("general")
    elsewhere.join(ada)
    async with wire(sandbox) as client:
        await client.identify(sandbox, intents=int(Intents.GUILDS | Intents.GUILD_MESSAGES))
        await client.events("GUILD_CREATE")
        for place in (hidden, away, sandbox.dm(ada), sandbox.private_dm(ada, bea)):
            await ada.say(place, "not for the bot")
        await ada.react(await ada.say(channel, "for the bot"), "🎨")
        await bea.say(channel, "last")
        events = [await client.receive() for _ in range(2)]
    assert [(item["t"], item["d"]["author"]["username"]) for item in events] == [
        ("MESSAGE_CREATE", "ada"),
        ("MESSAGE_CREATE", "bea"),
    ]


async def test_resume_replays_what_was_missed(sandbox: DiscordSandbox, channel: Channel, ada: Person) -> None:
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        ready, created = await client.events("GUILD_CREATE")
        await sandbox.disconnect_gateway(4000)
        assert await client.close_code() == 4000
    await ada.say(channel, "one")
    await ada.say(channel, "two")
    resume = {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": created["s"]}
    async with wire(sandbox) as client:
        await client.send(6, resume)
        events = await client.events("RESUMED")
    assert [item["t"] for item in events] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"]
    assert [item["s"] for item in events] == [created["s"] + 1, created["s"] + 2, created["s"] + 3]
    async with wire(sandbox) as client:
        await client.send(6, resume | {"session_id": "unknown"})
        assert await client.receive() == {"op": 9, "d": False, "s": None, "t": None}
    async with wire(sandbox) as client:
        await client.send(6, resume | {"token": "wrong"})
        assert await client.close_code() == 4004


async def test_a_sequence_that_was_never_sent(sandbox: DiscordSandbox) -> None:
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        [ready] = await client.events("READY")
        await sandbox.disconnect_gateway("reset")
    async with wire(sandbox) as client:
        await client.send(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": 99})
        assert await client.close_code() == 4007


async def test_members_on_request(sandbox: DiscordSandbox, guild: Guild, ada: Person) -> None:
    async with wire(sandbox) as client:
        await client.identify(sandbox)
        await client.events("GUILD_CREATE")
        await client.send(8, {"guild_id": str(guild.id), "user_ids": [str(ada.id), "1"], "nonce": "n", "limit": 0})
        chunk = (await client.receive())["d"]
        assert [item["user"]["username"] for item in chunk["members"]] == ["ada"]
        assert (chunk["not_found"], chunk["nonce"]) == (["1"], "n")
        await client.send(8, {"guild_id": str(guild.id), "query": "", "limit": 0})
        assert await client.close_code() == 4014


@pytest.mark.parametrize("how", ["close", "reset", "reconnect"])
async def test_discord_py_resumes_and_misses_nothing(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, start_bot: Start, how: str
) -> None:
    heard: list[str] = []
    bot = await start_bot()

    async def on_message(message: discord.Message) -> None:
        heard.append(message.author.name)

    bot.add_listener(on_message)
    if how == "reconnect":
        sandbox.reconnect_gateway()
    else:
        await sandbox.disconnect_gateway(4000 if how == "close" else "reset")
    await ada.say(channel, "while it was away")
    await sandbox.until(lambda: sandbox.world.gateway.resumes and heard, what="the resume")
    assert heard == ["ada"]
    assert len(sandbox.world.gateway.identifies) == 1
    assert "RESUMED" in bot.events


async def test_discord_py_identifies_anew_after_an_invalid_session(sandbox: DiscordSandbox, start_bot: Start) -> None:
    await start_bot()
    sandbox.invalidate_sessions()
    await sandbox.until(lambda: len(sandbox.world.gateway.identifies) == 2)
    await sandbox.wait_ready()
    assert sandbox.world.gateway.resumes == []


async def test_shards(sandbox: DiscordSandbox, start_bot: Start) -> None:
    sandbox.world.gateway.shards = 2
    guilds = [sandbox.add_guild(name) for name in ("one", "two")]
    ada = sandbox.add_person("ada")
    heard: list[str] = []
    bot = await start_bot()

    async def on_message(message: discord.Message) -> None:
        heard.append(message.guild.name if message.guild else "dm")

    bot.add_listener(on_message)
    assert sandbox.world.gateway.identifies == [0, 1]
    assert {guild.shard_id for guild in bot.guilds} == {0, 1}
    for guild in guilds:
        await ada.say(guild.add_text_channel("general"), "hi")
    await ada.say(sandbox.dm(ada), "hi")
    await sandbox.until(lambda: len(heard) == 3)
    assert sorted(heard) == ["dm", "one", "two"]


async def test_a_wrong_token_fails_the_login(sandbox: DiscordSandbox, start_bot: Start) -> None:
    sandbox.application.token = "right"
    bot = await start_bot(wait=False)
    sandbox.application.token = "changed"
    await sandbox.until(lambda: sandbox.requests)
    await asyncio.sleep(0)
    assert sandbox.requests[0].status == 401
    assert not bot.is_ready()


async def test_events_of_a_living_guild(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, start_bot: Start
) -> None:
    bot = await start_bot()
    bot.events.clear()
    thread = channel.add_thread("a thread", by=ada)
    message = await ada.say(thread, "hello")
    await ada.edit(message, "changed")
    await ada.react(message, "🎨")
    await ada.unreact(message, "🎨")
    thread.archived = True
    thread.archived = False
    await ada.delete(message)
    thread.delete()
    guild.add_text_channel("new").delete()
    sandbox.add_guild("second")
    guild.leave(sandbox.bot)
    await sandbox.until(lambda: "GUILD_DELETE" in bot.events)
    assert bot.events == [
        "THREAD_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "THREAD_UPDATE",
        "THREAD_UPDATE",
        "MESSAGE_DELETE",
        "THREAD_DELETE",
        "CHANNEL_CREATE",
        "CHANNEL_DELETE",
        "GUILD_CREATE",
        "GUILD_DELETE",
    ]


async def test_discord_py_sees_what_it_missed_in_rest(channel: Channel, ada: Person, start_bot: Start) -> None:
    bot = await start_bot()
    message = await ada.say(channel, "hello")
    found = await bot.get_partial_messageable(channel.id).fetch_message(message.id)
    assert found.author.id == ada.id
    assert (await bot.fetch_user(ada.id)).display_name == "Ada"
    assert (await bot.application_info()).id == bot.user.id
    guild = await bot.fetch_guild(channel.guild.id if channel.guild else 0)
    assert [item.name for item in await guild.fetch_channels()] == ["pictures"]
    assert (await guild.fetch_member(ada.id)).id == ada.id
    assert [item.name async for item in bot.fetch_guilds()] == ["Studio"]
