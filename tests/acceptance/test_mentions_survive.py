"""A crash around the answer to a mention, and events that come twice: one job, one answer, the pictures once."""

import asyncio

import pytest

from bot.delivery.messenger import DiscordMessenger
from bot.domain.job import CARD_PART, Job, Status
from bot.storage.jobs import SqlJobStore
from sandbox.discord import Message
from tests.acceptance.asking import answer, answers, delivered, mention, results
from tests.acceptance.house import House


async def crash_before_the_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> Message:
    """Mention the bot, and let it die between storing the job and answering."""
    reached = asyncio.Event()

    async def never(_self: DiscordMessenger, _job: Job, _nonce: str) -> int:
        reached.set()
        await asyncio.Event().wait()
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(DiscordMessenger, "post_card", never)
        message = await mention(house, "a fox, 2 images")
        await house.world.until(reached.is_set, what="the stored job")
        await house.crash()
    assert answers(house, message) == []
    return message


async def crash_after_the_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> Message:
    """Mention the bot, and let it die when Discord has taken the answer, before that is noted."""
    real, reached = SqlJobStore.save, asyncio.Event()

    async def never(store: SqlJobStore, job: Job, *, was: Status) -> Job:
        if was is Status.ACCEPTED and job.message_id(CARD_PART):
            reached.set()
            await asyncio.Event().wait()
        return await real(store, job, was=was)

    with monkeypatch.context() as patch:
        patch.setattr(SqlJobStore, "save", never)
        message = await mention(house, "a fox, 2 images")
        await house.world.until(reached.is_set, what="the answer")
        await house.crash()
    assert len(answers(house, message)) == 1
    return message


@pytest.mark.parametrize("away", [1, 3 * 3600])
async def test_a_stored_job_is_answered_after_the_restart(
    house: House, monkeypatch: pytest.MonkeyPatch, away: int
) -> None:
    message = await crash_before_the_answer(house, monkeypatch)
    await house.clock.advance(away)
    await house.start()
    card = await delivered(house, message)
    assert answers(house, message) == [card]
    assert house.paid == 1
    assert [len(m.attachments) for m in results(house, card)] == [2]


@pytest.mark.parametrize("away", [1, 3 * 3600])
async def test_an_answer_that_was_not_noted_is_found(house: House, monkeypatch: pytest.MonkeyPatch, away: int) -> None:
    message = await crash_after_the_answer(house, monkeypatch)
    await house.clock.advance(away)
    await house.start()
    card = await delivered(house, message)
    assert answers(house, message) == [card]
    assert house.paid == 1
    assert [len(m.attachments) for m in results(house, card)] == [2]


async def test_the_same_event_again_makes_no_second_job(house: House) -> None:
    message = await mention(house, "a fox")
    events = house.world.discord.world.events
    events.message_create(message)
    card = await delivered(house, message)
    events.message_create(message)
    await delivered(house, await mention(house, "another one"))
    await house.stop()
    await house.start()
    events.message_create(message)
    await delivered(house, await mention(house, "a last one"))
    assert answers(house, message) == [card]
    assert [entry.payload["prompt"] for entry in house.world.seedream.ledger] == ["a fox", "another one", "a last one"]


async def test_a_message_that_is_deleted_at_once_is_answered_in_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DiscordMessenger.post_card
    doomed: list[Message] = []

    async def late(messenger: DiscordMessenger, job: Job, nonce: str) -> int:
        await house.person.delete(doomed.pop())
        return await real(messenger, job, nonce)

    monkeypatch.setattr(DiscordMessenger, "post_card", late)
    doomed.append(await mention(house, "a fox"))
    bot = house.world.discord.bot

    def done() -> bool:
        cards = [m for m in house.channel.messages if m.author is bot and m.thread is not None]
        return any(results(house, card) for card in cards)

    await house.world.until(done, what="pictures")
    assert house.paid == 1


async def test_while_it_is_being_stopped_it_says_so(house: House) -> None:
    app = house.app
    assert app is not None
    await app.jobs.close(0.0)
    message = await mention(house, "a fox")
    await answer(house, message, "being restarted")
    assert house.paid == 0
