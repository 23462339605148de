"""The CDN: signatures, expiry, files that vanish, lying types."""

from datetime import timedelta
from io import BytesIO
from typing import Any, Protocol

import pytest
from PIL import Image

from sandbox.clock import ManualClock
from sandbox.discord import Channel, DiscordSandbox, File, Person
from sandbox.discord.files import safe_filename
from sandbox.discord.images import image_size, image_type


class Rest(Protocol):
    async def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]: ...
    async def get_url(self, url: str) -> tuple[int, str, bytes]: ...


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d")


async def test_a_signed_address_works_for_a_day(channel: Channel, ada: Person, clock: ManualClock, rest: Rest) -> None:
    message = await ada.say(channel, files=[File("cat.png", PNG)])
    url = message.attachments[0].url
    assert await rest.get_url(url) == (200, "image/png", PNG)
    assert f"/attachments/{channel.id}/" in url
    await clock.advance(24 * 3600 - 1)
    assert (await rest.get_url(url))[0] == 200
    await clock.advance(1)
    status, _, body = await rest.get_url(url)
    assert (status, body) == (404, b"This content is no longer available.")
    assert (await rest.get_url(message.attachments[0].url))[0] == 200


async def test_a_forged_address_does_not_work(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, files=[File("cat.png", PNG)])
    url = message.attachments[0].url
    assert (await rest.get_url(url.split("?")[0]))[0] == 404
    assert (await rest.get_url(url.replace("ex=", "ex=f")))[0] == 404
    assert (await rest.get_url(url.replace("cat.png", "dog.png")))[0] == 404


async def test_the_media_proxy_hands_out_the_same(
    channel: Channel, ada: Person, sandbox: DiscordSandbox, rest: Rest
) -> None:
    message = await ada.say(channel, files=[File("cat.png", PNG)])
    assert (await rest.get_url(sandbox.world.cdn.proxy_url(message.attachments[0])))[2] == PNG
    assert len(sandbox.world.cdn.downloads) == 1


async def test_deleting_a_message_deletes_its_files(channel: Channel, ada: Person, rest: Rest) -> None:
    message = await ada.say(channel, files=[File("cat.png", PNG)])
    url = message.attachments[0].url
    await ada.delete(message)
    assert (await rest.get_url(url))[0] == 404


async def test_files_of_options_vanish(
    sandbox: DiscordSandbox, channel: Channel, ada: Person, clock: ManualClock, rest: Rest
) -> None:
    command = {"name": "draw", "description": "Draw."}
    option = {"name": "image", "description": "An image.", "type": 11}
    await rest("PUT", f"/applications/{sandbox.application_id}/commands", [command | {"options": [option]}])
    sandbox.world.cdn.ephemeral_lifetime = timedelta(minutes=10)
    await ada.slash(channel, "draw", image=File("a.png", PNG))
    [attachment] = sandbox.world.cdn.kept
    assert attachment.ephemeral
    assert "/ephemeral-attachments/" in attachment.url
    assert (await rest.get_url(attachment.url))[0] == 200
    await clock.advance(10 * 60)
    assert (await rest.get_url(attachment.url))[0] == 404


async def test_large_files_are_streamed(channel: Channel, ada: Person, rest: Rest) -> None:
    data = bytes(3 << 20)
    message = await ada.say(channel, files=[File("big.bin", data)])
    assert (await rest.get_url(message.attachments[0].url))[2] == data


TYPES = [
    (File("a.png", b"", "image/webp"), "image/webp"),
    (File("a.png", b"not a picture"), "image/png"),
    (File("notes.txt", b"x"), "text/plain; charset=utf-8"),
    (File("a", PNG), "image/png"),
    (File("a", b"x"), None),
]


@pytest.mark.parametrize(("file", "content_type"), TYPES)
async def test_the_type_is_the_clients_word_or_the_names(
    channel: Channel, ada: Person, file: File, content_type: str | None
) -> None:
    message = await ada.say(channel, files=[file])
    assert message.attachments[0].content_type == content_type


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("cat.png", "cat.png"),
        ("my cat.png", "my_cat.png"),
        ("../../etc/passwd", "passwd"),
        ("猫.png", "unknown.png"),
        ("猫", "unknown"),
        ("SPOILER_x.png", "SPOILER_x.png"),
    ],
)
def test_safe_filenames(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("lossless", [True, False])
def test_sizes_of_real_pictures(kind: str, lossless: bool) -> None:
    target = BytesIO()
    Image.new("RGB", (123, 45), "red").save(target, kind, **({"lossless": lossless} if kind == "WEBP" else {}))
    assert image_size(target.getvalue()) == (123, 45)
    assert image_type(target.getvalue()) == f"image/{kind.lower()}"
    for length in range(40):
        image_size(target.getvalue()[:length])


@pytest.mark.parametrize("data", [b"", b"text", b"\xff\xd8\xff", b"RIFF0000WEBPVP8?", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_has_no_size(data: bytes) -> None:
    assert image_size(data) is None
