"""Every row of the table of exceptions is needed: without it, the document refuses what Discord takes or sends."""

import json
from typing import Any

import pytest

from sandbox.discord import SeenAnswer, SeenRequest
from tests.support.conformance.deviations import DEVIATIONS, Deviation, Steps, set_at
from tests.support.conformance.document import Document, content_of, document_path
from tests.support.conformance.watching import Conformance

JSON = "application/json"
FORM = "multipart/form-data"
Exchange = tuple[SeenRequest, SeenAnswer | None]

USER = {
    "id": "1",
    "username": "ada",
    "avatar": None,
    "discriminator": "0",
    "public_flags": 0,
    "flags": 0,
    "global_name": None,
    "primary_guild": None,
}
MESSAGE = {
    "type": 0,
    "id": "7",
    "channel_id": "7",
    "author": USER,
    "content": "",
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "timestamp": "2026-01-01T00:00:00+00:00",
    "edited_timestamp": None,
    "flags": 0,
    "pinned": False,
    "mention_everyone": False,
    "tts": False,
}
FORWARD = {"type": 1, "channel_id": "7", "message_id": "8"}
POST = {
    "id": "7",
    "type": 11,
    "flags": 0,
    "guild_id": "5",
    "name": "a post",
    "owner_id": "1",
    "thread_metadata": {
        "archived": False,
        "archive_timestamp": None,
        "auto_archive_duration": 1440,
        "locked": False,
    },
    "message_count": 0,
    "member_count": 1,
    "total_message_sent": 0,
}

MESSAGES, COMMANDS = "/channels/2/messages", "/applications/3/commands"


def asked(method: str, path: str, body: object) -> Exchange:
    return SeenRequest(method, path, (), JSON, body), None


def sent(path: str, body: object) -> Exchange:
    return SeenRequest("POST", path, (), FORM, body, ("payload_json", "files[0]", "files[9]")), None


def answered(method: str, path: str, body: object, status: int, value: object) -> Exchange:
    content_type = None if body is None else JSON
    answer = SeenAnswer(status, {"Content-Type": JSON}, json.dumps(value).encode())
    return SeenRequest(method, path, (), content_type, body), answer


REFUSED = {"code": 50035, "message": "…", "errors": {"content": {"_errors": [{"code": "BASE_TYPE", "message": "…"}]}}}

EXAMPLES: dict[str, list[Exchange]] = {
    "ids as numbers in requests": [
        asked("POST", MESSAGES, {"attachments": [{"id": 0}]}),
        asked("POST", MESSAGES, {"allowed_mentions": {"users": [4001]}}),
        asked("POST", "/users/@me/channels", {"recipient_id": 4001}),
        asked("POST", MESSAGES, {"message_reference": {"message_id": 7}}),
        asked("POST", MESSAGES, {"message_reference": {"message_id": "7", "channel_id": 2}}),
        asked("POST", MESSAGES, {"message_reference": {"message_id": "7", "guild_id": 5}}),
    ],
    "files beside an interaction's message": [
        sent("/webhooks/3/token", {"content": "a picture"}),
        sent("/interactions/8/token/callback", {"type": 4, "data": {"content": "a picture"}}),
    ],
    "tts in edits": [
        asked("PATCH", f"{MESSAGES}/7", {"content": "changed", "tts": False}),
        asked("PATCH", "/webhooks/3/token/messages/@original", {"content": "changed", "tts": False}),
        asked("POST", "/interactions/8/token/callback", {"type": 7, "data": {"content": "changed", "tts": False}}),
    ],
    "flags of embeds": [asked("POST", MESSAGES, {"embeds": [{"title": "a card", "flags": 0}]})],
    "whitespace around an embed's title": [asked("POST", MESSAGES, {"embeds": [{"title": f"  {'x' * 256}\n"}]})],
    "nsfw of commands": [asked("PUT", COMMANDS, [{"name": "draw", "description": "Draws.", "nsfw": False}])],
    "permissions as text": [asked("PUT", COMMANDS, [{"name": "draw", "default_member_permissions": "8192"}])],
    "codes of refused fields": [answered("POST", MESSAGES, {"content": ""}, 400, REFUSED)],
    "429 without a code": [
        answered("GET", MESSAGES, None, 429, {"message": "Slowly.", "retry_after": 0.5, "global": False})
    ],
    "the first message of a new forum post": [
        answered("POST", "/channels/2/threads", {"name": "a post", "message": {}}, 201, POST | {"message": MESSAGE})
    ],
    "references of forwards": [answered("GET", f"{MESSAGES}/7", None, 200, MESSAGE | {"message_reference": FORWARD})],
}


ROWS = [
    pytest.param(row, place, example, id=f"{row.title}: {place[-3]} {place[-1]}")
    for row in DEVIATIONS
    for place, example in zip(row.places, EXAMPLES.get(row.title, ()), strict=True)
]


def content() -> dict[str, Any]:
    path = document_path()
    assert path is not None
    return content_of(path)


def violations(document: Document, example: Exchange) -> str:
    conformance = Conformance(document)
    conformance.exchange(*example)
    return conformance.report()


def without(row: Deviation, place: Steps) -> Document:
    """Return the document with all exceptions but one."""
    changed = json.loads(json.dumps(content()))
    for other in DEVIATIONS:
        for steps in other.places:
            if (other, steps) != (row, place):
                set_at(changed, steps, other.becomes)
    return Document(changed, ())


@pytest.mark.parametrize(("row", "place", "example"), ROWS)
def test_every_exception_is_needed_at_every_place(row: Deviation, place: Steps, example: Exchange) -> None:
    assert violations(Document(content()), example) == ""
    assert violations(without(row, place), example) != "", f"the document itself allows this by now; {row.title!r} goes"


def test_every_exception_names_its_source() -> None:
    assert {row.title for row in DEVIATIONS} == EXAMPLES.keys()
    for row in DEVIATIONS:
        assert row.reason.endswith(".")
        assert row.source.startswith(("https://discord.com/developers/docs/", "https://github.com/Rapptz/discord.py/"))


def test_a_place_that_is_gone_is_told() -> None:
    row = Deviation("gone", (("components", "schemas", "NoSuchThing", "properties", "id"),), {}, "", "")
    with pytest.raises(KeyError, match="NoSuchThing"):
        Document(content(), [row])
