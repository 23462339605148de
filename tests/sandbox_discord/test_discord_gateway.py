"""The gateway: what comes after identifying, what is dispatched to whom, members on request, shards, discord.py."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest

from sandbox.discord import Channel, DiscordSandbox, Guild, Intents, Permissions, Person

Dial = Callable[..., Any]
Start = Callable[..., Awaitable[Any]]
Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]


async def test_hello_ready_and_guilds(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, dial: Dial
) -> None:
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    async with dial() as client:
        await client.identify()
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


async def test_a_privileged_intent_that_is_switched_on(
    sandbox: DiscordSandbox, guild: Guild, ada: Person, dial: Dial
) -> None:
    sandbox.application.privileged_intents = Intents.GUILD_MEMBERS
    async with dial() as client:
        await client.identify(intents=int(Intents.GUILDS | Intents.GUILD_MEMBERS))
        ready, created = await client.events("GUILD_CREATE")
        assert ready["d"]["application"]["flags"] == 1 << 15
        assert str(ada.id) in {item["user"]["id"] for item in created["d"]["members"]}
        bea = sandbox.add_person("bea")
        assert (await client.receive())["d"]["user"]["id"] == str(bea.id)
        assert bea.id in guild.members


async def test_zlib_stream(dial: Dial) -> None:
    async with dial("v=10&encoding=json&compress=zlib-stream", hello=False) as client:
        await client.identify()
        inflate = zlib.decompressobj()
        first, second = [await client.socket.receive_bytes(timeout=5) for _ in range(2)]
        assert first.endswith(b"\x00\x00\xff\xff")
        assert json.loads(inflate.decompress(first))["op"] == 10
        assert json.loads(inflate.decompress(second))["t"] == "READY"


async def test_what_the_intents_and_permissions_keep_back(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, bea: Person, dial: Dial
) -> None:
    hidden = guild.add_text_channel("hidden", bot_denied=Permissions.VIEW_CHANNEL)
    elsewhere = sandbox.add_guild("Elsewhere", with_bot=False)
    away = elsewhere.add_text_channel("general")
    elsewhere.join(ada)
    async with dial() as client:
        await client.identify(intents=int(Intents.GUILDS | Intents.GUILD_MESSAGES))
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


async def test_members_on_request(guild: Guild, ada: Person, dial: Dial) -> None:
    async with dial() as client:
        await client.identify()
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
