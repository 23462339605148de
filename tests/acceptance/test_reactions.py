"""A reaction to a message with pictures: one offer of the form, for whoever reacted, for an hour."""

import pytest

from sandbox.discord import Intents, Message, Permissions, Person
from sandbox.faults import Fault, FaultKind
from tests.acceptance.asking import answers, delivered, mention, results
from tests.acceptance.forms import formed, received, refusal, sent
from tests.acceptance.house import House, picture

PALETTE = "🎨"
LABEL = "Describe the edit (1 picture)"


@pytest.fixture
async def house(empty_house: House) -> House:
    """A house whose bot hears reactions to its own results."""
    await empty_house.start(discord={"reactions": "results"})
    return empty_house


@pytest.fixture
async def seeing_house(empty_house: House) -> House:
    """A house whose bot hears reactions to everybody's pictures."""
    empty_house.world.discord.application.privileged_intents = Intents.MESSAGE_CONTENT
    await empty_house.start(discord={"reactions": "all", "message_content": True})
    return empty_house


async def result(house: House) -> Message:
    return results(house, await delivered(house, await mention(house, "a fox")))[0]


async def offered(house: House, message: Message) -> Message:
    """Wait for the offer that answers a message."""
    return await house.world.until(lambda: next(iter(answers(house, message)), None), what="an offer")


async def heard(house: House, message: Message, person: Person | None = None) -> None:
    """Make sure that everything before was heard: a later reaction of another person is answered."""
    other = person or house.world.discord.add_person("later", guilds=[house.guild])
    before = len(answers(house, message))
    await other.react(message, PALETTE)
    await house.world.until(lambda: len(answers(house, message)) > before, what="a later offer")


async def test_a_reaction_to_a_result_offers_the_form(house: House) -> None:
    message = await result(house)
    original = message.attachments[0].data
    await house.person.react(message, PALETTE)
    offer = await offered(house, message)
    assert offer.pinged == [house.person]
    pressed = await house.person.click(offer, label=LABEL)
    form = await formed(pressed)
    await house.world.until(lambda: offer.deleted, what="the offer to be taken away")
    submission = await sent(house, form)
    await house.done(submission)
    assert received(house) == [original]
    assert house.world.seedream.ledger[-1].payload["prompt"] == "make it clay"


async def test_another_persons_press_is_told_privately(house: House) -> None:
    message = await result(house)
    await house.person.react(message, PALETTE)
    offer = await offered(house, message)
    noor = house.world.discord.add_person("noor", guilds=[house.guild])
    assert "Somebody else" in await refusal(await noor.click(offer, label=LABEL))
    assert not offer.deleted


async def test_one_offer_for_each_message_and_person(house: House) -> None:
    message = await result(house)
    await house.person.react(message, PALETTE)
    await offered(house, message)
    await house.person.unreact(message, PALETTE)
    await house.person.react(message, PALETTE)
    await heard(house, message)
    assert [m.pinged for m in answers(house, message)].count([house.person]) == 1


async def test_after_a_restart_there_is_still_one_offer_and_its_button_works(house: House) -> None:
    message = await result(house)
    await house.person.react(message, PALETTE)
    offer = await offered(house, message)
    await house.stop()
    await house.start()
    await house.person.unreact(message, PALETTE)
    await house.person.react(message, PALETTE)
    await heard(house, message)
    assert [m.pinged for m in answers(house, message)].count([house.person]) == 1
    await formed(await house.person.click(offer, label=LABEL))


async def test_an_offer_goes_after_an_hour_and_may_be_made_again(house: House) -> None:
    message = await result(house)
    await house.person.react(message, PALETTE)
    offer = await offered(house, message)
    await house.clock.advance(3600)
    await house.world.until(lambda: offer.deleted, what="the end of the offer")
    await house.person.unreact(message, PALETTE)
    await house.person.react(message, PALETTE)
    await offered(house, message)


async def test_a_form_that_was_closed_can_be_had_once_more(house: House) -> None:
    message = await result(house)
    await house.person.react(message, PALETTE)
    offer = await offered(house, message)
    pressed = await formed(await house.person.click(offer, label=LABEL))
    house.person.close_modal(pressed)
    await house.world.until(lambda: offer.deleted, what="the offer to be taken away")
    await house.person.unreact(message, PALETTE)
    await house.person.react(message, PALETTE)
    await offered(house, message)


async def test_what_is_no_reason_for_an_offer(house: House) -> None:
    message = await result(house)
    await house.person.react(message, "👍")
    posted = await house.person.say(house.channel, files=[picture()])
    await house.person.react(posted, PALETTE)
    words_alone = await house.person.say(house.channel, "a fox")
    await house.person.react(words_alone, PALETTE)
    await heard(house, message)
    assert answers(house, posted) == answers(house, words_alone) == []
    assert len(answers(house, message)) == 1


async def test_other_peoples_pictures_with_the_intent(seeing_house: House) -> None:
    house = seeing_house
    posted = await house.world.discord.add_person("noor", guilds=[house.guild]).say(
        house.channel, files=[picture(1), picture(2)]
    )
    await house.person.react(posted, PALETTE)
    offer = await offered(house, posted)
    form = await formed(await house.person.click(offer, label="Describe the edit (2 pictures)"))
    await house.done(await sent(house, form))
    assert received(house) == [picture(1).data, picture(2).data]


async def test_at_most_a_few_a_minute(seeing_house: House) -> None:
    house = seeing_house
    posted = [await house.person.say(house.channel, files=[picture(n)]) for n in range(5)]
    for message in posted:
        await house.person.react(message, PALETTE)
    await heard(house, posted[-1])
    assert [len(answers(house, message)) for message in posted] == [1, 1, 1, 0, 1]


async def test_who_may_not_use_commands_there_gets_none(seeing_house: House) -> None:
    house = seeing_house
    channel = house.guild.add_text_channel("talk", everyone_denied=Permissions.USE_APPLICATION_COMMANDS)
    posted = await house.person.say(channel, files=[picture()])
    await house.person.react(posted, PALETTE)
    elsewhere = await house.person.say(house.channel, files=[picture()])
    await heard(house, elsewhere)
    assert answers(house, posted) == []


async def test_in_direct_messages(house: House) -> None:
    dm = house.world.discord.dm(house.person)
    message = results(house, await delivered(house, await mention(house, "a fox", channel=dm)))[0]
    await house.person.react(message, PALETTE)
    await offered(house, message)


async def test_off_by_default(empty_house: House) -> None:
    house = empty_house
    await house.start()
    message = await result(house)
    await house.person.react(message, PALETTE)
    await delivered(house, await mention(house, "a last one"))
    assert answers(house, message) == []


async def test_another_emoji(empty_house: House) -> None:
    house = empty_house
    await house.start(discord={"reactions": "results", "reaction_emoji": "🖌️"})
    message = await result(house)
    await house.person.react(message, PALETTE)
    await house.person.react(message, "🖌️")
    await offered(house, message)
    assert len(answers(house, message)) == 1


async def test_a_cut_connection_does_not_end_the_taking_away_of_offers(house: House) -> None:
    first, second = await result(house), await result(house)
    await house.person.react(first, PALETTE)
    stays = await offered(house, first)
    path = rf"/messages/{stays.id}$"
    cut = house.world.discord.faults.add(Fault(FaultKind.RESET_BEFORE, path=path, method="DELETE", times=None))
    await house.clock.advance(3600)
    await house.world.until(lambda: cut.struck, what="an attempt to take it away")
    await house.person.react(second, PALETTE)
    later = await offered(house, second)
    await house.clock.advance(3600)
    await house.world.until(lambda: later.deleted, what="the end of the later offer")
