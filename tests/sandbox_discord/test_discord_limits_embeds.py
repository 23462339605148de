"""The documented limits of embeds: https://discord.com/developers/docs/resources/message#embed-object-embed-limits."""

from typing import Any

from sandbox.discord import Channel
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, each

LIMITS = f"{DOCS}resources/message#embed-object-embed-limits"
SCHEMA = f"{OPENAPI}/components/schemas/RichEmbed"


def embed(**fields: Any) -> Json:
    return {"embeds": [{"title": "t"} | fields]}


def fields(count: int, **changes: Any) -> list[Json]:
    return [{"name": "n", "value": "v"} | changes for _ in range(count)]


def of_size(characters: int) -> Json:
    """Return two embeds with so many characters in everything that counts."""
    first = {
        "title": "t" * 256,
        "description": "d" * 1000,
        "footer": {"text": "f" * 1000},
        "author": {"name": "a" * 256},
        "fields": fields(2, name="n" * 256, value="v" * 1000),
    }
    rest = characters - 256 - 1000 - 1000 - 256 - 2 * 1256
    return {"embeds": [first, {"description": "x" * rest}]}


ROWS = [
    Row(
        "embeds",
        {"embeds": [{"title": "t"}] * 10},
        {"embeds": [{"title": "t"}] * 11},
        {"embeds": "BASE_TYPE_MAX_LENGTH"},
        f"{DOCS}resources/message#create-message-jsonform-params",
    ),
    Row(
        "title",
        embed(title="x" * 256),
        embed(title="x" * 257),
        {"embeds.0.title": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "whitespace around does not count",
        embed(title=f"  {'x' * 256}\n"),
        embed(title=f"  {'x' * 257}\n"),
        {"embeds.0.title": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "description",
        embed(description="x" * 4096),
        embed(description="x" * 4097),
        {"embeds.0.description": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "fields",
        embed(fields=fields(25)),
        embed(fields=fields(26)),
        {"embeds.0.fields": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "field name",
        embed(fields=fields(1, name="x" * 256)),
        embed(fields=fields(1, name="x" * 257)),
        {"embeds.0.fields.0.name": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "field name there",
        embed(fields=fields(1, name="n")),
        embed(fields=fields(1, name="  ")),
        {"embeds.0.fields.0.name": "BASE_TYPE_REQUIRED"},
        f"{DOCS}resources/message#embed-object-embed-field-structure",
    ),
    Row(
        "field value",
        embed(fields=fields(1, value="x" * 1024)),
        embed(fields=fields(1, value="x" * 1025)),
        {"embeds.0.fields.0.value": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "footer",
        embed(footer={"text": "x" * 2048}),
        embed(footer={"text": "x" * 2049}),
        {"embeds.0.footer.text": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row(
        "author",
        embed(author={"name": "x" * 256}),
        embed(author={"name": "x" * 257}),
        {"embeds.0.author.name": "BASE_TYPE_MAX_LENGTH"},
        LIMITS,
    ),
    Row("everything together", of_size(6000), of_size(6001), {"embeds": "MAX_EMBED_SIZE_EXCEEDED"}, LIMITS),
    Row(
        "colour",
        embed(color=0xFFFFFF),
        embed(color=0x1000000),
        {"embeds.0.color": "NUMBER_TYPE_MAX"},
        SCHEMA,
    ),
    Row("no colour below black", embed(color=0), embed(color=-1), {"embeds.0.color": "NUMBER_TYPE_MIN"}, SCHEMA),
    Row(
        "time",
        embed(timestamp="2026-01-01T12:00:00.000Z"),
        embed(timestamp="yesterday"),
        {"embeds.0.timestamp": "DATE_TIME_TYPE_PARSE"},
        f"{DOCS}resources/message#embed-object-embed-structure",
    ),
    Row(
        "length of an address",
        embed(url="https://example.com/".ljust(2048, "x")),
        embed(url="https://example.com/".ljust(2049, "x")),
        {"embeds.0.url": "BASE_TYPE_MAX_LENGTH"},
        SCHEMA,
    ),
    Row(
        "scheme of an address",
        embed(image={"url": "https://example.com/a.png"}),
        embed(image={"url": "ftp://example.com/a.png"}),
        {"embeds.0.image.url": "URL_TYPE_INVALID_SCHEME"},
        f"{DOCS}resources/message#embed-object-embed-image-structure",
    ),
    Row(
        "form of an address",
        embed(thumbnail={"url": "http://example.com"}),
        embed(thumbnail={"url": "example.com/a.png"}),
        {"embeds.0.thumbnail.url": "URL_TYPE_INVALID_URL"},
        f"{DOCS}resources/message#embed-object-embed-thumbnail-structure",
    ),
    Row(
        "something in it",
        {"embeds": [{"description": "x"}]},
        {"embeds": [{"color": 1}]},
        {"embeds.0.description": "BASE_TYPE_REQUIRED"},
        f"{DOCS}resources/message#create-message",
    ),
]


@each(ROWS)
async def test_what_an_embed_may_be(channel: Channel, rest: Rest, row: Row) -> None:
    route = f"/channels/{channel.id}/messages"
    status, answer = await rest("POST", route, row.at)
    assert status == 200, answer
    assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
    assert len(channel.messages) == 1


async def test_whitespace_around_is_not_kept(channel: Channel, rest: Rest) -> None:
    body = embed(title=" t ", footer={"text": " f\n"}, author={"name": " a"}, fields=fields(1, name=" n ", value="v "))
    _, answer = await rest("POST", f"/channels/{channel.id}/messages", body)
    [made] = answer["embeds"]
    assert (made["title"], made["footer"]["text"], made["author"]["name"]) == ("t", "f", "a")
    assert made["fields"] == [{"inline": False, "name": "n", "value": "v"}]
