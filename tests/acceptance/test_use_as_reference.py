"""The button under results: their pictures become references, for whoever presses it, whenever that is."""

from datetime import timedelta

import pytest

from bot.errors import StorageUnavailable
from bot.storage import SqlJobStore
from sandbox.discord import Interaction, Message
from tests.acceptance.forms import formed, opened, parts, pixels, received, refusal, sent
from tests.acceptance.house import House, picture, words

USE = "Use as reference"
KIB = 1024


async def results(house: House, interaction: Interaction) -> list[Message]:
    """Wait for a job's end and return the messages with its pictures."""
    card = await house.done(interaction)
    return [message for message in (card, *house.messages(interaction)) if message.attachments]


async def test_each_message_of_results_has_one_for_its_own_pictures(house: House) -> None:
    interaction = await house.ask(max_images=12)
    first, second = await results(house, interaction)
    originals = await house.results()
    labels = [[button["label"] for row in m.components for button in row["components"]] for m in (first, second)]
    assert labels == [[USE], [USE]]
    assert all(not message.components for message in house.messages(interaction) if not message.attachments)

    form = await formed(await house.person.click(second, label=USE))
    assert form.modal is not None
    assert form.modal["title"] == "Edit 2 pictures"
    await house.done(await sent(house, form))
    assert received(house) == originals[10:]


async def test_the_original_comes_before_discords_copy_while_it_lives(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 200 * KIB
    house.replan(drawn_size=(800, 600), min_bytes=300 * KIB)
    (message,) = await results(house, await house.ask())
    (original,) = await house.results()
    (copy,) = message.attachments
    assert copy.data != original

    await house.done(await sent(house, await formed(await house.person.click(message, label=USE))))
    assert [pixels(reference) for reference in received(house)] == [pixels(original)]
    await house.clock.advance(timedelta(hours=25).total_seconds())
    await house.done(await sent(house, await formed(await house.person.click(message, label=USE))))
    assert received(house) == [copy.data]


async def test_the_copy_does_when_the_database_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = await results(house, await house.ask())

    async def fails(*_: object) -> None:
        raise StorageUnavailable(detail="disk full")

    with monkeypatch.context() as away:
        away.setattr(SqlJobStore, "get", fails)
        form = await formed(await house.person.click(message, label=USE))
    await house.done(await sent(house, form))
    assert received(house) == [message.attachments[0].data]


async def test_a_file_of_somebody_else_is_what_it_shows_whatever_its_name_says(house: House) -> None:
    (message,) = await results(house, await house.ask())
    forged = picture(5, name=message.attachments[0].filename)
    form = await opened(house, await house.person.say(house.channel, files=[forged]))
    await house.done(await sent(house, form))
    assert received(house) == [forged.data]


@pytest.mark.parametrize("ending", ["stop", "crash"])
async def test_it_works_after_a_restart_and_for_somebody_else(house: House, ending: str) -> None:
    (message,) = await results(house, await house.ask())
    await getattr(house, ending)()
    await house.start()
    noor = house.world.discord.add_person("noor")
    form = await formed(await noor.click(message, label=USE))
    submission = await sent(house, form, noor)
    card = await house.done(submission)
    assert received(house) == await originals_of_first(house)
    assert card.author is house.world.discord.bot
    assert house.messages(submission)[-1].pinged == [noor]


async def originals_of_first(house: House) -> list[bytes]:
    return (await house.results())[:1]


async def test_through_the_token_pictures_have_one_wherever_they_are_put(house: House) -> None:
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    interaction = await house.ask(elsewhere.add_text_channel("general"), max_images=11)
    card, followup = await results(house, interaction)
    originals = await house.results()
    assert "Outcome:" in words(card)

    await house.done(await sent(house, await formed(await house.person.click(followup, label=USE))))
    assert received(house) == originals[10:11]
    await house.done(await sent(house, await formed(await house.person.click(card, label=USE)), max_images="1"))
    assert received(house) == originals[:10]


async def test_right_click_on_a_result_takes_the_original_too(house: House) -> None:
    house.world.discord.upload_limit = house.world.discord.announced_upload_limit = 200 * KIB
    house.replan(drawn_size=(800, 600), min_bytes=300 * KIB)
    (message,) = await results(house, await house.ask())
    await house.done(await sent(house, await opened(house, message)))
    assert [pixels(data) for data in received(house)] == [pixels(data) for data in await originals_of_first(house)]


async def test_ten_results_leave_room_for_four_more(house: House) -> None:
    message, _ = await results(house, await house.ask(max_images=11))
    form = await formed(await house.person.click(message, label=USE))
    assert parts(form)["own"]["max_values"] == 4


async def test_its_errors_are_words(house: House) -> None:
    (message,) = await results(house, await house.ask())
    assert house.app is not None
    await house.app.jobs.close(0)
    assert "is being restarted" in await refusal(await house.person.click(message, label=USE))


async def test_the_contact_sheet_on_a_card_is_no_picture_to_be_worked_with(house: House) -> None:
    elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
    elsewhere.join(house.person)
    interaction = await house.ask(
        elsewhere.add_text_channel("general"), image1=picture(1), image2=picture(2), max_images=2
    )
    card = await house.done(interaction)
    assert house.sheets(interaction)
    originals = await house.results()
    form = await opened(house, card)
    assert form.modal is not None
    assert form.modal["title"] == "Edit 2 pictures"
    await house.done(await sent(house, form))
    assert received(house) == originals


async def test_nor_is_it_by_a_link_to_the_card(house: House) -> None:
    direct = house.world.discord.dm(house.person)
    interaction = await house.ask(house.channel, image1=picture(1), image2=picture(2))
    card = await house.done(interaction)
    assert house.sheets(interaction)
    link = f"https://discord.com/channels/{house.guild.id}/{house.channel.id}/{card.id}"
    answer = await house.done(await house.ask(direct, image_urls=link))
    assert house.paid == 1
    assert "Nothing was spent." in words(answer)
