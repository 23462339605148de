"""The documented limits of messages: one at each limit is sent, one beyond it is refused."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, Guild, Permissions, Person
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, assert_refused, each

CREATE = f"{DOCS}resources/message#create-message-jsonform-params"
MENTIONS = f"{DOCS}resources/message#allowed-mentions-object"
MENTIONS_SCHEMA = f"{OPENAPI}/components/schemas/MessageAllowedMentionsRequest"
FACES = [chr(0x1F600 + index) for index in range(21)]


def saying(**fields: Any) -> Json:
    return {"content": "x"} | fields


def mentioning(**fields: Any) -> Json:
    return saying(allowed_mentions=fields)


def ids(count: int) -> list[str]:
    return [str(1000 + index) for index in range(count)]


ROWS = [
    Row("content", saying(content="x" * 2000), saying(content="x" * 2001), {"content": "BASE_TYPE_MAX_LENGTH"}, CREATE),
    Row(
        "content, wide characters",
        saying(content="🎨" * 2000),
        saying(content="🎨" * 2001),
        {"content": "BASE_TYPE_MAX_LENGTH"},
        CREATE,
    ),
    Row("nonce", saying(nonce="n" * 25), saying(nonce="n" * 26), {"nonce": "NONCE_TYPE_TOO_LONG"}, CREATE),
    Row("nonce's type", saying(nonce=2**62), saying(nonce=1.5), {"nonce": "NONCE_TYPE_INVALID_TYPE"}, CREATE),
    Row(
        "users to mention",
        mentioning(users=ids(100)),
        mentioning(users=ids(101)),
        {"allowed_mentions.users": "BASE_TYPE_MAX_LENGTH"},
        MENTIONS,
    ),
    Row(
        "roles to mention",
        mentioning(roles=ids(100)),
        mentioning(roles=ids(101)),
        {"allowed_mentions.roles": "BASE_TYPE_MAX_LENGTH"},
        MENTIONS,
    ),
    Row(
        "users: all or some",
        mentioning(parse=["roles", "everyone"], users=["1"]),
        mentioning(parse=["users"], users=["1"]),
        {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
        MENTIONS,
    ),
    Row(
        "roles: all or some",
        mentioning(parse=["users", "everyone"], roles=["1"]),
        mentioning(parse=["roles"], roles=["1"]),
        {"allowed_mentions": "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
        MENTIONS,
    ),
    Row(
        "kinds of mentions",
        mentioning(parse=["users", "roles", "everyone"]),
        mentioning(parse=["users", "all"]),
        {"allowed_mentions.parse.1": "BASE_TYPE_CHOICES"},
        MENTIONS,
    ),
    Row(
        "kinds of mentions once",
        mentioning(parse=["users"]),
        mentioning(parse=["users", "users"]),
        {"allowed_mentions.parse.1": "SET_TYPE_ALREADY_CONTAINS_VALUE"},
        MENTIONS_SCHEMA,
    ),
    Row(
        "a user once",
        mentioning(users=["1"]),
        mentioning(users=["1", "1"]),
        {"allowed_mentions.users.1": "SET_TYPE_ALREADY_CONTAINS_VALUE"},
        MENTIONS_SCHEMA,
    ),
    Row(
        "a reply's message",
        saying(message_reference={"message_id": "5", "fail_if_not_exists": False}),
        saying(message_reference={"message_id": "5"}),
        {"message_reference": "REPLIES_UNKNOWN_MESSAGE"},
        f"{DOCS}resources/message#message-reference-structure",
    ),
]


@each(ROWS)
async def test_what_a_message_may_be(channel: Channel, rest: Rest, row: Row) -> None:
    route = f"/channels/{channel.id}/messages"
    status, answer = await rest("POST", route, row.at)
    assert status == 200, answer
    assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
    assert len(channel.messages) == 1


async def test_the_same_limits_hold_for_edits(channel: Channel, rest: Rest) -> None:
    _, message = await rest("POST", f"/channels/{channel.id}/messages", saying())
    route = f"/channels/{channel.id}/messages/{message['id']}"
    assert (await rest("PATCH", route, saying(content="y" * 2000)))[0] == 200
    answer = await rest("PATCH", route, saying(content="y" * 2001))
    assert_invalid_form(*answer, {"content": "BASE_TYPE_MAX_LENGTH"})


EMPTY: list[Json] = [{}, {"content": ""}, {"content": " \n\t"}, {"embeds": []}, {"components": []}]


@pytest.mark.parametrize("body", EMPTY)
async def test_a_message_needs_something_in_it(channel: Channel, rest: Rest, body: Json) -> None:
    # https://discord.com/developers/docs/resources/message#create-message
    answer = await rest("POST", f"/channels/{channel.id}/messages", body)
    assert_refused(*answer, (400, 50006), "Cannot send an empty message")


PAGES = [
    ("/channels/{channel}/messages", 1, 100),
    ("/channels/{channel}/messages/{message}/reactions/🎨", 1, 100),
    ("/users/@me/guilds", 1, 200),
]


@pytest.mark.parametrize(("path", "least", "most"), PAGES)
async def test_how_much_is_listed_at_once(
    channel: Channel, ada: Person, rest: Rest, path: str, least: int, most: int
) -> None:
    # https://discord.com/developers/docs/resources/message#get-channel-messages, #get-reactions,
    # https://discord.com/developers/docs/resources/user#get-current-user-guilds
    message = await ada.say(channel, "hello")
    route = path.format(channel=channel.id, message=message.id)
    for limit in (least, most):
        assert (await rest("GET", f"{route}?limit={limit}"))[0] == 200
    for limit, code in ((least - 1, "NUMBER_TYPE_MIN"), (most + 1, "NUMBER_TYPE_MAX")):
        assert_invalid_form(*await rest("GET", f"{route}?limit={limit}"), {"limit": code})


async def test_twenty_reactions(channel: Channel, ada: Person, rest: Rest) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: 30010
    message = await ada.say(channel, "vote")
    route = f"/channels/{channel.id}/messages/{message.id}/reactions"
    for face in FACES[:20]:
        assert (await rest("PUT", f"{route}/{face}/@me"))[0] == 204
    answer = await rest("PUT", f"{route}/{FACES[20]}/@me")
    assert_refused(*answer, (400, 30010), "Maximum number of reactions reached (20)")
    assert (await rest("PUT", f"{route}/{FACES[0]}/@me"))[0] == 204
    assert list(message.reactions) == FACES[:20]


async def test_two_hundred_and_fifty_pins(channel: Channel, ada: Person, rest: Rest) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: 30003
    channel.set_overwrite(channel.world.bot, allow=Permissions.PIN_MESSAGES)
    messages = [await ada.say(channel, str(number)) for number in range(251)]
    for message in messages[1:250]:
        message.pinned = True
    route = f"/channels/{channel.id}/messages/pins"
    assert (await rest("PUT", f"{route}/{messages[0].id}"))[0] == 204
    answer = await rest("PUT", f"{route}/{messages[250].id}")
    assert_refused(*answer, (400, 30003), "Maximum number of pins reached for the channel (250)")
    assert (await rest("DELETE", f"{route}/{messages[7].id}"))[0] == 204
    assert (await rest("PUT", f"{route}/{messages[250].id}"))[0] == 204


@pytest.mark.parametrize(
    ("count", "errors"),
    [
        (2, None),
        (100, None),
        (1, {"messages": "BASE_TYPE_BAD_LENGTH"}),
        (101, {"messages": "BASE_TYPE_BAD_LENGTH"}),
    ],
)
async def test_how_many_messages_go_at_once(
    channel: Channel, ada: Person, rest: Rest, count: int, errors: dict[str, str] | None
) -> None:
    # https://discord.com/developers/docs/resources/message#bulk-delete-messages
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_MESSAGES)
    messages = [await ada.say(channel, str(number)) for number in range(count)]
    body = {"messages": [str(message.id) for message in messages]}
    answer = await rest("POST", f"/channels/{channel.id}/messages/bulk-delete", body)
    if errors is None:
        assert answer == (204, None)
        assert channel.messages == []
    else:
        assert_invalid_form(*answer, errors)
        assert channel.messages == messages


async def test_what_is_older_than_two_weeks_does_not_go_at_once(
    channel: Channel, ada: Person, clock: ManualClock, rest: Rest
) -> None:
    # https://discord.com/developers/docs/resources/message#bulk-delete-messages
    channel.set_overwrite(channel.world.bot, allow=Permissions.MANAGE_MESSAGES)
    old = [str((await ada.say(channel, str(number))).id) for number in range(4)]
    route = f"/channels/{channel.id}/messages/bulk-delete"
    answer = await rest("POST", route, {"messages": [old[0]] * 2})
    assert_invalid_form(*answer, {"messages.1": "SET_TYPE_ALREADY_CONTAINS_VALUE"})
    await clock.advance(timedelta(weeks=2).total_seconds())
    assert (await rest("POST", route, {"messages": old[:2]}))[0] == 204
    await clock.advance(1)
    answer = await rest("POST", route, {"messages": old[2:]})
    assert_refused(*answer, (400, 50034), "A message provided was too old to bulk delete")


async def test_where_nothing_can_be_sent(
    sandbox: DiscordSandbox, guild: Guild, ada: Person, bea: Person, rest: Rest
) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
    forum = guild.add_forum("ideas")
    hidden = guild.add_text_channel("hidden", bot_denied=Permissions.VIEW_CHANNEL)
    silent = guild.add_text_channel("silent", bot_denied=Permissions.SEND_MESSAGES)
    private = sandbox.private_dm(ada, bea)
    for place, expected in (
        (forum, (400, 40058)),
        (hidden, (403, 50001)),
        (silent, (403, 50013)),
        (private, (403, 50001)),
    ):
        assert_refused(*await rest("POST", f"/channels/{place.id}/messages", saying()), expected)
        assert place.messages == []
