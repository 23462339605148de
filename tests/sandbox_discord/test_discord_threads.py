"""Threads, forum posts, archiving and locking, and the permissions for it all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.discord import Channel, ClientRefused, Guild, Permissions, Person
from sandbox.discord.channels import Overwrite

Rest = Callable[..., Awaitable[tuple[int, Any]]]
Json = dict[str, Any]
NOTHING = Permissions.NONE


async def test_a_thread_has_its_messages_id_and_there_is_one_per_message(
    channel: Channel, ada: Person, rest: Rest
) -> None:
    message = await ada.say(channel, "start here")
    route = f"/channels/{channel.id}/messages/{message.id}/threads"
    status, thread = await rest("POST", route, {"name": "x" * 100, "auto_archive_duration": 60})
    assert status == 201
    assert thread["id"] == str(message.id)
    assert thread["thread_metadata"]["auto_archive_duration"] == 60
    assert thread["message_count"] == 0
    assert thread["member"]["user_id"] == thread["owner_id"]
    status, answer = await rest("POST", route, {"name": "again"})
    assert (status, answer["code"]) == (400, 160004)
    _, listed = await rest("GET", f"/channels/{thread['id']}/messages")
    assert [item["type"] for item in listed] == [21]
    assert listed[0]["referenced_message"]["content"] == ""
    assert channel.threads[0].messages == []
    _, starter = await rest("GET", f"/channels/{channel.id}/messages/{message.id}")
    assert starter["thread"]["id"] == thread["id"]
    assert starter["flags"] == 1 << 5


async def test_sending_wakes_an_archived_thread_but_editing_does_not(channel: Channel, ada: Person, rest: Rest) -> None:
    thread = channel.add_thread("a thread", by=ada)
    route = f"/channels/{thread.id}/messages"
    _, first = await rest("POST", route, {"content": "one"})
    thread.archived = True
    for method, path, body in (
        ("PATCH", f"{route}/{first['id']}", {"content": "changed"}),
        ("PUT", f"{route}/{first['id']}/reactions/%F0%9F%8E%A8/@me", None),
    ):
        status, answer = await rest(method, path, body)
        assert (status, answer["code"]) == (400, 50083)
    assert (await rest("POST", route, {"content": "two"}))[0] == 200
    assert not thread.archived
    assert (await rest("PATCH", f"{route}/{first['id']}", {"content": "changed"}))[0] == 200


async def test_a_locked_thread_is_for_moderators(guild: Guild, channel: Channel, ada: Person, rest: Rest) -> None:
    thread = channel.add_thread("a thread", by=ada)
    thread.locked = True
    status, answer = await rest("POST", f"/channels/{thread.id}/messages", {"content": "x"})
    assert (status, answer["code"]) == (400, 160005)
    with pytest.raises(ClientRefused, match="locked"):
        await ada.say(thread, "x")
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_THREADS)
    assert (await rest("POST", f"/channels/{thread.id}/messages", {"content": "x"}))[0] == 200
    guild.give_role(ada, guild.add_role("moderators", Permissions.MANAGE_THREADS))
    await ada.say(thread, "x")


async def test_changing_threads(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, "start here")
    await rest("POST", f"/channels/{channel.id}/messages/{message.id}/threads", {"name": "mine"})
    own, other = channel.threads[0], channel.add_thread("hers", by=ada)
    status, changed = await rest("PATCH", f"/channels/{own.id}", {"name": "renamed", "archived": True})
    assert (status, changed["name"], changed["thread_metadata"]["archived"]) == (200, "renamed", True)
    assert (await rest("PATCH", f"/channels/{own.id}", {"name": "again"}))[1]["code"] == 50083
    assert (await rest("PATCH", f"/channels/{own.id}", {"archived": False}))[0] == 200
    assert (await rest("PATCH", f"/channels/{own.id}", {"locked": True}))[1]["code"] == 50013
    assert (await rest("PATCH", f"/channels/{other.id}", {"name": "no"}))[1]["code"] == 50013
    assert (await rest("PATCH", f"/channels/{own.id}", {"nonsense": 1}))[1]["code"] == 50035
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_THREADS)
    assert (await rest("PATCH", f"/channels/{other.id}", {"locked": True}))[0] == 200
    assert other.locked
    assert (await rest("DELETE", f"/channels/{other.id}"))[0] == 200
    assert channel.threads == [own]
    assert (await rest("GET", f"/channels/{other.id}"))[1]["code"] == 10003


async def test_threads_without_a_message_and_forum_posts(guild: Guild, channel: Channel, rest: Rest) -> None:
    status, thread = await rest("POST", f"/channels/{channel.id}/threads", {"name": "free", "type": 11})
    assert (status, thread["type"]) == (201, 11)
    assert channel.history[-1].kind.name == "THREAD_CREATED"
    channel.set_overwrite(channel.world.bot, deny=Permissions.CREATE_PRIVATE_THREADS)
    status, answer = await rest("POST", f"/channels/{channel.id}/threads", {"name": "private", "type": 12})
    assert (status, answer["code"]) == (403, 50013)
    forum = guild.add_forum("ideas")
    assert (await rest("POST", f"/channels/{forum.id}/messages", {"content": "x"}))[1]["code"] == 40058
    assert (await rest("POST", f"/channels/{forum.id}/threads", {"name": "post"}))[1]["code"] == 50035
    body = {"name": "post", "message": {"content": "first"}}
    status, post = await rest("POST", f"/channels/{forum.id}/threads", body)
    assert status == 201
    assert post["message"]["id"] == post["id"]
    assert forum.threads[0].starter is forum.threads[0].messages[0]
    assert post["message_count"] == 0


async def test_members_of_a_thread(channel: Channel, ada: Person, bea: Person, rest: Rest) -> None:
    thread = channel.add_thread("a thread", by=ada)
    route = f"/channels/{thread.id}/thread-members"
    assert (await rest("PUT", f"{route}/@me"))[0] == 204
    assert (await rest("PUT", f"{route}/{bea.id}"))[0] == 204
    _, members = await rest("GET", route)
    assert {item["user_id"] for item in members} == {str(ada.id), str(bea.id), str(channel.world.bot.id)}
    assert (await rest("DELETE", f"{route}/{bea.id}"))[1]["code"] == 50013
    assert (await rest("DELETE", f"{route}/@me"))[0] == 204
    _, listed = await rest("GET", f"/guilds/{channel.guild.id if channel.guild else 0}/threads/active")
    assert [item["id"] for item in listed["threads"]] == [str(thread.id)]
    assert listed["members"] == []


DENIED: list[tuple[Permissions, str, str, Json | None, bool, int]] = [
    (Permissions.VIEW_CHANNEL, "GET", "", None, False, 50001),
    (Permissions.VIEW_CHANNEL, "POST", "/messages", {"content": "x"}, False, 50001),
    (Permissions.SEND_MESSAGES, "POST", "/messages", {"content": "x"}, False, 50013),
    (Permissions.ATTACH_FILES, "POST", "/messages", {"content": "x"}, True, 50013),
    (Permissions.EMBED_LINKS, "POST", "/messages", {"embeds": [{"title": "t"}]}, False, 50013),
    (Permissions.CREATE_PUBLIC_THREADS, "POST", "/messages/{message}/threads", {"name": "t"}, False, 50013),
    (Permissions.READ_MESSAGE_HISTORY, "GET", "/messages/{message}", None, False, 50013),
    (
        Permissions.READ_MESSAGE_HISTORY,
        "POST",
        "/messages",
        {"content": "x", "message_reference": {"message_id": "{message}"}},
        False,
        160002,
    ),
    (Permissions.ADD_REACTIONS, "PUT", "/messages/{message}/reactions/%F0%9F%8E%A8/@me", None, False, 50013),
    (Permissions.SEND_MESSAGES, "POST", "/typing", None, False, 50013),
]


@pytest.mark.parametrize("case", DENIED)
async def test_what_each_permission_is_for(
    channel: Channel, ada: Person, rest: Rest, case: tuple[Permissions, str, str, Json | None, bool, int]
) -> None:
    denied, method, path, body, with_file, code = case
    message = await ada.say(channel, "here")
    route = f"/channels/{channel.id}{path.format(message=message.id)}"
    if body and "message_reference" in body:
        body = body | {"message_reference": {"message_id": str(message.id)}}
    files = {0: ("a.txt", b"x")} if with_file else None
    channel.set_overwrite(channel.world.bot, deny=denied)
    status, answer = await rest(method, route, body, files=files)
    assert status in (400, 403)
    assert answer["code"] == code
    channel.set_overwrite(channel.world.bot)
    assert (await rest(method, route, body, files=files))[0] in (200, 201, 204)


async def test_threads_inherit_their_parents_overwrites(channel: Channel, ada: Person, rest: Rest) -> None:
    thread = channel.add_thread("a thread", by=ada)
    route = f"/channels/{thread.id}/messages"
    channel.set_overwrite(channel.world.bot, deny=Permissions.SEND_MESSAGES)
    assert (await rest("POST", route, {"content": "x"}))[0] == 200
    channel.set_overwrite(channel.world.bot, deny=Permissions.SEND_MESSAGES_IN_THREADS)
    assert (await rest("POST", route, {"content": "x"}))[1]["code"] == 50013
    assert (await rest("POST", route, {"content": "x"}, files={0: ("a", b"x")}))[1]["code"] == 50013


def test_overwrites_are_laid_everyone_then_roles_then_member(guild: Guild, channel: Channel, ada: Person) -> None:
    wanted = Permissions.ATTACH_FILES
    assert wanted in channel.permissions_of(ada)
    channel.set_overwrite(None, deny=wanted)
    assert wanted not in channel.permissions_of(ada)
    role = guild.add_role("painters", NOTHING)
    guild.give_role(ada, role)
    channel.overwrites.append(Overwrite(role.id, is_member=False, allow=wanted))
    assert wanted in channel.permissions_of(ada)
    channel.set_overwrite(ada, deny=wanted)
    assert wanted not in channel.permissions_of(ada)
    guild.give_role(ada, guild.add_role("admins", Permissions.ADMINISTRATOR))
    assert wanted in channel.permissions_of(ada)


def test_without_seeing_or_sending_there_is_little_left(channel: Channel, ada: Person) -> None:
    channel.set_overwrite(ada, deny=Permissions.SEND_MESSAGES)
    assert Permissions.ATTACH_FILES not in channel.permissions_of(ada)
    assert Permissions.ADD_REACTIONS in channel.permissions_of(ada)
    channel.set_overwrite(ada, deny=Permissions.VIEW_CHANNEL)
    assert channel.permissions_of(ada) == NOTHING


def test_of_two_roles_the_one_that_allows_wins(guild: Guild, channel: Channel, ada: Person) -> None:
    for allow, deny in ((NOTHING, Permissions.ATTACH_FILES), (Permissions.ATTACH_FILES, NOTHING)):
        role = guild.add_role("a role", NOTHING)
        guild.give_role(ada, role)
        channel.overwrites.append(Overwrite(role.id, is_member=False, allow=allow, deny=deny))
    assert Permissions.ATTACH_FILES in channel.permissions_of(ada)
