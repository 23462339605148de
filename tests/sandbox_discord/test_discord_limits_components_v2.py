"""The documented limits of Components V2: https://discord.com/developers/docs/components/reference."""

from typing import Any

from sandbox.discord import Channel
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, assert_refused, each
from tests.sandbox_discord.parts import V2, button, container, gallery, row, section, text

REFERENCE = f"{DOCS}components/reference#"
CHANGES = f"{DOCS}components/reference"
GALLERY = f"{REFERENCE}media-gallery-media-gallery-structure"
LEGACY_FIELD = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


def v2(*components: Json, **fields: Any) -> Json:
    return {"flags": V2, "components": list(components)} | fields


def thumbnail(**fields: Any) -> Json:
    return {"type": 11, "media": {"url": "https://example.com/a.png"}} | fields


ROWS = [
    Row(
        "components in all",
        v2(container(*[text()] * 36), row(button(), button(custom_id="b"))),
        v2(container(*[text()] * 37), row(button(), button(custom_id="b"))),
        {"components": "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"},
        CHANGES,
    ),
    Row(
        "components side by side",
        v2(*[text()] * 40),
        v2(*[text()] * 41),
        {"components": "BASE_TYPE_MAX_LENGTH"},
        f"{OPENAPI}/components/schemas/MessageCreateRequest",
    ),
    Row(
        "text in all",
        v2(text(2000), container(text(1000)), section(text(1000))),
        v2(text(2000), container(text(1000)), section(text(1001))),
        {"components": "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},
        f"{REFERENCE}text-display",
    ),
    Row(
        "text of one display",
        v2(text(4000)),
        v2(text(4001)),
        {"components.0.content": "BASE_TYPE_BAD_LENGTH"},
        f"{OPENAPI}/components/schemas/TextDisplayComponentForMessageRequest",
    ),
    Row(
        "text there",
        v2(text(1)),
        v2(text(0)),
        {"components.0.content": "BASE_TYPE_REQUIRED"},
        f"{REFERENCE}text-display",
    ),
    Row("no content beside", v2(text(), content=""), v2(text(), content="x"), {"content": LEGACY_FIELD}, CHANGES),
    Row(
        "no embeds beside",
        v2(text(), embeds=[]),
        v2(text(), embeds=[{"title": "t"}]),
        {"embeds": LEGACY_FIELD},
        CHANGES,
    ),
    Row("the flag", v2(text()), {"components": [text()]}, {"components.0": "UNION_TYPE_CHOICES"}, CHANGES),
    Row(
        "items of a gallery", v2(gallery(10)), v2(gallery(11)), {"components.0.items": "BASE_TYPE_BAD_LENGTH"}, GALLERY
    ),
    Row("an item at least", v2(gallery(1)), v2(gallery(0)), {"components.0.items": "BASE_TYPE_BAD_LENGTH"}, GALLERY),
    Row(
        "alt text of an item",
        v2(gallery(1, description="x" * 1024)),
        v2(gallery(1, description="x" * 1025)),
        {"components.0.items.0.description": "BASE_TYPE_BAD_LENGTH"},
        f"{REFERENCE}media-gallery-media-gallery-item-structure",
    ),
    Row(
        "an item's attachment",
        v2(gallery(1)),
        v2(gallery(1, "attachment://missing.png")),
        {"components.0.items.0.media.url": "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"},
        f"{DOCS}reference#editing-message-attachments-using-attachments-within-embeds",
    ),
    Row(
        "alt text of a thumbnail",
        v2(section(text(), accessory=thumbnail(description="x" * 1024))),
        v2(section(text(), accessory=thumbnail(description="x" * 1025))),
        {"components.0.accessory.description": "BASE_TYPE_BAD_LENGTH"},
        f"{REFERENCE}thumbnail-thumbnail-structure",
    ),
    Row(
        "texts of a section",
        v2(section(*[text()] * 3)),
        v2(section(*[text()] * 4)),
        {"components.0.components": "BASE_TYPE_BAD_LENGTH"},
        f"{REFERENCE}section-section-structure",
    ),
    Row(
        "accessory of a section",
        v2(section(text(), accessory=thumbnail())),
        v2(section(text(), accessory=text())),
        {"components.0.accessory": "UNION_TYPE_CHOICES"},
        f"{REFERENCE}section-section-accessory-components",
    ),
    Row(
        "no container in a container",
        v2(container(text(), row(button()))),
        v2(container(container(text()))),
        {"components.0.components.0": "UNION_TYPE_CHOICES"},
        f"{REFERENCE}container-container-child-components",
    ),
    Row(
        "accent colour",
        v2(container(text(), accent_color=0xFFFFFF)),
        v2(container(text(), accent_color=0x1000000)),
        {"components.0.accent_color": "NUMBER_TYPE_MAX"},
        f"{REFERENCE}container-container-structure",
    ),
    Row(
        "spacing",
        v2(text(), {"type": 14, "spacing": 2}),
        v2(text(), {"type": 14, "spacing": 3}),
        {"components.1.spacing": "BASE_TYPE_CHOICES"},
        f"{REFERENCE}separator-separator-structure",
    ),
    Row(
        "no button outside of a row",
        v2(row(button())),
        v2(button()),
        {"components.0": "UNION_TYPE_CHOICES"},
        f"{REFERENCE}button",
    ),
]


@each(ROWS)
async def test_what_components_v2_may_be(channel: Channel, rest: Rest, row: Row) -> None:
    route = f"/channels/{channel.id}/messages"
    status, answer = await rest("POST", route, row.at)
    assert status == 200, answer
    assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
    assert len(channel.messages) == 1


async def test_a_file_must_be_an_attachment(channel: Channel, rest: Rest) -> None:
    # https://discord.com/developers/docs/components/reference#file
    route = f"/channels/{channel.id}/messages"
    files = {0: ("notes.txt", b"hello")}
    status, _ = await rest("POST", route, v2({"type": 13, "file": {"url": "attachment://notes.txt"}}), files=files)
    assert status == 200
    answer = await rest("POST", route, v2({"type": 13, "file": {"url": "https://example.com/notes.txt"}}))
    assert_invalid_form(*answer, {"components.0.file.url": "UNFURLED_MEDIA_ITEM_MUST_REFERENCE_ATTACHMENT"})


async def test_the_flag_stays_for_ever(channel: Channel, rest: Rest) -> None:
    # https://discord.com/developers/docs/components/reference
    _, message = await rest("POST", f"/channels/{channel.id}/messages", v2(text()))
    route = f"/channels/{channel.id}/messages/{message['id']}"
    status, changed = await rest("PATCH", route, {"flags": 0, "components": [text(2)]})
    assert (status, changed["flags"]) == (200, V2)
    assert_invalid_form(*await rest("PATCH", route, {"content": "x"}), {"content": LEGACY_FIELD})
    answer = await rest("PATCH", route, {"components": []})
    assert_refused(*answer, (400, 50006), "Cannot send an empty message")
