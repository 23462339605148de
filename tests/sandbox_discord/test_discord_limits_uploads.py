"""The documented limits of uploads: https://discord.com/developers/docs/reference#uploading-files."""

import json

import pytest

from sandbox.discord import Channel, DiscordSandbox, Interaction
from sandbox.discord.multipart import WHOLE_REQUEST
from tests.sandbox_discord.limits import DOCS, Json, Rest, Row, assert_invalid_form, assert_refused, each
from tests.sandbox_discord.parts import V2, gallery

ATTACHMENT = f"{DOCS}resources/message#attachment-object-attachment-structure"
MIB = 1024 * 1024

Files = dict[int, tuple[str, bytes]]


def files(count: int, size: int = 1) -> Files:
    return {index: (f"{index}.png", b"x" * size) for index in range(count)}


def listing(**fields: object) -> Json:
    return {"attachments": [{"id": 0, "filename": "a.png"} | fields]}


ROWS = [
    Row(
        "alt text",
        listing(description="x" * 1024),
        listing(description="x" * 1025),
        {"attachments.0.description": "BASE_TYPE_MAX_LENGTH"},
        ATTACHMENT,
    ),
    Row(
        "file name",
        listing(filename="x" * 1020 + ".png"),
        listing(filename="x" * 1021 + ".png"),
        {"attachments.0.filename": "BASE_TYPE_BAD_LENGTH"},
        ATTACHMENT,
    ),
    Row(
        "an entry for each file",
        listing(id="0"),
        listing(id="1"),
        {"attachments.0": "ATTACHMENT_NOT_FOUND"},
        f"{DOCS}reference#uploading-files",
    ),
]


@each(ROWS)
async def test_what_an_attachment_may_be(channel: Channel, rest: Rest, row: Row) -> None:
    route = f"/channels/{channel.id}/messages"
    status, answer = await rest("POST", route, row.at, files=files(1))
    assert status == 200, answer
    assert_invalid_form(*await rest("POST", route, row.beyond, files=files(1)), row.errors)
    assert len(channel.messages) == 1


async def test_ten_files(channel: Channel, rest: Rest) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: 30015
    route = f"/channels/{channel.id}/messages"
    refused = (400, 30015)
    _, message = await rest("POST", route, {}, files=files(10))
    assert len(message["attachments"]) == 10
    answer = await rest("POST", route, {}, files=files(11))
    assert_refused(*answer, refused, "Maximum number of attachments in a message reached (10)")
    edit = f"{route}/{message['id']}"
    kept = [{"id": item["id"]} for item in message["attachments"]]
    assert_refused(*await rest("PATCH", edit, {}, files=files(1)), refused)
    answer = await rest("PATCH", edit, {"attachments": [*kept, {"id": 0}]}, files=files(1))
    assert_invalid_form(*answer, {"attachments": "BASE_TYPE_MAX_LENGTH"})
    status, changed = await rest("PATCH", edit, {"attachments": [*kept[1:], {"id": 0}]}, files=files(1))
    assert status == 200
    assert len(changed["attachments"]) == 10


async def test_ten_files_in_components(channel: Channel, rest: Rest) -> None:
    # https://discord.com/developers/docs/components/reference#media-gallery
    items = [{"media": {"url": f"attachment://{index}.png"}} for index in range(10)]
    body = {"flags": V2, "components": [gallery(0) | {"items": items}]}
    status, message = await rest("POST", f"/channels/{channel.id}/messages", body, files=files(10))
    assert (status, message["attachments"]) == (200, [])
    answer = await rest("POST", f"/channels/{channel.id}/messages", body, files=files(11))
    assert_refused(*answer, (400, 30015))


async def test_the_size_of_a_file(sandbox: DiscordSandbox, channel: Channel, rest: Rest) -> None:
    # https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: 40005
    sandbox.upload_limit = 4096
    route = f"/channels/{channel.id}/messages"
    assert (await rest("POST", route, {}, files=files(3, 4096)))[0] == 200
    answer = await rest("POST", route, {}, files=files(2, 4096) | {2: ("2.png", b"x" * 4097)})
    assert_refused(*answer, (413, 40005), "Request entity too large")
    message = f"{route}/{channel.messages[0].id}"
    assert_refused(*await rest("PATCH", message, {}, files=files(1, 4097)), (413, 40005))
    assert len(channel.messages) == 1


async def test_the_size_of_a_file_in_an_answer(sandbox: DiscordSandbox, interaction: Interaction, rest: Rest) -> None:
    sandbox.upload_limit = 4096
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    followup = f"/webhooks/{sandbox.application_id}/{interaction.token}"
    body = {"type": 4, "data": {}}
    assert_refused(*await rest("POST", callback, body, files=files(1, 4097)), (413, 40005))
    assert interaction.acknowledgement is None
    assert (await rest("POST", callback, body, files=files(1, 4096)))[0] == 204
    assert_refused(*await rest("POST", followup, {}, files=files(1, 4097)), (413, 40005))
    assert_refused(*await rest("PATCH", f"{followup}/messages/@original", {}, files=files(1, 4097)), (413, 40005))
    assert (await rest("POST", followup, {}, files=files(1, 4096)))[0] == 200
    assert len(interaction.responses) == 2


@pytest.mark.parametrize("more", [0, 1])
async def test_the_size_of_a_request(channel: Channel, rest: Rest, more: int) -> None:
    # https://discord.com/developers/docs/reference#uploading-files: 25 MiB for a request in all
    assert WHOLE_REQUEST == 25 * MIB
    body = {"content": "x"}
    left = 5 * MIB - len(json.dumps(body)) + more
    given = files(2, 10 * MIB) | {2: ("2.png", b"x" * left)}
    status, answer = await rest("POST", f"/channels/{channel.id}/messages", body, files=given)
    if more:
        assert_refused(status, answer, (413, 40005))
    else:
        assert (status, answer["attachments"][2]["size"]) == (200, left)
    assert len(channel.messages) == 1 - more
