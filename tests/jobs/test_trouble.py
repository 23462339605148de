"""What follows from each error in each status: another try, another place, or an end with its reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.job import ENDS, TRANSITIONS, Job, PictureNote, Status
from bot.domain.place import NoThread, Venue
from bot.errors import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiContentRefused,
    ApiRequestRejected,
    ApiServerError,
    ApiTokenRefused,
    ApiUnreachable,
    BotError,
    Cost,
    DeliveryGivenUp,
    DiscordUnavailable,
    JobInterrupted,
    PlaceGone,
    ReferencesRefused,
    ResultGone,
    ResultUnreachable,
    SubmissionOutcomeUnknown,
    TaskContentRefused,
    TaskFailed,
    TaskOutOfSight,
    TaskOverdue,
    TaskUnknownToApi,
    TaskWithoutPictures,
    UnknownError,
    UploadTooLarge,
)
from bot.jobs.trouble import DOWNLOAD_ATTEMPTS, FRESH, TELLING, UNFORESEEN_ATTEMPTS
from bot.jobs.turns import Again
from bot.presentation.status import cost_of
from sandbox.clock import EPOCH
from tests.jobs.engine import SETTINGS, Engine
from tests.jobs.fakes import DIRECT_MESSAGES
from tests.support.errors import samples
from tests.support.jobs import CARD, CHANNEL, THREAD, delivering_job, make_job, make_place, waiting_job

OPEN = [status for status in Status if status not in ENDS]


def _job(status: Status, **changes: Any) -> Job:
    match status:
        case Status.WAITING:
            return waiting_job(**changes)
        case Status.DELIVERING:
            return delivering_job(2, **changes)
        case _:
            return make_job(status=status, thread_id=THREAD, **changes)


async def _after(engine: Engine, job: Job, error: BotError) -> Job:
    engine.store.put(job)
    await engine.trouble.handle(job, error)
    return engine.store.job(job.id)


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
async def test_every_error_in_every_status_goes_a_legal_way(quick: Engine, error: BotError, status: Status) -> None:
    job = _job(status)
    after = await _after(quick, job, error)
    assert after.status is status or after.status in TRANSITIONS[status]
    if after.status in ENDS:
        assert after.failure is not None
        assert (after.attempts, after.retry_at) == (0, None)
    elif after.retry_at is not None:
        assert after.attempts == job.attempts + 1
    # "Refused" promises that nothing was spent.
    if after.status is Status.REFUSED:
        assert status in {Status.ACCEPTED, Status.PREPARING, Status.SUBMITTING}
        assert error.cost is Cost.NOTHING
    if status is Status.SUBMITTING and error.cost is not Cost.NOTHING and not isinstance(error, PlaceGone):
        assert after.status is Status.UNKNOWN


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
async def test_the_paid_post_is_only_ever_repeated_after_two_errors(quick: Engine, error: BotError) -> None:
    after = await _after(quick, _job(Status.SUBMITTING), error)
    assert (after.status is Status.PREPARING) == isinstance(error, ApiBusy | ApiUnreachable)


@pytest.mark.parametrize(
    ("status", "error", "end", "reason"),
    [
        (Status.PREPARING, ReferencesRefused(problems=()), Status.REFUSED, ReferencesRefused),
        (Status.PREPARING, ApiTokenRefused(status=401), Status.FAILED, ApiTokenRefused),
        (Status.PREPARING, UnknownError(reference="r"), Status.FAILED, UnknownError),
        (Status.SUBMITTING, SubmissionOutcomeUnknown(), Status.UNKNOWN, SubmissionOutcomeUnknown),
        (Status.SUBMITTING, JobInterrupted(), Status.UNKNOWN, JobInterrupted),
        (Status.SUBMITTING, UnknownError(reference="r"), Status.UNKNOWN, UnknownError),
        (Status.SUBMITTING, ApiRequestRejected(status=422), Status.REFUSED, ApiRequestRejected),
        (Status.SUBMITTING, ApiContentRefused(status=400), Status.REFUSED, ApiContentRefused),
        (Status.SUBMITTING, ApiTokenRefused(status=401), Status.FAILED, ApiTokenRefused),
        (Status.SUBMITTING, ApiBalanceExhausted(status=402), Status.FAILED, ApiBalanceExhausted),
        # Even what a repeatable request would survive is not risked with money.
        (Status.SUBMITTING, ApiServerError(status=500), Status.FAILED, ApiServerError),
        (Status.SUBMITTING, ApiConnectionLost(), Status.FAILED, ApiConnectionLost),
        (Status.WAITING, TaskFailed(detail="oops"), Status.FAILED, TaskFailed),
        (Status.WAITING, TaskContentRefused(), Status.FAILED, TaskContentRefused),
        (Status.WAITING, TaskUnknownToApi(), Status.FAILED, TaskUnknownToApi),
        (Status.WAITING, TaskWithoutPictures(), Status.FAILED, TaskWithoutPictures),
        (Status.WAITING, TaskOverdue(minutes=10), Status.EXPIRED, TaskOverdue),
        # A refused poll says nothing about the task, which was taken.
        (Status.WAITING, ApiTokenRefused(status=401, detail="bad token"), Status.FAILED, TaskOutOfSight),
        (Status.WAITING, ApiRequestRejected(status=400), Status.FAILED, TaskOutOfSight),
        (Status.WAITING, ApiContentRefused(status=451), Status.FAILED, TaskOutOfSight),
        (Status.WAITING, ApiBalanceExhausted(status=402), Status.FAILED, TaskOutOfSight),
        (Status.DELIVERING, ResultGone(number=1), Status.FAILED, DeliveryGivenUp),
        (Status.DELIVERING, UploadTooLarge(), Status.FAILED, DeliveryGivenUp),
    ],
)
async def test_which_end_an_error_leads_to(
    engine: Engine, status: Status, error: BotError, end: Status, reason: type[BotError]
) -> None:
    job = _job(status)
    engine.store.put(job)
    await engine.clock.advance(FRESH.total_seconds())
    assert await engine.trouble.handle(job, error) == Again()
    after = engine.store.job(job.id)
    assert (after.status, type(after.failure)) == (end, reason)


async def test_the_end_of_a_delivery_keeps_its_reason(engine: Engine) -> None:
    error = UploadTooLarge(detail="413")
    after = await _after(engine, _job(Status.DELIVERING), error)
    assert isinstance(after.failure, DeliveryGivenUp)
    assert after.failure.reason is error
    assert after.failure.__cause__ is error
    assert after.results == _job(Status.DELIVERING).results


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.ACCEPTED, DiscordUnavailable()),
        (Status.PREPARING, DiscordUnavailable()),
        (Status.PREPARING, ApiUnreachable()),
        (Status.WAITING, ApiUnreachable()),
        (Status.WAITING, ApiConnectionLost()),
        (Status.WAITING, ApiAnswerInvalid()),
        (Status.WAITING, ApiServerError(status=500)),
        (Status.WAITING, ApiBusy(status=429)),
        (Status.WAITING, UnknownError(reference="r")),
        (Status.DELIVERING, ResultUnreachable(number=1)),
        (Status.DELIVERING, DiscordUnavailable()),
        (Status.DELIVERING, UnknownError(reference="r")),
    ],
)
async def test_what_may_pass_is_tried_again(engine: Engine, status: Status, error: BotError) -> None:
    job = engine.store.put(_job(status))
    turn = await engine.trouble.handle(job, error)
    assert isinstance(turn, Again)
    assert turn.seconds > 0
    assert turn.at_api is (status is Status.WAITING)
    after = engine.store.job(job.id)
    assert (after.status, after.attempts) == (status, 1)
    assert after.retry_at == engine.clock.now() + timedelta(seconds=turn.seconds)


async def test_what_was_certainly_not_taken_has_cost_nothing(engine: Engine) -> None:
    after = await _after(engine, _job(Status.SUBMITTING, submitted_at=engine.clock.now()), ApiBusy(status=429))
    assert (after.status, after.submitted_at) == (Status.PREPARING, None)
    ended = await _after(engine, after, UnknownError(reference="r"))
    assert ended.failure is not None
    assert cost_of(ended, ended.failure) is Cost.NOTHING
    # An answered one keeps its moment: its deadline counts from there.
    waiting = waiting_job()
    assert (await _after(engine, waiting, ApiBusy(status=429))).submitted_at == waiting.submitted_at


@pytest.mark.parametrize("age", [0.0, 30.0, 59.0])
async def test_a_task_that_the_api_does_not_know_yet_is_asked_for_again(engine: Engine, age: float) -> None:
    job = engine.store.put(waiting_job())
    await engine.clock.advance(age)
    turn = await engine.trouble.handle(job, TaskUnknownToApi(detail="no such task"))
    assert turn == Again(SETTINGS.poll_longest, at_api=True)
    after = engine.store.job(job.id)
    assert (after.status, after.attempts) == (Status.WAITING, 1)


async def test_retry_after_is_kept(engine: Engine) -> None:
    job = engine.store.put(_job(Status.SUBMITTING))
    assert await engine.trouble.handle(job, ApiBusy(status=429, retry_after=90.0)) == Again(90.0)
    assert engine.store.job(job.id).status is Status.PREPARING


async def test_however_long_the_server_asks_the_deadline_is_met(engine: Engine) -> None:
    job = engine.store.put(waiting_job())
    turn = await engine.trouble.handle(job, ApiBusy(status=429, retry_after=86_400.0))
    assert isinstance(turn, Again)
    assert turn.seconds == pytest.approx(601)


@pytest.mark.parametrize(
    ("status", "error", "attempts"),
    [
        (Status.PREPARING, DiscordUnavailable(), 7),
        (Status.SUBMITTING, ApiBusy(status=429), 9),
        (Status.WAITING, UnknownError(reference="r"), UNFORESEEN_ATTEMPTS),
        (Status.DELIVERING, UnknownError(reference="r"), UNFORESEEN_ATTEMPTS),
    ],
)
async def test_attempts_are_bounded(engine: Engine, status: Status, error: BotError, attempts: int) -> None:
    assert (await _after(engine, _job(status, attempts=attempts - 1), error)).status not in ENDS
    after = await _after(engine, _job(status, attempts=attempts), error)
    assert (after.status, after.failure) == (Status.FAILED, error)


async def test_a_poll_that_keeps_failing_ends_with_the_deadline(engine: Engine) -> None:
    await engine.clock.advance(599)
    assert (await _after(engine, waiting_job(attempts=500), ApiUnreachable())).status is Status.WAITING
    await engine.clock.advance(2)
    after = await _after(engine, waiting_job(attempts=500), ApiUnreachable(detail="refused"))
    assert after.status is Status.EXPIRED
    assert isinstance(after.failure, TaskOverdue)
    assert (after.failure.minutes, after.failure.detail) == (10, "refused")


async def test_delivery_is_tried_until_the_links_die(engine: Engine) -> None:
    await engine.clock.advance(23.9 * 3600)
    assert (await _after(engine, delivering_job(attempts=9000), DiscordUnavailable())).status is Status.DELIVERING
    await engine.clock.advance(0.2 * 3600)
    assert (await _after(engine, delivering_job(attempts=9000), DiscordUnavailable())).status is Status.FAILED


async def test_a_picture_that_never_comes_is_left_behind_and_the_next_one_at_once(engine: Engine) -> None:
    job = delivering_job(3, attempts=DOWNLOAD_ATTEMPTS - 1)
    once_more = await _after(engine, job, ResultUnreachable(number=2))
    assert (once_more.notes, once_more.attempts) == ({}, DOWNLOAD_ATTEMPTS)
    after = await _after(engine, once_more, ResultUnreachable(number=2))
    assert (after.status, after.notes) == (Status.DELIVERING, {"2": PictureNote.GONE})
    assert (after.attempts, after.retry_at) == (DOWNLOAD_ATTEMPTS, None)
    at_once = await _after(engine, after, ResultUnreachable(number=3))
    assert at_once.notes == {"2": PictureNote.GONE, "3": PictureNote.GONE}


async def test_from_a_lost_thread_to_the_channel_to_the_token_to_direct_messages_to_nobody(engine: Engine) -> None:
    job = delivering_job(2)
    there = await _after(engine, job, PlaceGone())
    assert (there.place.venue, there.place.no_thread) == (Venue.CHANNEL, NoThread.THREAD_GONE)
    assert (there.thread_id, there.home_id, there.status) == (None, CHANNEL, Status.DELIVERING)
    assert "task" not in there.sent

    followups = await _after(engine, there, PlaceGone())
    assert followups.place == replace(there.place, venue=Venue.INTERACTION)
    assert engine.messenger.direct_messages == []

    direct = await _after(engine, followups, PlaceGone())
    # The card stays where it is and can be edited on.
    assert direct.place == replace(followups.place, direct_channel_id=DIRECT_MESSAGES)
    assert (direct.place.card_id, direct.place.token) == (CARD, "interaction-token")
    assert (direct.home_id, direct.place.route) == (DIRECT_MESSAGES, Venue.CHANNEL)
    assert engine.messenger.direct_messages == [job.requester.user_id]

    ended = await _after(engine, direct, PlaceGone())
    assert (ended.status, type(ended.failure)) == (Status.FAILED, DeliveryGivenUp)
    assert engine.messenger.direct_messages == [job.requester.user_id]

    engine.store.put(ended)
    assert await engine.trouble.handle(ended, PlaceGone()) == Again()
    assert engine.store.job(job.id).told


@pytest.mark.parametrize(
    "lapse", [{"token": ""}, {"token_expires_at": EPOCH}, {"token_expires_at": EPOCH - timedelta(seconds=1)}]
)
async def test_a_dead_token_is_no_way(engine: Engine, lapse: dict[str, Any]) -> None:
    job = delivering_job(place=make_place(venue=Venue.CHANNEL, **lapse), thread_id=None)
    after = await _after(engine, job, PlaceGone())
    assert (after.place.venue, after.place.direct_channel_id) == (Venue.CHANNEL, DIRECT_MESSAGES)


async def test_a_thread_that_could_not_be_opened_is_not_said_to_be_gone(engine: Engine) -> None:
    after = await _after(engine, make_job(status=Status.PREPARING), PlaceGone())
    assert (after.status, after.place.venue, after.place.no_thread) == (
        Status.PREPARING,
        Venue.CHANNEL,
        NoThread.REFUSED,
    )


async def test_direct_messages_that_failed_themselves_are_not_tried_again(engine: Engine) -> None:
    engine.messenger.direct_channel_id = CHANNEL
    place = make_place(venue=Venue.CHANNEL, no_thread=NoThread.DIRECT_MESSAGE, token="")
    after = await _after(engine, delivering_job(place=place, thread_id=None), PlaceGone())
    assert (after.status, type(after.failure)) == (Status.FAILED, DeliveryGivenUp)


async def test_direct_messages_that_cannot_be_opened_just_now_are_tried_again(engine: Engine) -> None:
    engine.messenger.fail("open_direct_message", DiscordUnavailable())
    job = delivering_job(place=make_place(venue=Venue.INTERACTION, token=""), thread_id=None)
    after = await _after(engine, job, PlaceGone())
    assert (after.status, after.place.direct_channel_id) == (Status.DELIVERING, None)
    assert after.retry_at is not None


async def test_a_task_past_its_deadline_is_asked_for_while_the_api_does_not_answer(engine: Engine) -> None:
    long_ago = engine.clock.now() - timedelta(hours=2)
    after = await _after(engine, waiting_job(submitted_at=long_ago, attempts=20), ApiServerError(status=503))
    assert after.status is Status.WAITING
    after = await _after(engine, waiting_job(submitted_at=long_ago, attempts=120), ApiServerError(status=503))
    assert after.status is Status.EXPIRED


@pytest.mark.parametrize("error", [PlaceGone(), UnknownError(reference="r")])
async def test_without_direct_messages_the_job_ends(engine: Engine, error: BotError) -> None:
    engine.messenger.fail("open_direct_message", error)
    job = delivering_job(place=make_place(venue=Venue.INTERACTION), thread_id=None)
    assert (await _after(engine, job, PlaceGone())).status is Status.FAILED


async def test_messages_that_may_be_under_way_are_sent_anew_elsewhere_and_arrived_ones_are_not(engine: Engine) -> None:
    job = delivering_job(15)
    sent = {
        **job.sent,
        "from-1": replace(job.sent["task"], images=(1, 2)),
        "from-3": replace(job.sent["task"], message_id=None),
    }
    after = await _after(engine, replace(job, sent=sent), PlaceGone())
    assert set(after.sent) == {"from-1"}


@pytest.mark.parametrize("status", sorted(ENDS))
async def test_telling_is_tried_for_hours_and_then_given_up(engine: Engine, status: Status) -> None:
    job = make_job(status=status, failure=TaskFailed())
    after = await _after(engine, job, DiscordUnavailable())
    assert (after.status, after.told, after.attempts) == (status, False, 1)
    given_up = await _after(engine, replace(job, attempts=TELLING.attempts - 1), DiscordUnavailable())
    assert given_up.told
    assert type(given_up.failure) is TaskFailed


async def test_telling_survives_what_nobody_foresaw_for_a_while(engine: Engine) -> None:
    error = UnknownError(reference="r")
    job = make_job(status=Status.FAILED, failure=TaskFailed(), attempts=UNFORESEEN_ATTEMPTS - 1)
    engine.store.put(job)
    assert await engine.trouble.handle(job, error) == Again(SETTINGS.poll_longest)
    after = engine.store.job(job.id)
    assert (after.told, after.attempts) == (False, UNFORESEEN_ATTEMPTS)
    assert await engine.trouble.handle(after, error) == Again()
    assert engine.store.job(job.id).told
