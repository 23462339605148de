"""A job that a message asks for: its row is the promise, and its first step answers the message, once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.job import CARD_PART, Job, Requester, Sent, Status
from bot.domain.place import Ask, Venue
from bot.domain.request import GenerationRequest
from bot.domain.sources import Gathered, Picture, TaskResults
from bot.errors import DiscordUnavailable, PlaceGone, StorageUnavailable
from bot.jobs.service import job_id_of
from bot.jobs.steps import WORTH_AN_EDIT
from tests.jobs.engine import Engine
from tests.jobs.fakes import DIRECT_MESSAGES
from tests.support.jobs import CHANNEL, make_job, make_place, make_references

MESSAGE = 1456255637913600006
PLACE = make_place(card_id=0, token="", ask=Ask(MESSAGE, ("3K",)))


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine.build()
    engine.api.seconds_per_task = 10
    yield engine.start()
    await engine.end()


async def promise(engine: Engine, **changes: object) -> Job | None:
    return await engine.service.promise(
        requester=Requester(1, "Ada", "en-US"),
        place=replace(PLACE, **changes),  # type: ignore[arg-type]  # fields of a Place
        request=GenerationRequest("a fox"),
        sources=[Picture("https://cdn.example/1", "one.png")],
    )


async def test_from_a_message_to_the_pictures(engine: Engine) -> None:
    job = await promise(engine)
    assert job is not None
    assert job.id == job_id_of(MESSAGE) == "1435a8c980000006"
    assert int(job.id, 16) == MESSAGE
    after = await engine.finish(job.id, 60)
    assert (after.status, after.told) == (Status.DELIVERED, True)
    (card,) = engine.messenger.of("card")
    assert (card.channel_id, card.nonce, card.status) == (CHANNEL, f"{job.id}.card", Status.ACCEPTED)
    assert after.place.card_id == card.id
    # Edits of the card count, and it says what stays true.
    assert engine.messenger.cards == []
    assert [job.status for job in engine.messenger.edits] == [Status.DELIVERED]


async def test_nothing_is_answered_before_the_row_is_there(engine: Engine) -> None:
    engine.store.failing = lambda _job: True
    with pytest.raises(StorageUnavailable):
        await promise(engine)
    await engine.settle()
    assert engine.messenger.posts == []
    engine.store.failing = lambda _job: False
    assert await promise(engine) is not None


@pytest.mark.parametrize("finished", [False, True])
async def test_the_same_message_makes_one_job(engine: Engine, finished: bool) -> None:
    job = await promise(engine)
    assert job is not None
    if finished:
        await engine.finish(job.id, 60)
    assert await promise(engine) is None
    await engine.finish(job.id, 60)
    assert len(engine.api.posts) == 1
    assert len(engine.messenger.of("card")) == 1


async def test_two_processes_that_hear_of_it_at_once_make_one_job(engine: Engine) -> None:
    other = engine.successor().start()
    made = await asyncio.gather(promise(engine), promise(other))
    assert [job is not None for job in made].count(True) == 1
    await engine.finish(job_id_of(MESSAGE), 60)
    assert len(engine.api.posts) == 1
    await other.end()


async def test_left_before_its_answer_it_is_answered_by_the_next_process(engine: Engine) -> None:
    await engine.crash()
    job = await promise(engine)
    assert job is not None
    assert engine.messenger.posts == []
    await engine.clock.advance(3600)
    successor = engine.successor().start()
    await successor.finish(job.id, 120)
    assert len(engine.messenger.of("card")) == 1
    assert len(engine.api.posts) == 1


@pytest.mark.parametrize("arrived", [False, True])
async def test_an_answer_in_doubt_is_looked_for_and_given_once(engine: Engine, arrived: bool) -> None:
    error = DiscordUnavailable(detail="cut off", maybe_taken=True)
    engine.messenger.fail("post_card", ("after", error) if arrived else error)
    engine.messenger.forgets_nonces = True
    job = await promise(engine)
    assert job is not None
    after = await engine.finish(job.id, 120)
    assert after.status is Status.DELIVERED
    assert CARD_PART in engine.messenger.searches
    assert len(engine.messenger.of("card")) == 1


async def test_an_intent_that_another_process_has_left_is_looked_for(engine: Engine) -> None:
    nonce = f"{job_id_of(MESSAGE)}.card"
    posted = await engine.messenger.post_card(make_job(job_id_of(MESSAGE), place=PLACE), nonce)
    engine.messenger.forgets_nonces = True
    await engine.take(make_job(job_id_of(MESSAGE), place=PLACE, sent={CARD_PART: Sent(nonce, CHANNEL)}))
    after = await engine.finish(job_id_of(MESSAGE), 60)
    assert after.place.card_id == posted
    assert len(engine.messenger.of("card")) == 1


async def test_a_place_that_is_gone_before_the_answer_leads_to_direct_messages(engine: Engine) -> None:
    engine.messenger.gone, engine.messenger.gone_error = {CHANNEL}, lambda: PlaceGone(deleted=True)
    engine.messenger.card_reachable = False
    job = await promise(engine)
    assert job is not None
    after = await engine.finish(job.id, 120)
    assert (after.status, after.place.card_id) == (Status.DELIVERED, 0)
    assert {post.channel_id for post in engine.messenger.posts} == {DIRECT_MESSAGES}
    assert len(engine.api.posts) == 1


@pytest.mark.parametrize(("seconds", "edits"), [(8, 1), (WORTH_AN_EDIT.total_seconds() + 30, 2)])
async def test_a_thread_is_told_of_processing_only_where_it_takes_long(
    engine: Engine, seconds: float, edits: int
) -> None:
    engine.api.seconds_per_task = seconds
    job = await promise(engine)
    assert job is not None
    await engine.finish(job.id, 200)
    assert len(engine.messenger.edits) == edits


async def test_in_place_the_card_gets_the_task_id_and_the_outcome(engine: Engine) -> None:
    job = await promise(engine, venue=Venue.CHANNEL)
    assert job is not None
    await engine.finish(job.id, 60)
    first = engine.messenger.cards[0]
    assert (first.status, first.task_id is not None) == (Status.WAITING, True)
    assert engine.messenger.cards[-1].status is Status.DELIVERED
    assert len(engine.messenger.cards) <= 3


async def test_a_bad_reference_is_told_on_the_card(engine: Engine) -> None:
    engine.preparer.answers.append(PlaceGone())
    engine.preparer.answers.append(StorageUnavailable())
    job = await promise(engine)
    assert job is not None
    after = await engine.finish(job.id, 120)
    assert after.told


async def test_what_is_gathered_later_is_shown_on_the_card(engine: Engine) -> None:
    engine.gatherer.answers.append(Gathered(make_references(2)))
    job = await engine.service.promise(
        requester=Requester(1, "Ada", "en-US"), place=PLACE, request=GenerationRequest("f"), sources=[TaskResults("t")]
    )
    assert job is not None
    await engine.finish(job.id, 60)
    assert [len(shown.references) for shown in engine.messenger.cards] == [2]


async def test_a_job_without_a_message_is_not_promised(engine: Engine) -> None:
    with pytest.raises(ValueError, match="no message"):
        await promise(engine, ask=None)
