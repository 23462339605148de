"""Which pictures a message shows: read from messages as Discord sends them, by discord.py itself."""

from collections.abc import Mapping
from typing import Any

import discord
import pytest

from bot.domain.references import RemarkKind
from bot.domain.sources import Picture
from bot.message_pictures import pictures_of

CDN = "https://cdn.discordapp.com/attachments/1/2"
MEDIA = "https://media.discordapp.net/attachments/1/2"
WEB = "https://pictures.example"
PROXY = "https://images-ext-1.discordapp.net/external/x/https/pictures.example"


def message(**parts: object) -> discord.Message:
    client = discord.Client(intents=discord.Intents.none())
    data: Any = {
        "id": "10",
        "channel_id": "1",
        "type": 0,
        "content": "",
        "timestamp": "2026-11-22T12:00:00+00:00",
        "edited_timestamp": None,
        "attachments": [],
        "embeds": [],
        "author": {"id": "5", "username": "ann", "discriminator": "0", "avatar": None},
        "mentions": [],
        "mention_roles": [],
        **parts,
    }
    channel: Any = client.get_partial_messageable(1)
    return discord.Message(state=client._connection, channel=channel, data=data)


def attachment(name: str, **more: object) -> dict[str, object]:
    link = {"url": f"{CDN}/{name}?ex=1&is=2&hm=3", "proxy_url": f"{MEDIA}/{name}?ex=1&is=2&hm=3"}
    return {"id": "2", "filename": name, "size": 10, **link, **more}


def media(name: str, **more: object) -> dict[str, object]:
    return {"url": f"{WEB}/{name}", "proxy_url": f"{PROXY}/{name}", **more}


LAYOUT = [
    {"type": 10, "content": "Look"},
    {
        "type": 17,
        "components": [
            {
                "type": 9,
                "components": [{"type": 10, "content": "a hat"}],
                "accessory": {"type": 11, "media": media("hat.png")},
            },
            {
                "type": 12,
                "items": [
                    {"media": media("first.webp", content_type="image/webp")},
                    {"media": media("film.mp4", content_type="video/mp4", width=10)},
                    {"media": media("second", width=10, height=10)},
                ],
            },
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "More", "custom_id": "more"}]},
        ],
    },
    {"type": 13, "file": media("x/3", content_type="image/png"), "name": "plan.png"},
    {"type": 13, "file": media("x/4", content_type="application/pdf"), "name": "plan.pdf"},
]


@pytest.mark.parametrize(
    ("parts", "names", "left_out"),
    [
        ({}, [], []),
        ({"attachments": [attachment("b.png"), attachment("a.jpg")]}, ["b.png", "a.jpg"], []),
        ({"attachments": [attachment("a.png"), attachment("a.png", id="3")]}, ["a.png"], []),
        (
            {
                "attachments": [
                    attachment("clip.mp4", content_type="video/mp4", width=5),
                    attachment("voice.ogg"),
                    attachment("notes.txt", content_type="text/plain; charset=utf-8"),
                    attachment("logo.svg", content_type="image/svg+xml"),
                    attachment("dump"),
                ]
            },
            [],
            [("clip.mp4", "video"), ("voice.ogg", "audio"), *((n, "file") for n in ("notes.txt", "logo.svg", "dump"))],
        ),
        # Discord need not tell the type; what it has measured and is no film is a picture.
        ({"attachments": [attachment("IMG.HEIC"), attachment("image", width=4, height=4)]}, ["IMG.HEIC", "image"], []),
        ({"embeds": [{"image": media("a.png"), "thumbnail": media("b.png")}]}, ["a.png", "b.png"], []),
        ({"embeds": [{"image": media("a.png"), "thumbnail": media("a.png")}]}, ["a.png"], []),
        ({"embeds": [{"title": "no picture", "footer": {"text": "f", "icon_url": f"{WEB}/icon.png"}}]}, [], []),
        # The same link with another query may be another picture, but on Discord's own hosts it is a signature.
        (
            {"embeds": [{"image": media("get?id=1")}, {"image": media("get?id=2")}]},
            ["get", "get"],
            [],
        ),
        (
            {"attachments": [attachment("a.png")], "embeds": [{"image": {"url": f"{MEDIA}/a.png?ex=9&width=400"}}]},
            ["a.png"],
            [],
        ),
        ({"embeds": [{"thumbnail": {"url": "attachment://gone.png"}}]}, [], []),
        (
            {"embeds": [{"image": {"url": f"{WEB}/a%20cat.png"}}, {"image": {"url": WEB}}]},
            ["a cat.png", "pictures.example"],
            [],
        ),
        (
            {"flags": 1 << 15, "components": LAYOUT},
            ["hat.png", "first.webp", "second", "plan.png"],
            [("film.mp4", "video"), ("plan.pdf", "file")],
        ),
        (
            {"sticker_items": [{"id": "7", "name": "Wave", "format_type": 1}], "attachments": [attachment("a.png")]},
            ["a.png"],
            [("Wave", "sticker")],
        ),
    ],
)
def test_what_a_message_shows(parts: Mapping[str, object], names: list[str], left_out: list[tuple[str, str]]) -> None:
    seen = pictures_of(message(**parts))

    assert [picture.filename for picture in seen.pictures] == names
    assert [(remark.filename, remark.why) for remark in seen.left_out] == left_out
    assert {remark.kind for remark in seen.left_out} <= {RemarkKind.LEFT_OUT}


def test_a_forward_shows_what_it_forwards() -> None:
    inner = {
        "type": 0,
        "content": "",
        "timestamp": "2026-11-22T12:00:00+00:00",
        "edited_timestamp": None,
        "attachments": [attachment("far.png")],
        "embeds": [{"image": media("near.png")}],
        "sticker_items": [{"id": "7", "name": "Wave", "format_type": 1}],
    }

    seen = pictures_of(message(message_snapshots=[{"message": inner}]))

    assert [picture.filename for picture in seen.pictures] == ["far.png", "near.png"]
    assert [remark.filename for remark in seen.left_out] == ["Wave"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"attachments": [attachment("a.png")]},
            Picture(f"{CDN}/a.png?ex=1&is=2&hm=3", "a.png", f"{MEDIA}/a.png?ex=1&is=2&hm=3"),
        ),
        ({"embeds": [{"image": media("a.png")}]}, Picture(f"{WEB}/a.png", "a.png", f"{PROXY}/a.png")),
        ({"embeds": [{"image": {"url": f"{WEB}/a.png"}}]}, Picture(f"{WEB}/a.png", "a.png")),
        # An address that only Discord can fetch leaves its copy.
        (
            {"embeds": [{"image": {"url": "attachment://a.png", "proxy_url": f"{PROXY}/a.png"}}]},
            Picture(f"{PROXY}/a.png", "a.png"),
        ),
    ],
)
def test_the_original_comes_first_and_discords_copy_after(parts: Mapping[str, object], expected: Picture) -> None:
    assert pictures_of(message(**parts)).pictures == (expected,)


def test_a_link_that_makes_no_sense_shows_nothing() -> None:
    seen = pictures_of(message(embeds=[{"type": "rich", "image": {"url": "https://[::1/a.png"}}]))
    assert seen.pictures == ()


def test_a_linked_picture_has_a_name_that_can_be_shown() -> None:
    link = f"{WEB}/a%0A%0D%3C%40here%3E.png"
    (picture,) = pictures_of(message(embeds=[{"type": "rich", "image": {"url": link}}])).pictures
    assert picture.filename == "a@here.png"
