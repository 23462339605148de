"""Taking a job in: stored first, then acknowledged; what is left in between by a crash is found out about."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.job import Job, Requester, Status
from bot.domain.request import GenerationRequest
from bot.errors import AnswerOutOfReach, DiscordUnavailable, StorageUnavailable
from bot.jobs import service
from tests.jobs.engine import Engine
from tests.support.jobs import CARD, make_job, make_place


@pytest.fixture
def engine() -> Engine:
    engine = Engine.build()
    engine.api.seconds_per_task = 10
    return engine


async def accept(engine: Engine, acknowledge: Callable[[], Awaitable[int]]) -> Job:
    return await engine.service.accept(
        requester=Requester(1, "Ada", "de"),
        place=make_place(card_id=0),
        request=GenerationRequest("a fox"),
        sources=(),
        acknowledge=acknowledge,
    )


async def answer() -> int:
    return CARD


async def test_the_row_is_there_before_the_acknowledgement(engine: Engine) -> None:
    seen: list[tuple[Status, int]] = []

    async def look_and_answer() -> int:
        seen.extend((row.job.status, row.job.place.card_id) for row in engine.tables.rows.values())
        return CARD

    job = await accept(engine, look_and_answer)
    assert seen == [(Status.ACCEPTED, 0)]
    stored = engine.store.job(job.id)
    assert (stored.status, stored.place.card_id) == (Status.PREPARING, CARD)
    assert engine.worker.open_jobs == 1


async def test_a_database_that_refuses_is_told_before_anything_is_promised(engine: Engine) -> None:
    engine.store.failing = lambda _job: True
    answers: list[int] = []

    async def note() -> int:
        answers.append(CARD)
        return CARD

    with pytest.raises(StorageUnavailable):
        await accept(engine, note)
    assert not answers
    assert engine.worker.open_jobs == 0


async def test_a_slow_database_does_not_hold_the_acknowledgement_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.service.STORED_WITHIN", 0)
    real, order = engine.store.add, list[str]()

    async def slow(job: Job) -> None:
        await engine.clock.sleep(30)
        await real(job)
        order.append("stored")

    async def note() -> int:
        order.append("acknowledged")
        await engine.clock.advance(30)
        return CARD

    monkeypatch.setattr(engine.store, "add", slow)
    job = await accept(engine, note)
    assert order == ["acknowledged", "stored"]
    assert engine.store.job(job.id).status is Status.PREPARING


async def test_an_acknowledgement_that_cannot_be_noted_is_found_out_about(engine: Engine) -> None:
    async def then_the_database_fails() -> int:
        engine.store.failing = lambda _job: True
        return CARD

    job = await accept(engine, then_the_database_fails)
    engine.store.failing = lambda _job: False
    engine.messenger.card_id = 77
    engine.start()
    done = await engine.finish(job.id)
    assert (done.status, done.place.card_id) == (Status.DELIVERED, 77)


async def test_an_acknowledgement_that_fails_leaves_nothing_to_be_paid(engine: Engine) -> None:
    async def refused() -> int:
        raise ConnectionResetError

    engine.messenger.card_id = None
    with pytest.raises(ConnectionResetError):
        await accept(engine, refused)
    engine.start()
    (row,) = engine.tables.rows.values()
    done = await engine.finish(row.job.id, 60)
    assert (done.status, done.told) == (Status.CANCELLED, True)
    assert not engine.api.posts
    assert not engine.messenger.posts
    assert not engine.messenger.cards
    assert engine.worker.open_jobs == 0


async def left_behind(engine: Engine, age: timedelta = timedelta()) -> Job:
    """Store a job as a crash in the middle of the acknowledgement leaves it."""
    job = make_job(status=Status.ACCEPTED, created_at=engine.clock.now() - age, place=make_place(card_id=0))
    await engine.take(job)
    return job


async def test_a_job_left_in_between_goes_on_when_discord_knows_of_the_answer(engine: Engine) -> None:
    job = await left_behind(engine)
    engine.messenger.fail("find_card", DiscordUnavailable(detail="503"))
    engine.start()
    done = await engine.finish(job.id)
    assert (done.status, done.place.card_id) == (Status.DELIVERED, CARD)
    assert len(engine.api.posts) == 1


async def test_nobody_is_asked_while_the_acknowledgement_may_still_come(engine: Engine) -> None:
    engine.messenger.card_id = None
    job = await left_behind(engine)
    engine.start()
    await engine.run_for(4.9)
    assert engine.store.job(job.id).open
    await engine.run_for(0.2)
    assert engine.store.job(job.id).status is Status.CANCELLED


async def test_a_clock_that_was_set_back_holds_nothing_up(engine: Engine) -> None:
    engine.messenger.card_id = None
    job = await left_behind(engine, age=timedelta(hours=-1))
    engine.start()
    await engine.settle()
    assert engine.store.job(job.id).status is Status.CANCELLED


async def test_after_too_long_the_person_is_told_that_nothing_was_begun(engine: Engine) -> None:
    job = await left_behind(engine)
    engine.messenger.fail("find_card", AnswerOutOfReach())
    engine.start()
    done = await engine.finish(job.id, 60)
    assert (done.status, type(done.failure)) == (Status.FAILED, AnswerOutOfReach)
    assert not engine.api.posts
    assert done.told


@pytest.mark.parametrize("patience", [60.0, 0.0], ids=["until all are acknowledged", "no longer than that"])
async def test_the_jobs_of_a_burst_begin_when_all_commands_are_acknowledged(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(service, "HELD_SECONDS", patience)
    discord_answers = asyncio.Event()

    async def late() -> int:
        await discord_answers.wait()
        return CARD

    async def command(acknowledge: Callable[[], Awaitable[int]]) -> None:
        with engine.service.admission():
            await accept(engine, acknowledge)

    answered = asyncio.Event()

    async def at_once() -> int:
        answered.set()
        return CARD

    slow = asyncio.create_task(command(late))
    await asyncio.sleep(0)
    quick = asyncio.create_task(command(at_once))
    await answered.wait()
    if patience:
        await asyncio.sleep(0.01)
        assert not quick.done()
    else:
        await quick
    assert engine.worker.open_jobs == (0 if patience else 1)
    discord_answers.set()
    await asyncio.gather(slow, quick)
    assert engine.worker.open_jobs == 2
