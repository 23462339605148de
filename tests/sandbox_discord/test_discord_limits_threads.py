"""The documented limits and states of threads: https://discord.com/developers/docs/topics/threads."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.discord import Channel, DiscordSandbox, Guild, Permissions, Person
from tests.sandbox_discord.limits import DOCS, Json, Rest, Row, assert_invalid_form, assert_refused, each

STARTING = f"{DOCS}resources/channel#start-thread-from-message-json-params"
MODIFYING = f"{DOCS}resources/channel#modify-channel-json-params-thread"

FACE = "%F0%9F%8E%A8"


def named(**fields: Any) -> Json:
    return {"name": "x"} | fields


ROWS = [
    Row("name", named(name="x" * 100), named(name="x" * 101), {"name": "BASE_TYPE_BAD_LENGTH"}, STARTING),
    Row("name, unicode", named(name="🎨" * 100), named(name="🎨" * 101), {"name": "BASE_TYPE_BAD_LENGTH"}, STARTING),
    Row("name there", named(), named(name=""), {"name": "BASE_TYPE_REQUIRED"}, STARTING),
    *(
        Row(
            f"archived after {minutes} minutes",
            named(auto_archive_duration=minutes),
            named(auto_archive_duration=minutes + 1),
            {"auto_archive_duration": "BASE_TYPE_CHOICES"},
            STARTING,
        )
        for minutes in (60, 1440, 4320, 10080)
    ),
    Row(
        "slow mode",
        named(rate_limit_per_user=21600),
        named(rate_limit_per_user=21601),
        {"rate_limit_per_user": "NUMBER_TYPE_MAX"},
        STARTING,
    ),
    Row(
        "slow mode, least",
        named(rate_limit_per_user=0),
        named(rate_limit_per_user=-1),
        {"rate_limit_per_user": "NUMBER_TYPE_MIN"},
        STARTING,
    ),
]
CHANGES = [replace(row, source=MODIFYING) for row in ROWS]


@each(ROWS)
async def test_what_a_thread_from_a_message_may_be(channel: Channel, ada: Person, rest: Rest, row: Row) -> None:
    message = await ada.say(channel, "start here")
    route = f"/channels/{channel.id}/messages/{message.id}/threads"
    assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
    assert channel.threads == []
    status, answer = await rest("POST", route, row.at)
    assert status == 201, answer
    assert answer["id"] == str(message.id)


@each(ROWS)
async def test_what_a_forum_post_may_be(guild: Guild, rest: Rest, row: Row) -> None:
    forum = guild.add_forum("ideas")
    route = f"/channels/{forum.id}/threads"
    first = {"message": {"content": "first"}}
    assert_invalid_form(*await rest("POST", route, row.beyond | first), row.errors)
    assert (await rest("POST", route, row.at | first))[0] == 201
    assert_invalid_form(*await rest("POST", route, row.at), {"message": "BASE_TYPE_REQUIRED"})


@each(CHANGES)
async def test_what_a_thread_may_become(channel: Channel, ada: Person, rest: Rest, row: Row) -> None:
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_THREADS)
    thread = channel.add_thread("hers", by=ada)
    assert_invalid_form(*await rest("PATCH", f"/channels/{thread.id}", row.beyond), row.errors)
    assert thread.name == "hers"
    assert (await rest("PATCH", f"/channels/{thread.id}", row.at))[0] == 200


async def test_one_thread_a_message(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, "start here")
    route = f"/channels/{channel.id}/messages/{message.id}/threads"
    assert (await rest("POST", route, named()))[0] == 201
    answer = await rest("POST", route, named())
    assert_refused(*answer, (400, 160004), "A thread has already been created for this message")


async def test_where_there_are_no_threads(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, rest: Rest
) -> None:
    thread = channel.add_thread("a thread", by=ada)
    post = guild.add_forum("ideas").add_post("a post", by=ada)
    for place in (thread, post, sandbox.dm(ada)):
        message = await ada.say(place, "here")
        for route in (f"/channels/{place.id}/messages/{message.id}/threads", f"/channels/{place.id}/threads"):
            answer = await rest("POST", route, named())
            assert_refused(*answer, (400, 50024), "Cannot execute action on this channel type")
    created = next(item for item in channel.history if item.is_system)
    answer = await rest("POST", f"/channels/{channel.id}/messages/{created.id}/threads", named())
    assert_refused(*answer, (403, 50021), "Cannot execute action on a system message")


async def test_how_many_threads_a_guild_has(sandbox: DiscordSandbox, channel: Channel, ada: Person, rest: Rest) -> None:
    assert sandbox.world.most_active_threads == 1000
    sandbox.world.most_active_threads = 2
    messages = [await ada.say(channel, str(number)) for number in range(3)]
    routes = [f"/channels/{channel.id}/messages/{message.id}/threads" for message in messages]
    assert [(await rest("POST", route, named()))[0] for route in routes[:2]] == [201, 201]
    for route in (routes[2], f"/channels/{channel.id}/threads"):
        answer = await rest("POST", route, named(type=11))
        assert_refused(*answer, (400, 160006), "Maximum number of active threads reached")
    channel.threads[0].archived = True
    assert (await rest("POST", routes[2], named()))[0] == 201


async def test_a_thousand_members(channel: Channel, ada: Person, bea: Person, rest: Rest) -> None:
    thread = channel.add_thread("a thread", by=ada)
    now = channel.world.clock.now()
    thread.thread_state.members |= dict.fromkeys(range(998), now)
    route = f"/channels/{thread.id}/thread-members"
    assert (await rest("PUT", f"{route}/@me"))[0] == 204
    answer = await rest("PUT", f"{route}/{bea.id}")
    assert_refused(*answer, (400, 30033), "Maximum number of thread participants has been reached (1000)")
    assert (await rest("PUT", f"{route}/{ada.id}"))[0] == 204


ARCHIVED, LOCKED = (400, 50083), (400, 160005)
FORBIDDEN = (403, 50013)
FINE = None

# What a bot may do in somebody else's thread: when it is active, archived, locked, both.
STATES: dict[str, tuple[tuple[int, int] | None, ...]] = {
    "send": (FINE, FINE, LOCKED, LOCKED),
    "edit": (FINE, ARCHIVED, LOCKED, ARCHIVED),
    "delete": (FINE, FINE, FINE, ARCHIVED),
    "react": (FINE, ARCHIVED, FINE, ARCHIVED),
    "join": (FINE, ARCHIVED, FINE, ARCHIVED),
    "rename": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "lock": (FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "bring back": (FINE, FINE, LOCKED, LOCKED),
}
# The same where it may manage threads.
MANAGED = STATES | {
    "send": (FINE, FINE, FINE, FINE),
    "edit": (FINE, ARCHIVED, FINE, ARCHIVED),
    "delete": (FINE, FINE, FINE, FINE),
    "rename": (FINE, ARCHIVED, FINE, ARCHIVED),
    "lock": (FINE, ARCHIVED, FINE, ARCHIVED),
    "bring back": (FINE, FINE, FINE, FINE),
}
PLACES = ((False, False), (True, False), (False, True), (True, True))


@pytest.mark.parametrize("manages", [False, True], ids=["member", "manages threads"])
@pytest.mark.parametrize("deed", STATES)
@pytest.mark.parametrize("state", range(4), ids=["active", "archived", "locked", "archived and locked"])
async def test_who_may_do_what_in_which_state(
    channel: Channel, ada: Person, rest: Rest, deed: str, state: int, manages: bool
) -> None:
    if manages:
        channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_THREADS)
    thread = channel.add_thread("hers", by=ada)
    route = f"/channels/{thread.id}"
    _, message = await rest("POST", f"{route}/messages", {"content": "one"})
    archived, thread.locked = PLACES[state]
    thread.archived = archived
    requests: dict[str, tuple[str, str, Json | None]] = {
        "send": ("POST", f"{route}/messages", {"content": "two"}),
        "edit": ("PATCH", f"{route}/messages/{message['id']}", {"content": "changed"}),
        "delete": ("DELETE", f"{route}/messages/{message['id']}", None),
        "react": ("PUT", f"{route}/messages/{message['id']}/reactions/{FACE}/@me", None),
        "join": ("PUT", f"{route}/thread-members/@me", None),
        "rename": ("PATCH", route, {"name": "his"}),
        "lock": ("PATCH", route, {"locked": True}),
        "bring back": ("PATCH", route, {"archived": False}),
    }
    status, answer = await rest(*requests[deed])
    expected = (MANAGED if manages else STATES)[deed][state]
    if expected is FINE:
        assert status in (200, 204), answer
    else:
        assert_refused(status, answer, expected)
    woken = expected is FINE and deed in ("send", "bring back")
    assert thread.archived == (archived and not woken)
