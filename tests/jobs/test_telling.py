"""Telling the end: in every place, whatever another one says; once each; and never without anybody seeing it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.job import Job, PictureNote, Sent, Status
from bot.domain.place import Venue
from bot.errors import BotError, DiscordUnavailable, JobLost, PlaceGone, StorageUnavailable, TaskFailed, UnknownError
from bot.jobs.sending import Sender
from bot.jobs.telling import wants_message
from bot.jobs.trouble import UNFORESEEN_ATTEMPTS
from bot.jobs.unforeseen import foreseen
from tests.jobs.engine import Engine
from tests.support.jobs import CHANNEL, THREAD, delivering_job, make_job, make_place, waiting_job

FAILED = waiting_job(status=Status.FAILED, failure=TaskFailed())
# Turned down at once: the card alone says so, as long as it is there.
REFUSED = make_job(status=Status.REFUSED, failure=TaskFailed(), place=make_place(venue=Venue.CHANNEL))
ARRIVED = {**delivering_job().sent, "from-1": Sent("n", THREAD, 7002, (1, 2, 3))}
DELIVERED = delivering_job(3, status=Status.DELIVERED, sent=ARRIVED)


async def _told(engine: Engine, job: Job, seconds: float = 4 * 3600) -> Job:
    engine.store.put(job, owner=None)
    engine.start()
    after = await engine.finish(job.id, seconds)
    await engine.settle()
    return after


async def test_an_end_is_told_in_every_place(engine: Engine) -> None:
    after = await _told(engine, FAILED)
    (end,) = engine.messenger.posts
    assert (end.kind, end.channel_id) == ("end", THREAD)
    assert [edit.status for edit in engine.messenger.edits] == [Status.FAILED]
    assert [card.status for card in engine.messenger.cards] == [Status.FAILED]
    assert after.message_id("end") == end.id
    assert engine.courier.discarded == [FAILED.id]


async def test_an_end_in_doubt_is_told_again_where_nothing_else_could_be_shown(engine: Engine) -> None:
    place = make_place(venue=Venue.INTERACTION)
    engine.messenger.fail("post_end", ("after", DiscordUnavailable(maybe_taken=True)))
    engine.messenger.card_reachable = False
    await _told(engine, replace(FAILED, place=place, thread_id=None, sent={}))
    assert [post.kind for post in engine.messenger.posts] == ["end", "end"]


async def test_an_end_in_doubt_is_not_told_again_where_the_card_shows_it(engine: Engine) -> None:
    place = make_place(venue=Venue.INTERACTION)
    engine.messenger.fail("post_end", ("after", DiscordUnavailable(maybe_taken=True)))
    await _told(engine, replace(FAILED, place=place, thread_id=None, sent={}))
    assert [post.kind for post in engine.messenger.posts] == ["end"]


@pytest.mark.parametrize("method", ["post_end", "edit_task", "show_card"])
@pytest.mark.parametrize(
    "error", [DiscordUnavailable(detail="503"), ZeroDivisionError("oops"), PlaceGone()], ids=lambda e: type(e).__name__
)
async def test_each_place_is_tried_whatever_another_one_says(engine: Engine, method: str, error: Exception) -> None:
    engine.messenger.fail(method, error)
    engine.store.put(FAILED)
    with capture_logs(), suppress(DiscordUnavailable, PlaceGone, UnknownError):
        await engine.steps.telling.tell(FAILED)
    tried = {
        "post_end": len(engine.messenger.posts),
        "edit_task": len(engine.messenger.edits),
        "show_card": len(engine.messenger.cards),
    }
    assert tried == {**dict.fromkeys(tried, 1), method: 0}


@pytest.mark.parametrize("method", ["post_end", "edit_task", "show_card"])
async def test_what_may_pass_is_tried_later_and_what_arrived_is_not_repeated(engine: Engine, method: str) -> None:
    engine.messenger.forgets_nonces = True
    engine.messenger.fail(method, *(DiscordUnavailable() for _ in range(3)))
    after = await _told(engine, FAILED)
    assert (after.told, after.attempts, after.retry_at) == (True, 0, None)
    assert [post.kind for post in engine.messenger.posts] == ["end"]
    assert engine.messenger.edits[-1].status is Status.FAILED
    assert engine.messenger.cards[-1].status is Status.FAILED


async def test_a_lost_place_waits_for_the_card_that_may_be_all_there_is(engine: Engine) -> None:
    engine.messenger.fail("post_end", *(PlaceGone() for _ in range(20)))
    engine.messenger.fail("show_card", *(DiscordUnavailable() for _ in range(3)))
    engine.messenger.fail("open_direct_message", PlaceGone())
    after = await _told(engine, FAILED)
    assert after.told
    assert engine.messenger.cards[-1].status is Status.FAILED


async def test_a_lost_place_leads_elsewhere(engine: Engine) -> None:
    engine.messenger.gone = {THREAD}
    engine.messenger.gone_error = PlaceGone
    after = await _told(engine, FAILED)
    assert (after.told, after.place.venue) == (True, Venue.CHANNEL)
    assert [(post.kind, post.channel_id) for post in engine.messenger.posts] == [("end", CHANNEL)]


async def test_where_the_card_is_seen_a_quick_end_needs_no_message(engine: Engine) -> None:
    await _told(engine, REFUSED)
    assert engine.messenger.posts == []


@pytest.mark.parametrize("error", [None, ZeroDivisionError("oops"), PlaceGone()])
async def test_an_end_that_nobody_would_see_is_posted(engine: Engine, error: Exception | None) -> None:
    if error is None:
        engine.messenger.card_reachable = False
    else:
        engine.messenger.fail("show_card", error)
    with capture_logs():
        after = await _told(engine, REFUSED)
    assert [post.kind for post in engine.messenger.posts] == ["end"]
    assert after.told


async def test_pictures_are_seen_without_the_card(engine: Engine) -> None:
    engine.messenger.card_reachable = False
    await _told(engine, DELIVERED)
    assert engine.messenger.posts == []


@pytest.mark.parametrize("method", ["post_end", "post_links"])
async def test_what_nobody_foresaw_is_tried_a_bounded_number_of_times_with_a_reference_each(
    engine: Engine, method: str
) -> None:
    engine.messenger.pages = 1
    engine.messenger.fail(method, *(ZeroDivisionError(f"no {n}") for n in range(100)))
    with capture_logs() as logs:
        after = await _told(engine, FAILED)
    assert (after.told, after.status) == (True, Status.FAILED)
    entries = [entry for entry in logs if entry["event"] == "unforeseen error in a job"]
    assert len(entries) == UNFORESEEN_ATTEMPTS + 1
    assert len({entry["reference"] for entry in entries}) == len(entries)
    assert any(entry["event"] == "the requester could not be told" for entry in logs)
    assert engine.messenger.cards[-1].status is Status.FAILED
    # Given up, nothing is kept for the job.
    assert engine.courier.discarded == [FAILED.id]
    assert engine.worker.open_jobs == 0


async def test_links_come_after_the_words_once_each(engine: Engine) -> None:
    engine.messenger.pages = 3
    engine.messenger.forgets_nonces = True
    engine.messenger.fail("post_links", DiscordUnavailable())
    engine.messenger.fail("show_card", DiscordUnavailable(), DiscordUnavailable())
    after = await _told(engine, FAILED)
    assert [post.nonce.removeprefix(FAILED.id) for post in engine.messenger.posts] == [
        ".end",
        ".links-1",
        ".links-2",
        ".links-3",
    ]
    assert {part for part, sent in after.sent.items() if sent.message_id} == {
        "task",
        "end",
        "links-1",
        "links-2",
        "links-3",
    }


async def test_links_of_changed_pictures_come_without_words(engine: Engine) -> None:
    engine.messenger.pages = 2
    await _told(engine, replace(DELIVERED, notes={"1": PictureNote.SCALED, "2": PictureNote.SCALED}))
    assert [post.kind for post in engine.messenger.posts] == ["links", "links"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_page_left_by_an_earlier_process_is_looked_for(engine: Engine, *, arrived: bool) -> None:
    engine.messenger.pages = 2
    engine.messenger.forgets_nonces = True
    nonce = f"{FAILED.id}.links-1"
    if arrived:
        await engine.messenger.post_links(FAILED, 1, nonce)
    sent = {**FAILED.sent, "end": Sent("e", THREAD, 7005), "links-1": Sent(nonce, THREAD)}
    await _told(engine, replace(FAILED, sent=sent))
    assert [post.nonce for post in engine.messenger.posts] == [nonce, f"{FAILED.id}.links-2"]


@pytest.mark.parametrize("error", [JobLost(job_id=FAILED.id), StorageUnavailable(detail="locked")])
async def test_what_the_database_says_comes_before_everything(engine: Engine, error: BotError) -> None:
    engine.store.put(FAILED)

    class Refusing(Sender):
        async def settle(self, job: Job) -> Job:
            raise error.with_cause(ValueError(job.id))

    telling = replace(engine.steps.telling, sender=Refusing(engine.store, engine.messenger))
    with pytest.raises(type(error)):
        await telling.tell(FAILED)
    assert (engine.messenger.edits, engine.messenger.cards) == ([], [])


@pytest.mark.parametrize(
    ("job", "waited", "wants"),
    [
        (DELIVERED, 3600.0, False),
        (replace(DELIVERED, notes={"1": PictureNote.SCALED, "2": PictureNote.REENCODED}), 0.0, False),
        (replace(DELIVERED, notes={"1": PictureNote.GONE}), 0.0, True),
        (replace(DELIVERED, notes={"1": PictureNote.UNUSABLE}), 0.0, True),
        (replace(DELIVERED, notes={"1": PictureNote.UNCONFIRMED}), 0.0, True),
        (REFUSED, 60.0, False),
        (REFUSED, 61.0, True),
        (FAILED, 0.0, True),
        (replace(REFUSED, status=Status.UNKNOWN), 0.0, True),
    ],
)
async def test_which_ends_want_a_message_of_their_own(engine: Engine, job: Job, waited: float, *, wants: bool) -> None:
    began = engine.clock.now() - timedelta(seconds=waited)
    assert wants_message(replace(job, created_at=began), engine.clock) is wants


def test_what_was_foreseen_passes_and_the_rest_gets_a_reference() -> None:
    known = PlaceGone(detail="10003")
    with pytest.raises(PlaceGone) as passed, foreseen(FAILED):
        raise known
    assert passed.value is known
    with capture_logs() as logs, pytest.raises(UnknownError) as told, foreseen(FAILED):
        raise ZeroDivisionError("oops")
    (entry,) = logs
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    assert (entry["job"], entry["status"], entry["reference"]) == (FAILED.id, "failed", told.value.reference)
    assert (told.value.summary, entry["exc_info"], entry["log_level"]) == ("ZeroDivisionError", True, "error")
