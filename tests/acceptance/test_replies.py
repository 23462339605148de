"""An answer to a message with pictures takes these for references, as far as Discord shows them to the bot."""

import pytest

from sandbox.discord import File, Intents, Message
from sandbox.faults import Fault, FaultKind
from tests.acceptance.asking import answer, answers, delivered, mention, place_of, results
from tests.acceptance.house import House, picture, words

CONTENT = {"message_content": True}


@pytest.fixture
async def seeing_house(empty_house: House) -> House:
    """A house whose bot may see messages whole."""
    empty_house.world.discord.application.privileged_intents = Intents.MESSAGE_CONTENT
    await empty_house.start(discord=CONTENT)
    return empty_house


async def sketch(house: House, *files: File, text: str = "") -> Message:
    """Have somebody else post pictures."""
    noor = house.world.discord.add_person("noor", guilds=[house.guild])
    return await noor.say(house.channel, text, files=files)


def sent(house: House) -> list[bytes]:
    """Return what the API got with the last paid request, in order."""
    return [upload.data for upload in house.uploads(house.world.seedream.ledger[-1])]


async def test_ones_own_pictures_come_first_then_those_of_the_message_answered(seeing_house: House) -> None:
    house = seeing_house
    posted = await sketch(house, picture(1), picture(2))
    message = await mention(house, "put image 2 on image 1", files=(picture(3),), reply_to=posted)
    await delivered(house, message)
    assert sent(house) == [picture(n).data for n in (3, 1, 2)]


async def test_without_the_intent_it_works_where_discord_shows_it(house: House) -> None:
    house.world.discord.world.shows_answered = True
    posted = await sketch(house, picture(1))
    await delivered(house, await mention(house, "in clay", reply_to=posted))
    assert sent(house) == [picture(1).data]


async def test_without_the_intent_where_discord_shows_nothing_it_says_what_to_do(house: House) -> None:
    posted = await sketch(house, picture(1))
    message = await mention(house, "in clay", reply_to=posted)
    await answer(house, message, "Edit with Seedream", "attach the picture", "Nothing was spent.")
    assert house.paid == 0
    # It was asked for once more before it was given up.
    asked = [r for r in house.world.discord.requests if r.path.endswith(f"/messages/{posted.id}")]
    assert [r.method for r in asked] == ["GET"]


async def test_an_application_that_may_see_messages_is_asked_where_the_event_shows_nothing(house: House) -> None:
    # The intent is on for the application, whose REST answers show everything, but the bot does not listen with it.
    house.world.discord.application.privileged_intents = Intents.MESSAGE_CONTENT
    posted = await sketch(house, picture(1))
    await delivered(house, await mention(house, "in clay", reply_to=posted))
    assert sent(house) == [picture(1).data]


async def test_a_message_of_words_alone_brings_no_references(seeing_house: House) -> None:
    house = seeing_house
    posted = await sketch(house, text="a fox would be nice")
    await delivered(house, await mention(house, "that fox", reply_to=posted))
    assert sent(house) == []


async def test_a_film_alone_is_no_reference(seeing_house: House) -> None:
    house = seeing_house
    posted = await sketch(house, File("film.mp4", b"moving", content_type="video/mp4"))
    await answer(house, await mention(house, "in clay", reply_to=posted), "film.mp4", "not an image")
    assert house.paid == 0


async def test_in_direct_messages_everything_is_seen(house: House) -> None:
    dm = house.world.discord.dm(house.person)
    posted = await house.person.say(dm, files=[picture(4)])
    await delivered(house, await mention(house, "in clay", channel=dm, reply_to=posted))
    assert sent(house) == [picture(4).data]


async def first_result(house: House) -> Message:
    """Have a picture made, and return the message with it."""
    return results(house, await delivered(house, await mention(house, "a fox")))[0]


async def test_an_answer_to_a_result_needs_no_words_but_the_wish(house: House) -> None:
    result = await first_result(house)
    (original,) = await house.results()
    message = await house.person.say(result.channel, "make it clay", reply_to=result)
    card = await delivered(house, message)
    assert house.world.seedream.ledger[-1].payload["prompt"] == "make it clay"
    assert sent(house) == [original]
    assert place_of(card) is result.channel


async def test_the_original_is_preferred_and_discords_copy_comes_after(house: House) -> None:
    result = await first_result(house)
    attachment = result.attachments[0]
    original = attachment.data
    attachment.cdn.remove(attachment)
    await delivered(house, await house.person.say(result.channel, "make it clay", reply_to=result))
    assert sent(house) == [original]


@pytest.mark.parametrize("text", ["thanks!", "nice", "3K"])
async def test_an_answer_to_the_bots_words_is_no_request(house: House, text: str) -> None:
    said = await answer(house, await mention(house, "a fox --size 9K"), "9K")
    reply = await house.person.say(house.channel, text, reply_to=said)
    card = await delivered(house, await mention(house, "a fox"))
    later = await house.person.say(house.channel, text, reply_to=card)
    await delivered(house, await mention(house, "another fox"))
    assert answers(house, reply) == []
    assert answers(house, later) == []
    assert house.paid == 2


async def test_somebody_elses_file_of_a_results_name_is_no_result(house: House) -> None:
    result = await first_result(house)
    forged = await house.person.say(house.channel, files=[picture(2, name=result.attachments[0].filename)])
    message = await house.person.say(house.channel, "make it clay", reply_to=forged)
    await delivered(house, await mention(house, "a last one"))
    assert answers(house, message) == []


async def test_in_a_thread_of_the_bots_no_ping_is_needed_with_the_intent(seeing_house: House) -> None:
    house = seeing_house
    result = await first_result(house)
    message = await house.person.say(result.channel, "make it clay", reply_to=result, ping=False)
    await delivered(house, message)
    assert house.world.seedream.ledger[-1].payload["prompt"] == "make it clay"


async def test_without_ping_and_intent_an_answer_is_not_heard(house: House) -> None:
    result = await first_result(house)
    message = await house.person.say(result.channel, "make it clay", reply_to=result, ping=False)
    await delivered(house, await mention(house, "a last one"))
    assert answers(house, message) == []


async def test_without_ping_elsewhere_an_answer_is_not_heard(seeing_house: House) -> None:
    house = seeing_house
    thread = house.channel.add_thread("ideas", by=house.person)
    card = await delivered(house, await mention(house, "a fox", channel=thread))
    message = await house.person.say(thread, "make it clay", reply_to=results(house, card)[0], ping=False)
    await delivered(house, await mention(house, "a last one"))
    assert answers(house, message) == []


async def test_discord_in_trouble_while_an_answered_message_is_looked_at_is_said(house: House) -> None:
    posted = await sketch(house, picture(1))
    path = rf"/messages/{posted.id}$"
    house.world.discord.faults.add(Fault(FaultKind.RESET_BEFORE, path=path, method="GET", times=None))
    message = await mention(house, "make it clay", reply_to=posted)
    said = words(await answer(house, message))
    assert "Discord did not answer" in said
    assert house.paid == 0
