"""Bad input of each kind: said at once, privately, several at a time, and nothing is spent."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from sandbox.discord import File
from tests.acceptance.house import House, picture, words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "   "}, "The prompt is empty."),
        ({"size": "huge"}, "The size `huge` is not understood. Choose 2K or 3K, or give pixels such as `2560x1440`."),
        ({"size": "4K"}, "Version 5.0-lite does not draw 4K. It offers 2K and 3K, or exact pixels."),
        ({"size": "8000x400"}, "8000x400 is too elongated"),
        ({"size": "1024x1024"}, "1024x1024 has too few pixels for version 5.0-lite: it draws 3,686,400 or more"),
        ({"size": "4096x4096"}, "4096x4096 has too many pixels for version 5.0-lite"),
        (
            {"max_images": 15, "image1": picture()},
            (
                "1 reference image and 15 pictures make 16; Seedream takes at most 15 together. "
                "With 1 reference image you can ask for at most 14."
            ),
        ),
    ],
)
async def test_a_broken_rule(house: House, options: dict[str, object], said: str) -> None:
    words_ = await house.refused(**options)
    assert said in words_
    assert "Nothing was spent." in words_
    assert house.paid == 0
    assert not [r for r in house.world.seedream.requests if r.method == "POST"]


async def test_several_broken_rules_are_told_together(house: House) -> None:
    said = await house.refused(prompt=" ", size="9K", max_images=15, image1=picture(), image2=picture(2))
    assert said.count("\n- ") == 3


async def test_each_bad_reference_is_named_and_nothing_is_spent(house: House) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    moving = BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(64)
    interaction = await house.ask(
        image1=picture(),
        image2=File("notes.txt", b"just some words"),
        image3=File("dance.gif", moving.getvalue()),
        image4=File("IMG_0042.HEIC", heic),
        image5=File("half.png", picture(size=(400, 400)).data[:-200]),
        image6=picture(6, size=(400, 10), name="stripe.png"),
        image7=File("empty.png", b""),
        image8=picture(8),
    )
    card = await house.done(interaction)
    said = words(card)
    assert "Image 2, notes.txt: not an image. Accepted are JPEG, PNG, WebP, BMP, TIFF and GIF." in said
    assert "Image 3, dance.gif: it has 2 frames" in said
    assert "Image 4, IMG\\_0042.HEIC: HEIC is not taken by Seedream. Export it as JPEG or PNG" in said
    assert "Image 5, half.png: the file is damaged or incomplete." in said
    assert "Image 6, stripe.png: 400x10 pixels are too few" in said
    assert "Image 7, empty.png: the file is empty." in said
    assert "Image 1," not in said
    assert "Image 8," not in said
    assert "Nothing was spent." in said
    assert house.paid == 0
    assert card.thread is None


async def test_a_decompression_bomb_is_refused_by_its_header(house: House) -> None:
    bomb = bytearray(picture().data)
    bomb[16:24] = (50_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    interaction = await house.ask(image1=File("bomb.png", bytes(bomb)))
    card = await house.done(interaction)
    assert "Image 1, bomb.png: 50,000x50,000 pixels are more than I can scale down" in words(card)
    assert house.paid == 0


async def test_a_reference_that_is_too_large_is_refused(house: House) -> None:
    house.world.discord.upload_limit = 64 * 1024 * 1024
    heavy = picture().data + bytes(51 * 1024 * 1024)
    card = await house.done(await house.ask(image1=File("heavy.png", heavy)))
    assert "Image 1, heavy.png: larger than 50 MB, the most I can scale down." in words(card)
    assert house.paid == 0
