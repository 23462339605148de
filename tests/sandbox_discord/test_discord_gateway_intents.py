"""Which intent lets which events through, and what MESSAGE_CONTENT blanks.

Source: https://discord.com/developers/docs/events/gateway#list-of-intents.
"""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.discord import Channel, DiscordSandbox, File, Guild, Intents, Permissions, Person, User
from tests.sandbox_discord.limits import Json, Rest
from tests.sandbox_discord.parts import V2, button, row, text

Dial = Callable[..., Any]

FACE = "%F0%9F%8E%A8"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")

MESSAGES = {"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"}
REACTIONS = {f"MESSAGE_REACTION_{what}" for what in ("ADD", "REMOVE", "REMOVE_ALL", "REMOVE_EMOJI")}

ALWAYS = {"INTERACTION_CREATE", "GUILD_MEMBER_UPDATE (bot)"}
"""Of itself the bot is told without an intent: https://discord.com/developers/docs/events/gateway#caveats."""

LET_THROUGH: dict[Intents, set[str]] = {
    Intents.NONE: set(),
    Intents.GUILDS: {
        *("GUILD_CREATE", "GUILD_DELETE", "GUILD_ROLE_CREATE"),
        *("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE"),
        *("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_MEMBERS_UPDATE"),
    },
    Intents.GUILD_MEMBERS: {
        *("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE", "THREAD_MEMBERS_UPDATE"),
    },
    Intents.GUILD_MESSAGES: {*MESSAGES, "MESSAGE_DELETE_BULK"},
    Intents.GUILD_MESSAGE_REACTIONS: REACTIONS,
    Intents.GUILD_MESSAGE_TYPING: {"TYPING_START"},
    Intents.DIRECT_MESSAGES: {f"{event} (DM)" for event in (*MESSAGES, "CHANNEL_PINS_UPDATE")},
    # Nobody may take away another's reactions in a DM.
    Intents.DIRECT_MESSAGE_REACTIONS: {"MESSAGE_REACTION_ADD (DM)", "MESSAGE_REACTION_REMOVE (DM)"},
    Intents.DIRECT_MESSAGE_TYPING: {"TYPING_START (DM)"},
    Intents.MESSAGE_CONTENT: set(),
    Intents.GUILD_PRESENCES: set(),
    Intents.GUILD_MODERATION: set(),
}


async def everything(sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, rest: Rest) -> None:
    """Let everything happen that the sandbox knows events for."""
    allowed = Permissions.MANAGE_MESSAGES | Permissions.PIN_MESSAGES | Permissions.MANAGE_THREADS
    channel.set_overwrite(sandbox.bot, allow=allowed)
    guild.give_role(ada, guild.add_role("painters"))
    guild.give_role(sandbox.bot, guild.add_role("helpers"))
    guild.leave(sandbox.add_person("guest", guilds=[guild]))
    sandbox.add_guild("second").leave(sandbox.bot)
    guild.add_text_channel("new").delete()
    thread = channel.add_thread("a thread", by=ada)
    for user in ("@me", str(guild.owner.id)):
        assert (await rest("PUT", f"/channels/{thread.id}/thread-members/{user}"))[0] == 204
    thread.archived = True
    thread.delete()
    for place in (channel, sandbox.dm(ada)):
        await talk(place, ada, rest)
    route = f"/channels/{channel.id}/messages"
    doomed = [str((await ada.say(channel, text)).id) for text in ("one", "two")]
    await rest("POST", f"{route}/bulk-delete", {"messages": doomed})
    message = await ada.say(channel, "three")
    for path in (f"{route}/{message.id}/reactions", f"{route}/{message.id}/reactions/{FACE}"):
        await ada.react(message, "🎨")
        assert (await rest("DELETE", path))[0] == 204
    await ada.slash(channel, "draw")


async def talk(place: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(place, "hello")
    await ada.edit(message, "changed")
    await ada.react(message, "🎨")
    await ada.unreact(message, "🎨")
    assert (await rest("POST", f"/channels/{place.id}/typing"))[0] == 204
    assert (await rest("PUT", f"/channels/{place.id}/messages/pins/{message.id}"))[0] == 204
    await ada.delete(message)


def name_of(event: Json, bot: User) -> str:
    data = event["d"]
    if data.get("user", {}).get("id") == str(bot.id):
        return f"{event['t']} (bot)"
    direct = "channel_id" in data and "guild_id" not in data
    return f"{event['t']} (DM)" if direct else str(event["t"])


@pytest.mark.parametrize("intent", LET_THROUGH, ids=lambda intent: intent.name)
async def test_each_intent_lets_its_events_through_and_no_others(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, dial: Dial, rest: Rest, intent: Intents
) -> None:
    everywhere = {"name": "draw", "description": "Draw."}
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [everywhere])
    sandbox.application.privileged_intents = intent
    async with dial() as client:
        await client.ready(intents=int(intent))
        await everything(sandbox, guild, channel, ada, rest)
        heard = {name_of(event, sandbox.bot) for event in await client.settled()}
    assert heard == ALWAYS | LET_THROUGH[intent]


@pytest.mark.parametrize("intent", [Intents.GUILDS, Intents.GUILD_MEMBERS])
async def test_of_others_in_threads_one_is_told_with_guild_members_only(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, dial: Dial, rest: Rest, intent: Intents
) -> None:
    # https://discord.com/developers/docs/events/gateway-events#thread-members-update
    sandbox.application.privileged_intents = intent
    thread = channel.add_thread("a thread", by=ada)
    users = (sandbox.bot, guild.owner)
    async with dial() as client:
        await client.ready(intents=int(intent))
        for user in users:
            assert (await rest("PUT", f"/channels/{thread.id}/thread-members/{user.id}"))[0] == 204
        events = [event["d"] for event in await client.settled() if event["t"] == "THREAD_MEMBERS_UPDATE"]
    added = [item["user_id"] for event in events for item in event["added_members"]]
    assert added == [str(user.id) for user in (users if intent is Intents.GUILD_MEMBERS else users[:1])]


BLANK = {"content": "", "attachments": [], "embeds": [], "components": []}


def readable(message: Json) -> bool:
    """Tell whether a message's content came along; all of it does, or none."""
    full = {name: bool(message[name]) for name in BLANK if name in ("content", "attachments")}
    assert len(set(full.values())) == 1
    if not full["content"]:
        assert {name: message[name] for name in BLANK} == BLANK
    return full["content"]


@pytest.mark.parametrize("allowed", [False, True], ids=["without", "with"])
async def test_message_content(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, bea: Person, dial: Dial, rest: Rest, allowed: bool
) -> None:
    # https://discord.com/developers/docs/events/gateway#message-content-intent
    intents = Intents.GUILD_MESSAGES | Intents.DIRECT_MESSAGES
    if allowed:
        sandbox.application.privileged_intents = Intents.MESSAGE_CONTENT
        intents |= Intents.MESSAGE_CONTENT
    picture = File("cat.png", PNG)
    _, own = await rest("POST", f"/channels/{channel.id}/messages", {"content": "mine"})
    mine = next(item for item in channel.messages if item.id == int(own["id"]))
    async with dial() as client:
        await client.ready(intents=int(intents))
        plain = await ada.say(channel, "secret", files=[picture])
        await ada.edit(plain, "changed")
        await bea.say(channel, f"{sandbox.bot.mention} look", files=[picture], reply_to=plain)
        await bea.say(channel, f"{ada.mention} look", files=[picture])
        await bea.say(channel, "an answer", files=[picture], reply_to=mine)
        await ada.say(sandbox.dm(ada), "hello", files=[picture])
        seen = [event["d"] for event in await client.settled()]
    assert [readable(message) for message in seen] == [allowed, allowed, True, allowed, True, True]
    assert readable(seen[2]["referenced_message"]) is allowed
    assert seen[4]["referenced_message"]["content"] == "mine"
    _, listed = await rest("GET", f"/channels/{channel.id}/messages?limit=4")
    assert [readable(message) for message in listed] == [True, allowed, True, allowed]
    assert listed[0]["referenced_message"]["content"] == "mine"


async def test_embeds_and_components_of_the_bot_itself_are_never_blank(
    channel: Channel, dial: Dial, rest: Rest
) -> None:
    async with dial() as client:
        await client.ready(intents=int(Intents.GUILD_MESSAGES))
        bodies = ({"embeds": [{"title": "t"}], "components": [row(button())]}, {"flags": V2, "components": [text()]})
        for body in bodies:
            assert (await rest("POST", f"/channels/{channel.id}/messages", body))[0] == 200
        classic, second = [event["d"] for event in await client.settled()]
    assert (classic["embeds"][0]["title"], classic["components"][0]["type"]) == ("t", 1)
    assert second["components"][0]["content"] == "x"


async def test_the_target_of_a_message_command_is_never_blank(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, dial: Dial, rest: Rest
) -> None:
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [{"name": "Use", "type": 3}])
    async with dial() as client:
        await client.ready(intents=0)
        message = await ada.say(channel, "secret", files=[File("cat.png", PNG)])
        await ada.use_on_message("Use", message)
        [told] = await client.events("INTERACTION_CREATE")
    assert readable(told["d"]["data"]["resolved"]["messages"][str(message.id)])
    _, fetched = await rest("GET", f"/channels/{channel.id}/messages/{message.id}")
    assert not readable(fetched)
