"""`use_tray`: what was collected before, as the last references of `/seedream`."""

from collections.abc import Mapping

from bot.domain.sources import Picture
from bot.storage import Database, SqlTrayStore
from sandbox.discord import Channel, File
from tests.acceptance.house import House, picture, words


def received(house: House) -> list[bytes]:
    """Return the reference images of the last paid request as the API has them, in order."""
    return [upload.data for upload in house.uploads(house.world.seedream.ledger[-1])]


async def started_with_trays(house: House, trays: Mapping[Channel, list[File]]) -> None:
    """Start the bot over a database in which the person has collected pictures."""
    settings = house.world.settings(house.folder)
    async with await Database.open(settings["storage"]["url"]) as database:
        for channel, files in trays.items():
            message = await house.person.say(channel, "my sketches", files=files)
            found = [Picture(attachment.url, attachment.filename) for attachment in message.attachments]
            await SqlTrayStore(database).add(house.person.id, channel.id, found)
    await house.start()


async def test_what_is_in_the_tray_comes_last_and_is_used_up(empty_house: House) -> None:
    house = empty_house
    elsewhere = house.guild.add_text_channel("elsewhere")
    await started_with_trays(house, {house.channel: [picture(3), picture(4)], elsewhere: [picture(5)]})
    link = (await house.person.say(house.channel, files=[picture(2)])).attachments[0].url
    await house.done(await house.ask(use_tray=True, image_urls=link, image1=picture(1)))
    assert received(house) == [picture(n).data for n in range(1, 5)]

    said = words(await house.done(await house.ask(use_tray=True)))
    assert "Your tray in this channel is empty" in said
    assert house.paid == 1
    await house.done(await house.ask(elsewhere, use_tray=True))
    assert received(house) == [picture(5).data]


async def test_without_the_option_the_tray_stays(empty_house: House) -> None:
    house = empty_house
    await started_with_trays(house, {house.channel: [picture(3)]})
    await house.done(await house.ask(use_tray=False))
    assert received(house) == []
    await house.done(await house.ask(use_tray=True))
    assert received(house) == [picture(3).data]


async def test_one_persons_tray_is_nobody_elses(empty_house: House) -> None:
    house = empty_house
    await started_with_trays(house, {house.channel: [picture(3)]})
    noor = house.world.discord.add_person("noor")
    house.guild.join(noor)
    interaction = await noor.slash(house.channel, "seedream", prompt="a calm harbour", use_tray=True)
    assert "Your tray in this channel is empty" in words(await house.done(interaction))
    assert house.paid == 0
