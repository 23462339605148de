"""Messages over REST: files, nonces, mentions, edits, listings; their limits stand in `test_discord_limits_*`."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, ClientRefused, DiscordSandbox, File, Guild, Intents, Permissions, Person
from tests.sandbox_discord.parts import V2, gallery

Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")


async def test_ten_files_with_alt_text(channel: Channel, rest: Rest) -> None:
    route = f"/channels/{channel.id}/messages"
    ten = {index: (f"{index}.png", PNG) for index in range(10)}
    listed: list[Json] = [{"id": index, "description": "x" * 1024} for index in range(10)]
    status, answer = await rest("POST", route, {"attachments": listed}, files=ten)
    assert status == 200
    assert [item["description"] for item in answer["attachments"]] == ["x" * 1024] * 10
    assert answer["attachments"][0].keys() >= {"id", "filename", "size", "url", "proxy_url", "content_type", "width"}
    assert answer["attachments"][0]["content_type"] == "image/png"
    status, answer = await rest("POST", route, {}, files=ten | {10: ("10.png", PNG)})
    assert (status, answer["code"]) == (400, 30015)


async def test_the_same_nonce_within_minutes_returns_the_first_message(
    clock: ManualClock, channel: Channel, rest: Rest
) -> None:
    route = f"/channels/{channel.id}/messages"
    body = {"content": "once", "nonce": "job-1", "enforce_nonce": True}
    _, first = await rest("POST", route, body, files={0: ("a.png", PNG)})
    _, again = await rest("POST", route, body | {"content": "twice"}, files={0: ("b.png", PNG)})
    assert again["id"] == first["id"]
    assert again["content"] == "once"
    assert [item["filename"] for item in again["attachments"]] == ["a.png"]
    _, other = await rest("POST", route, body | {"nonce": "job-2"})
    _, careless = await rest("POST", route, body | {"enforce_nonce": False})
    await clock.advance(6 * 60)
    _, late = await rest("POST", route, body)
    assert len({item["id"] for item in (first, other, careless, late)}) == 4
    assert len(channel.messages) == 4


async def test_files_used_in_components_are_not_listed_as_attachments(channel: Channel, rest: Rest) -> None:
    body = {"flags": V2, "components": [gallery(1, "attachment://a.png")]}
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", body, files={0: ("a.png", PNG)})
    assert status == 200
    assert answer["attachments"] == []
    media = answer["components"][0]["items"][0]["media"]
    assert media["url"].startswith("http://127.0.0.1")
    assert media["width"] == 3
    assert answer["components"][0]["id"] == 1
    message = channel.messages[0]
    assert message.attachments == []
    assert [item.filename for item in message.files] == ["a.png"]


async def test_an_edit_keeps_what_it_lists(channel: Channel, rest: Rest) -> None:
    route = f"/channels/{channel.id}/messages"
    files = {0: ("a.png", PNG), 1: ("b.png", PNG)}
    _, sent = await rest("POST", route, {"content": "x"}, files=files)
    message = channel.messages[0]
    first, second = message.attachments
    edit = f"{route}/{sent['id']}"
    _, kept = await rest("PATCH", edit, {"content": "y"})
    assert len(kept["attachments"]) == 2
    _, appended = await rest("PATCH", edit, {}, files={0: ("c.png", PNG)})
    assert [item["filename"] for item in appended["attachments"]] == ["a.png", "b.png", "c.png"]
    listed = {"attachments": [{"id": str(second.id)}, {"id": 0, "description": "new"}]}
    _, replaced = await rest("PATCH", edit, listed, files={0: ("d.png", PNG)})
    assert [(item["filename"], item.get("description")) for item in replaced["attachments"]] == [
        ("b.png", None),
        ("d.png", "new"),
    ]
    status, answer = await rest("PATCH", edit, {"attachments": [{"id": str(first.id)}]})
    assert (status, answer["code"]) == (400, 50035)
    status, answer = await rest("PATCH", edit, {"attachments": [], "content": ""})
    assert (status, answer["code"]) == (400, 50006)
    assert message.edited
    assert [len(item.attachments) for item in message.revisions] == [2, 2, 3]
    assert replaced["edited_timestamp"]


MENTIONS: list[tuple[str, Json | None, list[str]]] = [
    ("hi {ada} and {bea}", None, ["ada", "bea"]),
    ("hi {ada} and {bea}", {"parse": []}, []),
    ("hi {ada} and {bea}", {"parse": [], "users": ["{bea.id}"]}, ["bea"]),
    ("`{ada}` and ```{bea}```", None, []),
    ("@everyone", None, []),
    ("@everyone {ada}", {"parse": ["everyone"]}, []),
]


@pytest.mark.parametrize(("content", "allowed", "pinged"), MENTIONS)
async def test_who_is_notified(
    channel: Channel, ada: Person, bea: Person, rest: Rest, content: str, allowed: Json | None, pinged: list[str]
) -> None:
    body: Json = {"content": content.format(ada=ada.mention, bea=bea.mention)}
    if allowed is not None:
        users = [item.format(bea=bea) for item in allowed.get("users", [])]
        body["allowed_mentions"] = allowed | ({"users": users} if users else {})
    _, sent = await rest("POST", f"/channels/{channel.id}/messages", body)
    message = channel.messages[0]
    assert [person.name for person in message.pinged] == pinged
    assert [item["username"] for item in sent["mentions"]] == pinged
    await rest("PATCH", f"/channels/{channel.id}/messages/{sent['id']}", {"content": ada.mention + bea.mention})
    assert [person.name for person in message.pinged] == pinged


async def test_everyone_and_roles_need_the_permission(
    guild: Guild, channel: Channel, ada: Person, bea: Person, rest: Rest
) -> None:
    role = guild.add_role("painters")
    guild.give_role(bea, role)
    route = f"/channels/{channel.id}/messages"
    await rest("POST", route, {"content": f"<@&{role.id}>"})
    channel.set_overwrite(channel.world.bot, allow=Permissions.MENTION_EVERYONE)
    await rest("POST", route, {"content": f"<@&{role.id}>"})
    await rest("POST", route, {"content": "@everyone"})
    pinged = [{person.name for person in message.pinged} for message in channel.messages]
    assert pinged[:2] == [set(), {"bea"}]
    assert pinged[2] >= {ada.name, bea.name}


async def test_a_reply_pings_the_author_unless_told_not_to(channel: Channel, ada: Person, rest: Rest) -> None:
    question = await ada.say(channel, "well?")
    reply = {"content": "yes", "message_reference": {"message_id": str(question.id)}}
    _, first = await rest("POST", f"/channels/{channel.id}/messages", reply)
    await rest("POST", f"/channels/{channel.id}/messages", reply | {"allowed_mentions": {"parse": []}})
    assert [message.pinged for message in channel.messages] == [[], [ada], []]
    assert first["type"] == 19
    assert first["referenced_message"]["id"] == str(question.id)
    assert channel.messages[1].reference_id == question.id


async def test_listing(channel: Channel, rest: Rest) -> None:
    route = f"/channels/{channel.id}/messages"
    for number in range(5):
        await rest("POST", route, {"content": str(number)})
    ids = [message.id for message in channel.messages]

    async def contents(query: str) -> str:
        _, listed = await rest("GET", f"{route}?{query}")
        return "".join(item["content"] for item in listed)

    assert await contents("") == "43210"
    assert await contents("limit=2") == "43"
    assert await contents(f"before={ids[2]}") == "10"
    assert await contents(f"after={ids[2]}&limit=1") == "3"
    assert await contents(f"around={ids[2]}&limit=3") == "321"
    status, answer = await rest("GET", f"{route}?limit=101")
    assert (status, answer["code"]) == (400, 50035)


async def test_other_peoples_messages_cannot_be_edited_and_only_moderators_delete_them(
    channel: Channel, ada: Person, rest: Rest
) -> None:
    message = await ada.say(channel, "mine")
    route = f"/channels/{channel.id}/messages/{message.id}"
    assert (await rest("PATCH", route, {"content": "yours"}))[1]["code"] == 50005
    assert (await rest("DELETE", route))[1]["code"] == 50013
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_MESSAGES)
    assert (await rest("DELETE", route))[0] == 204
    assert (await rest("GET", route))[1]["code"] == 10008
    assert channel.messages == []


async def test_reading_needs_the_content_intent_except_in_dms_mentions_and_own_messages(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest
) -> None:
    picture = File("cat.png", PNG)
    plain = await ada.say(channel, "secret", files=[picture])
    mentioning = await ada.say(channel, f"{sandbox.bot.mention} hello", files=[picture])
    private = await ada.say(sandbox.dm(ada), "hello", files=[picture])

    async def read() -> list[tuple[bool, int]]:
        messages = []
        for message in (plain, mentioning, private):
            _, answer = await rest("GET", f"/channels/{message.channel.id}/messages/{message.id}")
            messages.append((bool(answer["content"]), len(answer["attachments"])))
        return messages

    assert await read() == [(False, 0), (True, 1), (True, 1)]
    sandbox.application.privileged_intents = Intents.MESSAGE_CONTENT
    assert await read() == [(True, 1)] * 3


async def test_a_person_who_accepts_no_dms(sandbox: DiscordSandbox, ada: Person, rest: Rest) -> None:
    status, opened = await rest("POST", "/users/@me/channels", {"recipient_id": str(ada.id)})
    assert (status, opened["type"]) == (200, 1)
    assert opened["id"] == str(sandbox.dm(ada).id)
    assert [user["id"] for user in opened["recipients"]] == [str(ada.id)]
    route = f"/channels/{opened['id']}/messages"
    assert (await rest("POST", route, {"content": "hi"}))[0] == 200
    ada.accepts_dms = False
    status, answer = await rest("POST", route, {"content": "hi"})
    assert (status, answer["code"]) == (403, 50007)
    stranger = sandbox.add_person("stranger", guilds=[])
    _, opened = await rest("POST", "/users/@me/channels", {"recipient_id": str(stranger.id)})
    status, answer = await rest("POST", f"/channels/{opened['id']}/messages", {"content": "hi"})
    assert (status, answer["code"]) == (403, 50278)


async def test_reactions(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, "nice")
    route = f"/channels/{channel.id}/messages/{message.id}/reactions"
    assert (await rest("PUT", f"{route}/%F0%9F%8E%A8/@me"))[0] == 204
    await ada.react(message, "🎨")
    _, users = await rest("GET", f"{route}/%F0%9F%8E%A8")
    assert {user["username"] for user in users} == {"ada", "sandbox-bot"}
    _, answer = await rest("GET", f"/channels/{channel.id}/messages/{message.id}")
    assert [(item["emoji"]["name"], item["count"], item["me"]) for item in answer["reactions"]] == [("🎨", 2, True)]
    await ada.unreact(message, "🎨")
    assert (await rest("DELETE", f"{route}/%F0%9F%8E%A8/@me"))[0] == 204
    assert message.reactions == {}
    assert (await rest("PUT", f"{route}/plain/@me"))[1]["code"] == 10014


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("❤️", True),
        ("👍🏽", True),
        ("👩‍👩‍👧", True),
        ("🇩🇪", True),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", True),
        ("1️⃣", True),
        ("ℹ️", True),
        ("‼️", True),
        ("™️", True),
        ("ship:1234567890123456789", True),
        ("", False),
        ("1", False),
        ("ship:1", False),
        ("<b>:1234567890123456789", False),
        ("é", False),
        ("\u0663", False),
        ("\u202e", False),
        ("😀abc", False),
    ],
)
async def test_what_is_an_emoji(channel: Channel, ada: Person, rest: Rest, text: str, is_one: bool) -> None:
    message = await ada.say(channel, "nice")
    if is_one:
        await ada.react(message, text)
    else:
        with pytest.raises(ClientRefused, match="is no emoji"):
            await ada.react(message, text)
    if text:
        route = f"/channels/{channel.id}/messages/{message.id}/reactions/{quote(text)}/@me"
        assert (await rest("PUT", route))[0] == (204 if is_one else 400)


BAD_BODIES: list[tuple[str, bytes, int]] = [
    ("application/json", b"{", 50109),
    ("application/json", b"[]", 50035),
    ("text/plain", b"hello", 50035),
]


@pytest.mark.parametrize(("kind", "data", "code"), BAD_BODIES)
async def test_bodies_that_are_none(
    sandbox: DiscordSandbox, channel: Channel, kind: str, data: bytes, code: int
) -> None:
    url = f"{sandbox.api_base_url}/channels/{channel.id}/messages"
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": kind}
    async with aiohttp.ClientSession() as session, session.post(url, data=data, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, code)


async def test_pins_and_bulk_deletion(channel: Channel, ada: Person, rest: Rest) -> None:
    messages = [await ada.say(channel, str(number)) for number in range(3)]
    route = f"/channels/{channel.id}/messages"
    assert (await rest("PUT", f"{route}/pins/{messages[0].id}"))[1]["code"] == 50013
    channel.set_overwrite(channel.world.bot, allow=Permissions.PIN_MESSAGES | Permissions.MANAGE_MESSAGES)
    assert (await rest("PUT", f"{route}/pins/{messages[0].id}"))[0] == 204
    _, pins = await rest("GET", f"{route}/pins")
    assert [item["message"]["id"] for item in pins["items"]] == [str(messages[0].id)]
    assert (await rest("DELETE", f"{route}/pins/{messages[0].id}"))[0] == 204
    assert (await rest("GET", f"{route}/pins"))[1]["items"] == []
    ids = [str(message.id) for message in messages[:2]]
    assert (await rest("POST", f"{route}/bulk-delete", {"messages": ids[:1]}))[1]["code"] == 50035
    assert (await rest("POST", f"{route}/bulk-delete", {"messages": ids}))[0] == 204
    assert channel.messages == messages[2:]


async def test_what_the_sandbox_cannot_do_is_refused_by_name(channel: Channel, rest: Rest) -> None:
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", {"content": "x", "poll": {"question": {}}})
    assert (status, answer["code"]) == (400, 50035)
    assert answer["errors"]["poll"]["_errors"][0]["code"] == "SANDBOX_NOT_SUPPORTED"
