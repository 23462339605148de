"""Pictures above Discord's upload limit are made to fit, people are told, and a 413 leads the same way."""

from io import BytesIO

from PIL import Image

from sandbox.discord import Attachment
from tests.acceptance.house import House, words

KIB = 1024


def size_of(attachment: Attachment) -> tuple[int, int]:
    with Image.open(BytesIO(attachment.data)) as image:
        return image.size


async def test_a_heavy_picture_is_saved_as_jpeg_and_the_original_is_linked(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 200 * KIB
    house.replan(drawn_size=(800, 600), min_bytes=300 * KIB)
    interaction = await house.ask()
    await house.done(interaction)
    (attachment,) = house.pictures(interaction)
    assert attachment.filename.endswith(".jpg")
    assert attachment.size <= 200 * KIB
    assert size_of(attachment) == (800, 600)
    said = words(house.messages(interaction)[1])
    assert "Image 1 was saved as JPEG so that Discord takes it here. [The original](<http" in said
    task = next(iter(house.world.seedream.tasks.values()))
    ends = int(task.links_expire_at.timestamp())
    # The bot reckons from when it saw the end, the service from when the task ended: a poll's distance.
    told = int(said.split("can be had until <t:")[1].split(":")[0])
    assert 0 <= told - ends <= 5


async def test_what_stays_too_heavy_is_scaled_down(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 60 * KIB
    house.replan(drawn_size=(800, 600), noise=1.0)
    interaction = await house.ask(max_images=2)
    await house.done(interaction)
    for attachment in house.pictures(interaction):
        assert attachment.size <= 60 * KIB
        assert size_of(attachment)[0] < 800
    assert "Image 2 was scaled down so that Discord takes it here." in words(house.messages(interaction)[1])


async def test_a_413_leads_to_smaller_pictures_not_to_a_failure(house: House) -> None:
    house.world.discord.announced_upload_limit = 10 * KIB * KIB
    house.world.discord.upload_limit = 400 * KIB
    house.replan(drawn_size=(1200, 900), noise=1.0, image_format="png")
    interaction = await house.ask(max_images=2)
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 2
    assert all(a.size <= 400 * KIB for a in house.pictures(interaction))
    refused = [r for r in house.world.discord.requests if r.status == 413]
    assert refused
    assert house.paid == 1


async def test_a_message_never_exceeds_what_one_request_may_carry(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 10 * KIB * KIB
    house.replan(min_bytes=8 * KIB * KIB)
    interaction = await house.ask(max_images=7)
    await house.done(interaction)
    batches = [len(m.attachments) for m in house.messages(interaction) if m.attachments]
    assert batches == [3, 3, 1]
    assert [a.description for a in house.pictures(interaction)] == [
        f"a calm harbour (image {n} of 7)" for n in range(1, 8)
    ]


async def test_through_the_interaction_the_messages_suffice(house: House) -> None:
    """Outside its servers the bot has five followups; heavy pictures are put on two messages, some a request."""
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 10 * KIB * KIB
    house.replan(min_bytes=9 * KIB * KIB)
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    interaction = await house.ask(elsewhere.add_text_channel("general"), max_images=15)
    await house.done(interaction)
    assert len(house.pictures(interaction)) == 15
    assert len(interaction.followups) == 1
    assert all(a.size >= 9 * KIB * KIB for a in house.pictures(interaction))
    edits = [r for r in house.world.discord.requests if r.method == "PATCH" and r.path.startswith("/webhooks/")]
    assert len(edits) > 8


async def test_on_the_card_too_it_is_told_what_was_done_to_pictures(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 200 * KIB
    house.replan(drawn_size=(800, 600), min_bytes=300 * KIB)
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    interaction = await house.ask(elsewhere.add_text_channel("general"), max_images=2)
    card = await house.done(interaction)
    assert [a.filename.rpartition(".")[2] for a in card.attachments] == ["jpg", "jpg"]
    assert "Saved as JPEG so that Discord takes them here; the originals: [image 1](<http" in words(card)
