"""The tray: pictures of several messages, collected by right-click, for one person in one channel."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot.errors import StorageUnavailable
from bot.storage import SqlTrayStore
from sandbox.discord import File, Interaction, Message, Person
from tests.acceptance.forms import COLLECT, EDIT, formed, parts, received, refusal, sent
from tests.acceptance.house import House, picture, words

EMPTY = "Your tray in this channel is empty."


async def collected(house: House, message: Message, person: Person | None = None) -> Message:
    """Add a message's pictures to the tray and return the tray as it is shown."""
    interaction = await (person or house.person).use_on_message(COLLECT, message)
    answer = await interaction.acknowledged()
    assert answer.ephemeral
    return await shown(house, interaction)


async def shown(house: House, interaction: Interaction) -> Message:
    """Wait for the tray that an interaction is answered with."""

    def there() -> Message | None:
        tray = interaction.original
        return tray if tray is not None and not tray.loading and tray.text() else None

    return await house.world.until(there, what="the tray")


async def becomes(house: House, tray: Message, words_of_it: str) -> None:
    await house.world.until(lambda: words_of_it in tray.text(), what=f"{words_of_it!r} in the tray")


def thumbnails(tray: Message) -> list[str]:
    """Return what the pictures in a tray are called."""
    return [
        item["description"]
        for container in tray.components
        for part in container.get("components", ())
        for item in part.get("items", ())
    ]


async def says(house: House, *files: File) -> Message:
    return await house.person.say(house.channel, files=files)


async def test_pictures_of_several_messages_go_along_in_the_order_they_were_collected(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    theirs = await noor.say(house.channel, files=[picture(3), picture(1)])
    await collected(house, theirs)
    tray = await collected(house, await says(house, picture(2)))
    assert "**3 pictures in your tray here**" in tray.text()
    assert thumbnails(tray) == ["1 · photo3.png", "2 · photo1.png", "3 · photo2.png"]

    form = await formed(await house.person.click(tray, label="Generate"))
    await house.done(await sent(house, form, own=[picture(9)]))
    assert received(house) == [picture(n).data for n in (3, 1, 2, 9)]
    assert "nothing in your tray here" in await refusal(await house.person.click(tray, label="Generate"))


async def test_the_tray_is_kept_until_its_pictures_are_used(house: House) -> None:
    tray = await collected(house, await says(house, picture(1)))
    form = await formed(await house.person.click(tray, label="Generate"))
    refused = await sent(house, form, size="gigantic")
    assert refused.original is not None
    # What is collected meanwhile is not part of the form, and stays.
    await collected(house, await says(house, picture(2)))
    again = await formed(await house.person.click(refused.original, label="Try again"))
    await house.done(await sent(house, again, size="2K"))
    assert received(house) == [picture(1).data]
    assert thumbnails(await collected(house, await says(house, picture(3)))) == ["1 · photo2.png", "2 · photo3.png"]


async def test_the_same_picture_once_and_no_more_than_fourteen(house: House) -> None:
    message = await says(house, *(picture(n) for n in range(1, 11)))
    await collected(house, message)
    tray = await collected(house, message)
    assert "10 pictures were in it already." in tray.text()
    tray = await collected(house, await says(house, *(picture(n) for n in range(11, 17))))
    assert "2 pictures were not added: a request takes 14." in tray.text()
    assert len(thumbnails(tray)) == 14


async def test_pictures_are_taken_out_one_by_one_or_all_at_once(house: House) -> None:
    tray = await collected(house, await says(house, *(picture(n) for n in range(1, 5))))
    await house.person.select(tray, ["2 · photo2.png", "3 · photo3.png"])
    await becomes(house, tray, "**2 pictures")
    assert thumbnails(tray) == ["1 · photo1.png", "2 · photo4.png"]
    await house.person.click(tray, label="Empty the tray")
    await becomes(house, tray, EMPTY)
    assert thumbnails(tray) == []


async def test_a_tray_is_of_one_person_and_one_channel(house: House) -> None:
    noor = house.world.discord.add_person("noor")
    await collected(house, await says(house, picture(1)))
    tray = await collected(house, await says(house, picture(2)), noor)
    assert thumbnails(tray) == ["1 · photo2.png"]
    elsewhere = house.guild.add_text_channel("elsewhere")
    tray = await collected(house, await house.person.say(elsewhere, files=[picture(3)]))
    assert thumbnails(tray) == ["1 · photo3.png"]


@pytest.mark.parametrize("ending", ["stop", "crash"])
async def test_it_outlives_a_restart_and_so_do_its_controls(house: House, ending: str) -> None:
    tray = await collected(house, await says(house, picture(1), picture(2)))
    await getattr(house, ending)()
    await house.start()
    await house.person.select(tray, ["1 · photo1.png"])
    await becomes(house, tray, "**One picture")
    form = await formed(await house.person.click(tray, label="Generate"))
    await house.done(await sent(house, form))
    assert received(house) == [picture(2).data]


async def test_it_is_forgotten_an_hour_after_the_last_addition(house: House) -> None:
    tray = await collected(house, await says(house, picture(1)))
    engine = create_engine(f"sqlite:///{house.folder / 'seedream-bot.db'}")
    with engine.begin() as connection:
        # The database's clock decides, and it cannot be turned.
        earlier = f"-{int(timedelta(hours=1).total_seconds())} seconds"
        statement = "UPDATE trays SET expires_at = strftime('%Y-%m-%d %H:%M:%f000', expires_at, :earlier)"
        connection.execute(text(statement), {"earlier": earlier})
    engine.dispose()
    assert "nothing in your tray here" in await refusal(await house.person.click(tray, label="Generate"))


async def test_a_message_without_pictures_is_refused(house: House) -> None:
    message = await house.person.say(house.channel, "only words")
    assert "There are no pictures" in await refusal(await house.person.use_on_message(COLLECT, message))


async def test_what_cannot_be_a_reference_is_named(house: House) -> None:
    clip = File("clip.mp4", b"\0\0\0\x18ftypmp42", content_type="video/mp4")
    tray = await collected(house, await says(house, picture(1), clip))
    assert "Left out: the video clip.mp4." in tray.text()
    interaction = await house.person.use_on_message(EDIT, await says(house, picture(1), clip))
    assert "Left out: the video clip.mp4." in parts(await formed(interaction))["own"]["words"]


async def test_a_user_install_has_one_too(house: House) -> None:
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    channel = elsewhere.add_text_channel("general")
    tray = await collected(house, await house.person.say(channel, files=[picture(1)]))
    card = await house.done(await sent(house, await formed(await house.person.click(tray, label="Generate"))))
    assert len(card.attachments) == 1
    assert received(house) == [picture(1).data]


@pytest.mark.parametrize("deed", ["add", "load", "remove"])
async def test_a_database_that_is_away_is_told(house: House, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = await says(house, picture(1), picture(2))
    tray = await collected(house, message)

    async def fails(*_: Any) -> None:
        raise StorageUnavailable(detail="disk full")

    monkeypatch.setattr(SqlTrayStore, deed, fails)
    if deed == "add":
        interaction = await house.person.use_on_message(COLLECT, message)
        await house.world.until(
            lambda: interaction.original and "database does not answer" in interaction.original.content, what="words"
        )
    elif deed == "load":
        assert "database does not answer" in await refusal(await house.person.click(tray, label="Generate"))
    else:
        interaction = await house.person.select(tray, ["1 · photo1.png"])
        await house.world.until(
            lambda: any("database does not answer" in words(item) for item in house.person.sees(house.channel)),
            what="words",
        )
        assert thumbnails(tray) == ["1 · photo1.png", "2 · photo2.png"]
