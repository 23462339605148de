"""What happens to people's pictures on their way to the API, and the contact sheet on the card."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from sandbox.discord import Channel, File, Interaction, Permissions
from sandbox.faults import Fault, FaultKind
from tests.acceptance.house import House, labelled, picture, words
from tests.references.pictures import encode, gps_exif, halves, noisy, painted

TILE, GAP = 300, 16


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def about(interaction: Interaction) -> str:
    assert interaction.original is not None
    return str(labelled(interaction.original, "Reference images"))


def tiles(data: bytes) -> tuple[int, int]:
    """Return how many columns and rows a contact sheet has."""
    width, height = opened(data).size
    assert width <= 1600
    return (width - GAP) // (TILE + GAP), (height - GAP) // (TILE + GAP)


def colour(sheet: bytes, number: int) -> tuple[int, ...]:
    """Return the colour in the middle of a tile."""
    columns, _rows = tiles(sheet)
    row, column = divmod(number - 1, columns)
    place = (GAP + column * (TILE + GAP) + TILE // 2, GAP + row * (TILE + GAP) + TILE // 2 + 30)
    pixel = opened(sheet).convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel


def is_near(seen: tuple[int, ...], meant: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 16 for a, b in zip(seen, meant, strict=True))


async def test_a_phones_photo_arrives_upright_and_tells_nothing_of_where_it_was_taken(house: House) -> None:
    photo = encode("JPEG", halves((160, 120)), exif=gps_exif(6))
    plain = encode("JPEG", halves((160, 120)), exif=gps_exif(1))
    files = {"image1": File("upright.jpg", plain), "image2": File("IMG_1.jpg", photo)}
    interaction = await house.ask(**files)
    await house.done(interaction)
    first, second = [upload.data for upload in house.uploads(house.world.seedream.ledger[0])]
    assert first == encode("JPEG", halves((160, 120)))
    assert opened(second).size == (120, 160)
    for data in (first, second):
        assert not dict(opened(data).getexif())
        assert b"Phonemaker" not in data
    # Nothing about it that the person would have to know.
    assert about(interaction) == "1 upright.jpg · 2 IMG\\_1.jpg"


async def test_pictures_that_are_too_big_are_made_to_fit_and_it_says_so(house: House) -> None:
    many_pixels = File("wall.jpg", encode("JPEG", Image.new("L", (8000, 6250), 99)))
    many_bytes = File("noise.png", encode("PNG", noisy((2300, 2130)), compress_level=0))
    assert len(many_bytes.data) > 14_000_000
    # People with Nitro send more than the bot may.
    house.world.discord.upload_limit = 50 * 1024 * 1024
    small = picture(3)
    interaction = await house.ask(image1=many_pixels, image2=many_bytes, image3=small)
    await house.done(interaction)
    first, second, third = [upload.data for upload in house.uploads(house.world.seedream.ledger[0])]
    width, height = opened(first).size
    assert 35_900_000 < width * height <= 36_000_000
    assert width / height == pytest.approx(1.28, abs=0.001)
    assert len(second) <= 10 * 1024 * 1024
    assert opened(second).width / opened(second).height == pytest.approx(2300 / 2130, abs=0.005)
    assert third == small.data
    said = about(interaction)
    assert "Image 1, wall.jpg, was too big for Seedream (8000x6250," in said
    assert f"and was scaled down to {width}x{height}," in said
    assert "Image 2, noise.png, was too big for Seedream (2300x2130, 14 MB)" in said
    assert "Image 3" not in said


async def test_too_big_is_refused_where_the_operator_wants_that(empty_house: House) -> None:
    empty_house.world.discord.upload_limit = 50 * 1024 * 1024
    await empty_house.start(references={"too_large": "refuse"})
    many_pixels = File("wall.png", encode("PNG", Image.new("L", (6001, 6000))))
    many_bytes = File("noise.png", encode("PNG", noisy((2300, 2130)), compress_level=0))
    card = await empty_house.done(await empty_house.ask(image1=many_pixels, image2=many_bytes))
    assert "Image 1, wall.png: 6,001x6,000 pixels are too many" in words(card)
    assert "Image 2, noise.png: larger than 10 MB, the most Seedream takes." in words(card)
    assert "Nothing was spent." in words(card)
    assert empty_house.paid == 0


async def test_above_what_can_be_scaled_it_is_refused_with_words(house: House) -> None:
    card = await house.done(await house.ask(image1=File("poster.png", encode("PNG", Image.new("1", (15_000, 14_000))))))
    assert "Image 1, poster.png: 15,000x14,000 pixels are more than I can scale down." in words(card)
    assert house.paid == 0


async def test_the_same_picture_twice_goes_along_once_and_numbers_close_up(house: House) -> None:
    boat, tree = picture(1, name="boat.png"), picture(2, name="tree.png")
    again = File("copy.png", boat.data)
    interaction = await house.ask(image1=boat, image2=again, image5=tree, max_images=0)
    card = await house.done(interaction)
    (entry,) = house.world.seedream.ledger
    assert [upload.data for upload in house.uploads(entry)] == [boat.data, tree.data]
    assert about(interaction).splitlines() == [
        "1 boat.png · 2 tree.png",
        "copy.png is the same picture as image 1, which goes along once.",
    ]
    assert labelled(card, "Pictures") == "Auto (up to 13)"
    (sheet,) = house.sheets(interaction)
    assert tiles(sheet.data) == (2, 1)
    assert sheet.description == "Reference images by their numbers: 1 boat.png, 2 tree.png"


async def test_only_the_same_picture_is_one_picture_without_a_sheet(house: House) -> None:
    interaction = await house.ask(image1=picture(1), image2=picture(1))
    await house.done(interaction)
    assert len(house.uploads(house.world.seedream.ledger[0])) == 1
    assert house.sheets(interaction) == []


@pytest.mark.parametrize(("count", "grid"), [(1, None), (2, (2, 1)), (5, (5, 1)), (6, (3, 2)), (14, (5, 3))])
async def test_the_sheet_shows_every_picture_with_its_number(
    house: House, count: int, grid: tuple[int, int] | None
) -> None:
    options = {f"image{n}": File(f"{n}.png", encode("PNG", painted(n))) for n in range(1, count + 1)}
    interaction = await house.ask(**options)
    card = await house.done(interaction)
    if grid is None:
        assert house.sheets(interaction) == []
        return
    (sheet,) = house.sheets(interaction)
    assert tiles(sheet.data) == grid
    for number in range(1, count + 1):
        assert is_near(colour(sheet.data, number), (number * 16 % 256, number * 40 % 256, 90))
    assert sheet.size < 150_000
    assert card.embeds[0]["image"] == {"url": f"attachment://{sheet.filename}"}
    assert card.attachments == []


def a_thread_under_the_card(house: House) -> Channel:
    return house.channel


def a_thread(house: House) -> Channel:
    return house.channel.add_thread("sketches")


def a_direct_message(house: House) -> Channel:
    return house.world.discord.dm(house.person)


def without_threads(house: House) -> Channel:
    return house.guild.add_text_channel("strict", bot_denied=Permissions.CREATE_PUBLIC_THREADS)


def without_embeds(house: House) -> Channel:
    return house.guild.add_text_channel("plain", bot_denied=Permissions.EMBED_LINKS)


def a_user_install(house: House) -> Channel:
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    return elsewhere.add_text_channel("general")


@pytest.mark.parametrize(
    "place",
    [a_thread_under_the_card, a_thread, a_direct_message, without_threads, without_embeds, a_user_install],
)
async def test_the_sheet_stays_on_the_card_to_the_end(house: House, place: Callable[[House], Channel]) -> None:
    before = len(house.world.discord.requests)
    interaction = await house.ask(place(house), image1=picture(1), image2=picture(2), max_images=13)
    card = await house.done(interaction)
    (sheet,) = house.sheets(interaction)
    assert tiles(sheet.data) == (2, 1)
    assert [a.description for a in house.pictures(interaction)] == [
        f"a calm harbour (image {n} of 13)" for n in range(1, 14)
    ]
    assert [a.data for a in house.pictures(interaction)] == await house.results()
    assert len(card.files) <= 10
    if place is without_embeds:
        assert sheet in card.attachments
    else:
        assert sheet not in card.attachments
    if place is a_user_install:
        assert [len(m.files) for m in (card, *interaction.followups)] == [10, 4]
    # Bringing the sheet is free: all that counts is what counts without it.
    edits = [r for r in house.world.discord.requests[before:] if r.method == "PATCH" and r.counts_toward_global_limit]
    assert not any(r.path.endswith(f"/messages/{card.id}") for r in edits)


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.RESET_BEFORE])
@pytest.mark.parametrize("place", [a_thread_under_the_card, a_user_install])
async def test_a_crash_around_the_sheet_shows_it_once(
    house: House, place: Callable[[House], Channel], kind: FaultKind
) -> None:
    hold = house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/api/upload/file", seconds=30))
    interaction = await house.ask(place(house), image1=picture(1), image2=picture(2), max_images=13)
    await house.world.until(lambda: hold.struck, what="an upload under way")
    cut = house.world.discord.faults.add(Fault(kind, path="^/(api/v10/)?webhooks/", method="PATCH", times=None))
    await house.world.until(lambda: cut.struck, what="the sheet's edit")
    await house.crash()
    house.world.discord.faults.clear()
    await house.start()
    await house.done(interaction)
    assert len(house.sheets(interaction)) == 1
    assert len(house.pictures(interaction)) == 13
    assert house.paid == 1


@pytest.mark.parametrize("place", [a_thread_under_the_card, a_user_install])
async def test_a_sheet_that_nobody_is_sure_of_does_not_hold_the_job_up(
    house: House, place: Callable[[House], Channel]
) -> None:
    """Each answer to its edit is lost: it stands on the card, and the job goes on as if it did not."""
    hold = house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/api/upload/file", seconds=30))
    interaction = await house.ask(place(house), image1=picture(1), image2=picture(2), max_images=13)
    await house.world.until(lambda: hold.struck, what="an upload under way")
    house.world.discord.faults.add(Fault(FaultKind.RESET_AFTER, path="^/(api/v10/)?webhooks/", method="PATCH", times=3))
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 13
    assert len(house.sheets(interaction)) <= 1


async def test_a_sheet_that_discord_does_not_take_is_done_without(house: House) -> None:
    limit = house.world.discord.upload_limit
    house.world.discord.announced_upload_limit = limit
    house.world.discord.upload_limit = 1000
    interaction = await house.ask(image1=picture(1), image2=picture(2))
    refused = house.world.discord.requests
    await house.world.until(lambda: any(r.status == 413 for r in refused), what="the refusal")
    house.world.discord.upload_limit = limit
    card = await house.done(interaction)
    assert house.sheets(interaction) == []
    assert "image" not in card.embeds[0]
    assert len(house.pictures(interaction)) == 1
    assert about(interaction) == "1 photo1.png · 2 photo2.png"


async def test_in_direct_mode_only_what_needed_nothing_is_handed_on_as_a_link(empty_house: House) -> None:
    await empty_house.start(seedream={"reference_mode": "direct"})
    plain, photo = picture(1), File("photo.jpg", encode("JPEG", halves(), exif=gps_exif()))
    await empty_house.done(await empty_house.ask(image1=plain, image2=photo))
    (entry,) = empty_house.world.seedream.ledger
    first, second = entry.references
    assert isinstance(first, str)
    assert first.startswith(empty_house.world.discord.base_url)
    assert not isinstance(second, str)
    assert second.data == encode("JPEG", halves())
