"""A job's way through the engine, step by step, and what its rows and messages say at each."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.job import Job, Requester, Status, TaskState, TaskStatus
from bot.domain.place import NoThread, Venue
from bot.domain.references import Remark, RemarkKind
from bot.domain.request import GenerationRequest
from bot.domain.sources import Gathered, Picture, TaskResults
from bot.errors import (
    ApiBusy,
    ApiConnectionLost,
    ApiContentRefused,
    ApiRequestRejected,
    ApiUnreachable,
    BotError,
    DiscordRejected,
    DiscordUnavailable,
    JobInterrupted,
    NothingCollected,
    PlaceGone,
    ReferencesRefused,
    RequestRefused,
    ShuttingDown,
    SourcesRefused,
    StorageUnavailable,
    SubmissionOutcomeUnknown,
    TaskFailed,
    TaskOutOfSight,
    TaskUnknownToApi,
    ThreadNotOpened,
    TooManyReferences,
)
from bot.errors import ApiTokenRefused as TokenRefused
from bot.jobs.trouble import FRESH
from tests.jobs.engine import Engine
from tests.jobs.fakes import DIRECT_MESSAGES, FOLLOWUPS, completed
from tests.support.jobs import (
    CARD,
    CHANNEL,
    THREAD,
    delivering_job,
    make_job,
    make_place,
    make_references,
    waiting_job,
)

WAY = [Status.PREPARING, Status.SUBMITTING, Status.WAITING, Status.DELIVERING, Status.DELIVERED]
PENDING, PROCESSING = TaskState(TaskStatus.PENDING), TaskState(TaskStatus.PROCESSING)


async def acknowledged() -> int:
    return CARD


async def test_a_job_from_the_command_to_the_pictures(engine: Engine) -> None:
    engine.api.poll_answers = deque([PENDING, PROCESSING, PROCESSING, completed(2)])
    engine.start()
    request = GenerationRequest("a fox", max_images=2)
    accepted = await engine.service.accept(
        requester=Requester(1, "Ada", "de"),
        place=make_place(card_id=0),
        request=request,
        sources=[Picture(r.source_url, r.filename) for r in make_references(3)],
        acknowledge=acknowledged,
    )
    job = await engine.finish(accepted.id, 60)
    assert engine.store.statuses(job.id) == WAY
    assert job.told
    assert job.failure is None
    assert engine.api.posts == [
        (replace(request, reference_count=3), tuple(f"https://files.example/{n}" for n in (1, 2, 3)))
    ]
    assert engine.messenger.threads == [job.id]
    assert [post.kind for post in engine.messenger.posts] == ["task", "images"]
    assert [edit.task_status for edit in engine.messenger.edits] == [TaskStatus.PROCESSING, TaskStatus.COMPLETED]
    assert engine.messenger.edits[-1].status is Status.DELIVERED
    assert engine.messenger.images() == [1, 2]
    assert engine.messenger.cards[-1].status is Status.DELIVERED
    assert engine.courier.discarded == [job.id]
    # A database has wiped the token, which is of no more use.
    wiped = replace(job, place=replace(job.place, token=""))
    assert await engine.store.get(job.id) == wiped
    assert engine.worker.open_jobs == 0


async def test_the_intent_is_stored_before_the_post_and_the_task_id_right_after(engine: Engine) -> None:
    job = make_job()
    at_post: list[Status] = []
    engine.api.before_submit = lambda: at_post.append(engine.store.job(job.id).status)
    at_task: list[str | None] = []
    engine.messenger.on_post = lambda _post: at_task.append(engine.store.job(job.id).task_id)
    engine.start()
    await engine.take(job)
    await engine.settle()
    assert at_post == [Status.SUBMITTING]
    assert at_task == ["task-1"]
    stored = engine.store.job(job.id)
    assert (stored.status, stored.task_status, stored.submitted_at) == (
        Status.WAITING,
        TaskStatus.PENDING,
        engine.clock.now(),
    )


@pytest.mark.parametrize("venue", Venue)
async def test_between_the_stored_intent_and_the_post_nothing_else_is_waited_for(engine: Engine, venue: Venue) -> None:
    seen: list[str] = []
    reserve, show, submit, save = (
        engine.api.reserve,
        engine.messenger.show_card,
        engine.api.submit,
        engine.store.save,
    )

    async def reserved() -> None:
        await reserve()
        seen.append(f"reserved while {engine.store.job(make_job().id).status.value}")

    async def shown(job: Job) -> bool:
        seen.append(f"shown {job.status.value} while {engine.store.job(job.id).status.value}")
        return await show(job)

    async def submitted(request: GenerationRequest, image_urls: Sequence[str]) -> str:
        seen.append("posted")
        return await submit(request, image_urls)

    async def saved(job: Job, *, was: Status) -> Job:
        stored = await save(job, was=was)
        seen.append(f"saved {job.status.value}")
        return stored

    engine.api.reserve = reserved  # type: ignore[method-assign]  # the order of calls is what is tested
    engine.messenger.show_card = shown  # type: ignore[method-assign]  # the order of calls is what is tested
    engine.api.submit = submitted  # type: ignore[method-assign]  # the order of calls is what is tested
    engine.store.save = saved  # type: ignore[method-assign]  # the order of calls is what is tested
    job = make_job(place=make_place(venue=venue), thread_id=THREAD if venue is Venue.THREAD else None)
    engine.start()
    await engine.take(job)
    await engine.settle()
    at = seen.index("posted")
    assert seen[at - 2 : at + 2] == ["reserved while preparing", "saved submitting", "posted", "saved waiting"]
    assert ("shown submitting while preparing" in seen[:at]) is (venue is not Venue.THREAD)
    assert engine.api.reserved == 1


async def test_in_place_the_card_carries_the_status_and_no_message_is_posted(engine: Engine) -> None:
    engine.api.poll_answers = deque([PROCESSING, completed()])
    job = make_job(place=make_place(venue=Venue.INTERACTION, no_thread=NoThread.NOT_A_MEMBER))
    engine.start()
    await engine.take(job)
    await engine.finish(job.id, 60)
    assert engine.messenger.threads == []
    assert engine.messenger.shelves == {job.place.card_id: [1]}
    assert [post.kind for post in engine.messenger.posts] == ["shelf"]
    assert [(card.status, card.task_status) for card in engine.messenger.cards] == [
        (Status.PREPARING, None),
        (Status.SUBMITTING, None),
        (Status.WAITING, TaskStatus.PENDING),
        (Status.WAITING, TaskStatus.PROCESSING),
        (Status.DELIVERED, TaskStatus.COMPLETED),
    ]


async def test_a_thread_that_is_not_opened_leaves_the_job_in_place(engine: Engine) -> None:
    engine.messenger.fail("open_thread", ThreadNotOpened(detail="160006"))
    engine.api.poll_answers = deque([completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert (after.status, after.place.venue, after.place.no_thread) == (
        Status.DELIVERED,
        Venue.CHANNEL,
        NoThread.REFUSED,
    )
    assert [post.channel_id for post in engine.messenger.posts] == [CHANNEL]


async def test_bad_references_end_the_job_before_a_thread_or_a_post(engine: Engine) -> None:
    engine.preparer.answers.append(ReferencesRefused(problems=()))
    job = make_job(references=make_references(2))
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert (after.status, type(after.failure)) == (Status.REFUSED, ReferencesRefused)
    assert (engine.api.posts, engine.messenger.threads, engine.messenger.posts) == ([], [], [])
    assert engine.messenger.cards[-1].status is Status.REFUSED


async def test_what_is_pointed_at_is_gathered_before_it_is_prepared(engine: Engine) -> None:
    engine.gatherer.answers.append(DiscordUnavailable(detail="away"))
    left_out = Remark(RemarkKind.LEFT_OUT, "wave.gif", why="sticker")
    gathered = Gathered(make_references(3), (left_out,))
    engine.gatherer.answers.append(gathered)
    engine.api.poll_answers = deque([completed()])
    job = make_job(sources=(TaskResults("task-0"), Picture("https://cdn.example/own", "own.png")))
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert (after.status, after.sources, engine.gatherer.calls) == (Status.DELIVERED, (), 2)
    assert after.remarks == (left_out,)
    ((before, used_up),) = engine.gatherer.settled
    assert (before.sources, used_up) == (job.sources, gathered)
    assert engine.api.posts == [
        (replace(job.request, reference_count=3), tuple(f"https://files.example/{n}" for n in (1, 2, 3)))
    ]


async def test_what_was_gathered_is_used_up_only_once_it_is_stored(engine: Engine) -> None:
    refused = iter([True])
    engine.store.failing = lambda job: bool(job and job.references) and next(refused, False)
    engine.api.poll_answers = deque([completed()])
    job = make_job(sources=(TaskResults("task-0"),))
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 120)
    assert (after.status, engine.gatherer.calls) == (Status.DELIVERED, 2)
    assert len(engine.gatherer.settled) == 1


@pytest.mark.parametrize(
    "error",
    [
        RequestRefused(problems=(TooManyReferences(count=16, limit=14),)),
        SourcesRefused(problems=(NothingCollected(),)),
    ],
)
async def test_what_cannot_be_gathered_ends_the_job_before_a_thread_or_a_post(engine: Engine, error: BotError) -> None:
    engine.gatherer.answers.append(error)
    job = make_job(sources=(TaskResults("task-0"),))
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert (after.status, type(after.failure)) == (Status.REFUSED, type(error))
    assert (engine.api.posts, engine.messenger.threads, engine.messenger.posts) == ([], [], [])


@pytest.mark.parametrize("error", [ApiBusy(status=503, retry_after=9.0), ApiUnreachable()])
async def test_a_post_that_was_certainly_not_taken_is_sent_again_later(engine: Engine, error: BotError) -> None:
    engine.api.submit_answers = deque([error, "task-x"])
    engine.api.poll_answers = deque([completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    await engine.settle()
    stored = engine.store.job(job.id)
    assert (stored.status, stored.attempts, len(engine.api.posts)) == (Status.PREPARING, 1, 1)
    assert stored.retry_at is not None
    pause = (stored.retry_at - engine.clock.now()).total_seconds()
    assert pause >= (getattr(error, "retry_after", None) or 0)
    await engine.run_for(pause - 0.01)
    assert len(engine.api.posts) == 1
    after = await engine.finish(job.id, 60)
    assert (after.status, after.task_id, len(engine.api.posts)) == (Status.DELIVERED, "task-x", 2)
    assert engine.store.statuses(job.id) == [
        Status.PREPARING,
        Status.SUBMITTING,
        Status.PREPARING,
        *WAY[1:],
    ]
    assert engine.messenger.threads == [job.id]


@pytest.mark.parametrize(
    "error",
    [SubmissionOutcomeUnknown(detail="reset"), ApiConnectionLost(), RuntimeError("unforeseen"), TimeoutError()],
)
async def test_a_post_whose_outcome_is_unknown_is_never_repeated(engine: Engine, error: Exception) -> None:
    engine.api.submit_answers = deque([error])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id)
    assert len(engine.api.posts) == 1
    assert after.status is (Status.FAILED if isinstance(error, ApiConnectionLost) else Status.UNKNOWN)
    assert [post.kind for post in engine.messenger.posts] == ["end"]
    await engine.run_for(3600)
    assert len(engine.api.posts) == 1


@pytest.mark.parametrize(
    ("answer", "ends", "posts"),
    [
        (ApiRequestRejected(status=400, detail="bad size"), Status.REFUSED, 1),
        (ApiContentRefused(status=400), Status.REFUSED, 1),
        (TokenRefused(status=401), Status.FAILED, 1),
        (SubmissionOutcomeUnknown(detail="reset"), Status.UNKNOWN, 1),
        (ApiBusy(status=429, retry_after=3.0), Status.DELIVERED, 2),
    ],
)
@pytest.mark.parametrize("reading", [True, False])
async def test_what_the_api_said_is_stored_even_if_the_database_is_away_just_then(
    engine: Engine, answer: BotError, ends: Status, posts: int, *, reading: bool
) -> None:
    failures = 7
    get = engine.store.get

    def failing(_job: Job | None = None) -> bool:
        nonlocal failures
        if not engine.api.posts or not failures:
            return False
        failures -= 1
        return True

    async def unread(job_id: str) -> Job | None:
        if failing():
            raise StorageUnavailable(detail="locked")
        return await get(job_id)

    if reading:
        engine.store.get = unread  # type: ignore[method-assign]  # a fault that the script has no word for
    else:
        engine.store.failing = failing
    engine.api.submit_answers = deque([answer])
    engine.api.poll_answers = deque([completed()])
    engine.start()
    await engine.take(make_job())
    after = await engine.finish(make_job().id, 300)
    assert failures == 0
    assert (after.status, len(engine.api.posts)) == (ends, posts)
    assert (Status.UNKNOWN in engine.store.statuses(after.id)) is (ends is Status.UNKNOWN)
    if ends is Status.DELIVERED:
        assert engine.store.statuses(after.id)[1:3] == [Status.SUBMITTING, Status.PREPARING]


async def test_discord_being_away_does_not_hold_up_what_is_paid_for(engine: Engine) -> None:
    engine.messenger.fail("show_card", *(DiscordUnavailable() for _ in range(3)))
    engine.api.poll_answers = deque([completed()])
    job = make_job(references=make_references(1), place=make_place(venue=Venue.CHANNEL))
    engine.start()
    await engine.take(job)
    await engine.settle()
    assert len(engine.api.posts) == 1
    assert engine.messenger.cards == []
    assert (await engine.finish(job.id, 60)).status is Status.DELIVERED
    assert Status.PREPARING not in engine.store.statuses(job.id)[1:]


@pytest.mark.parametrize("venue", [Venue.THREAD, Venue.CHANNEL])
async def test_a_delivery_that_takes_longer_shows_once_that_the_task_is_completed(engine: Engine, venue: Venue) -> None:
    engine.messenger.fail("post_images", *(DiscordUnavailable() for _ in range(3)))
    thread = THREAD if venue is Venue.THREAD else None
    job = engine.store.put(delivering_job(place=make_place(venue=venue), thread_id=thread), owner=None)
    engine.start()
    after = await engine.finish(job.id, 120)
    assert (after.status, after.task_shown) == (Status.DELIVERED, TaskStatus.COMPLETED)
    shown = engine.messenger.edits if venue is Venue.THREAD else engine.messenger.cards
    assert [told.status for told in shown] == [Status.DELIVERING, Status.DELIVERED]


async def test_a_row_found_while_submitting_is_not_posted(engine: Engine) -> None:
    job = engine.store.put(
        make_job(status=Status.SUBMITTING, thread_id=THREAD, submitted_at=make_job().created_at), None
    )
    engine.start()
    after = await engine.finish(job.id)
    assert (after.status, type(after.failure)) == (Status.UNKNOWN, JobInterrupted)
    assert engine.api.posts == []
    assert [post.kind for post in engine.messenger.posts] == ["end"]


async def test_storage_that_fails_right_after_the_post_is_tried_until_it_takes_the_task_id(engine: Engine) -> None:
    engine.api.poll_answers = deque([completed()])
    job = make_job()
    engine.store.failing = lambda saved: bool(engine.api.posts) and saved is not None
    engine.start()
    await engine.take(job)
    await engine.run_for(300)
    assert engine.store.job(job.id).status is Status.SUBMITTING
    engine.store.failing = lambda _saved: False
    after = await engine.finish(job.id, 60)
    assert (after.status, after.task_id, len(engine.api.posts)) == (Status.DELIVERED, "task-1", 1)


async def test_storage_that_fails_before_the_post_sends_nothing(engine: Engine) -> None:
    engine.api.poll_answers = deque([completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    engine.store.failing = lambda saved: saved is not None and saved.status is Status.SUBMITTING
    await engine.run_for(60)
    assert engine.api.posts == []
    engine.store.failing = lambda _saved: False
    assert (await engine.finish(job.id, 60)).status is Status.DELIVERED
    assert len(engine.api.posts) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [(TaskUnknownToApi(detail="no such task"), TaskUnknownToApi), (TokenRefused(status=401), TaskOutOfSight)],
)
async def test_a_task_that_is_lost_from_sight_ends_the_job(
    engine: Engine, error: BotError, reason: type[BotError]
) -> None:
    job = make_job()
    engine.start()
    await engine.take(job)
    await engine.run_for(FRESH.total_seconds() + 1)
    engine.api.poll_answers = deque([error])
    after = await engine.finish(job.id, 60)
    assert (after.status, type(after.failure)) == (Status.FAILED, reason)
    assert len(engine.api.posts) == 1


async def test_a_task_that_the_api_does_not_know_at_first_is_waited_for(engine: Engine) -> None:
    engine.api.poll_answers = deque([*(TaskUnknownToApi() for _ in range(5)), PROCESSING, completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert (after.status, len(engine.api.posts), after.attempts) == (Status.DELIVERED, 1, 0)


async def test_a_failed_task_is_told_in_the_thread(engine: Engine) -> None:
    engine.api.poll_answers = deque([PROCESSING, TaskState(TaskStatus.FAILED, failure=TaskFailed(detail="oops"))])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert after.status is Status.FAILED
    (end,) = engine.messenger.of("end")
    assert (end.channel_id, end.status) == (THREAD, Status.FAILED)
    assert engine.messenger.edits[-1].status is Status.FAILED


async def test_an_unknown_status_of_a_task_is_polled_on(engine: Engine) -> None:
    engine.api.poll_answers = deque([TaskState(None), TaskState(None), completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    assert (await engine.finish(job.id, 60)).status is Status.DELIVERED


async def test_an_overdue_task_expires_after_a_last_look(engine: Engine) -> None:
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 3600)
    assert after.status is Status.EXPIRED
    waited = (engine.clock.now() - make_job().created_at).total_seconds()
    assert 600 < waited < 610
    # From one second to five between polls: a few hundred would be a hammering.
    assert 110 < engine.api.polls["task-1"] < 140


async def test_a_task_that_is_finished_when_the_deadline_has_passed_is_delivered(engine: Engine) -> None:
    job = engine.store.put(waiting_job(), owner=None)
    await engine.clock.advance(4000)
    engine.api.poll_answers = deque([completed()])
    engine.start()
    assert (await engine.finish(job.id, 60)).status is Status.DELIVERED


async def test_an_api_outage_while_waiting_is_sat_out(engine: Engine) -> None:
    engine.api.poll_answers = deque([PENDING, *(ApiUnreachable() for _ in range(9)), PROCESSING, completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 590)
    assert (after.status, after.attempts) == (Status.DELIVERED, 0)


async def test_discord_being_away_does_not_stop_the_polling(engine: Engine) -> None:
    engine.api.poll_answers = deque([PENDING, PROCESSING, completed()])
    engine.messenger.fail("post_task", *(DiscordUnavailable() for _ in range(2)))
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert after.status is Status.DELIVERED
    assert [post.kind for post in engine.messenger.posts] == ["task", "images"]


async def test_a_lost_thread_sends_the_pictures_to_the_channel_and_then_to_the_person(engine: Engine) -> None:
    engine.messenger.gone_error = lambda: PlaceGone(detail="10003")
    engine.messenger.gone = {THREAD}
    engine.api.poll_answers = deque([PROCESSING, completed()])
    job = make_job()
    engine.start()
    await engine.take(job)
    after = await engine.finish(job.id, 60)
    assert after.status is Status.DELIVERED
    assert [(post.kind, post.channel_id) for post in engine.messenger.posts] == [("images", CHANNEL)]

    engine.messenger.gone = {THREAD, CHANNEL}
    engine.api.poll_answers = deque([completed()])
    other = make_job("f" * 16)
    await engine.take(other)
    assert (await engine.finish(other.id, 60)).status is Status.DELIVERED
    assert engine.messenger.posts[-1].channel_id == FOLLOWUPS

    engine.messenger.gone = {THREAD, CHANNEL, FOLLOWUPS}
    engine.api.poll_answers = deque([completed()])
    last = make_job("e" * 16)
    await engine.take(last)
    after = await engine.finish(last.id, 60)
    assert (after.status, after.place.direct_channel_id) == (Status.DELIVERED, DIRECT_MESSAGES)
    assert engine.messenger.posts[-1].channel_id == DIRECT_MESSAGES
    assert engine.messenger.cards[-1].id == last.id


async def test_if_nobody_can_be_reached_anywhere_the_job_ends_all_the_same(engine: Engine) -> None:
    engine.messenger.gone_error = lambda: PlaceGone(detail="10003")
    engine.messenger.gone = {THREAD, CHANNEL, FOLLOWUPS, DIRECT_MESSAGES}
    job = engine.store.put(delivering_job(), owner=None)
    engine.start()
    after = await engine.finish(job.id, 3600)
    await engine.settle()
    assert (after.status, after.told) == (Status.FAILED, True)
    assert engine.messenger.posts == []
    # The card says it all the same, and nothing is kept for a job that nobody waits for.
    assert engine.messenger.cards[-1].status is Status.FAILED
    assert engine.courier.discarded == [job.id]
    assert engine.worker.open_jobs == 0


async def test_telling_survives_an_outage_and_tells_once(engine: Engine) -> None:
    engine.messenger.fail("post_end", *(DiscordUnavailable() for _ in range(6)))
    engine.messenger.fail("show_card", *(DiscordUnavailable() for _ in range(2)))
    job = engine.store.put(make_job(status=Status.FAILED, failure=TaskFailed(), thread_id=THREAD), owner=None)
    engine.start()
    after = await engine.finish(job.id, 3600)
    assert (after.told, after.attempts) == (True, 0)
    assert len(engine.messenger.of("end")) == 1


@pytest.mark.parametrize(
    ("job", "pings"),
    [
        (make_job(status=Status.REFUSED, failure=TaskFailed()), False),
        (
            make_job(
                status=Status.REFUSED, failure=TaskFailed(), created_at=make_job().created_at - timedelta(minutes=2)
            ),
            True,
        ),
        (make_job(status=Status.FAILED, failure=TaskFailed(), thread_id=THREAD), True),
        (make_job(status=Status.FAILED, failure=TaskFailed(), task_id="t"), True),
        (make_job(status=Status.UNKNOWN, failure=JobInterrupted()), True),
        (delivering_job(status=Status.DELIVERED, created_at=make_job().created_at - timedelta(hours=1)), False),
    ],
)
async def test_who_may_have_turned_away_is_pinged(engine: Engine, job: Job, *, pings: bool) -> None:
    engine.store.put(job, owner=None)
    engine.start()
    await engine.finish(job.id, 60)
    assert bool(engine.messenger.of("end")) is pings


async def test_nothing_new_is_taken_in_while_stopping(engine: Engine) -> None:
    engine.service.ensure_open()
    await engine.service.close(1)
    with pytest.raises(ShuttingDown):
        engine.service.ensure_open()
    with pytest.raises(ShuttingDown), engine.service.admission():
        pytest.fail("let in")
    assert engine.tables.rows == {}


async def test_closing_waits_for_whoever_was_let_in(engine: Engine) -> None:
    with engine.service.admission():
        closing = asyncio.create_task(engine.service.close(60))
        await asyncio.sleep(0)
        assert not closing.done()
        await engine.service.accept(
            requester=Requester(1, "Ada", "de"),
            place=make_place(card_id=0),
            request=GenerationRequest("f"),
            sources=(),
            acknowledge=acknowledged,
        )
    await closing
    assert len(engine.tables.rows) == 1


async def test_a_rejected_task_message_does_not_end_a_paid_job(engine: Engine) -> None:
    engine.messenger.fail("post_task", DiscordRejected(detail="400 50035"))
    engine.api.seconds_per_task = 10
    job = make_job()
    engine.start()
    await engine.take(job)
    await engine.run_for(60)
    assert engine.store.job(job.id).status is Status.DELIVERED
    assert engine.messenger.images() == [1]
    await engine.end()


async def test_a_job_that_cannot_be_stored_is_not_begun(engine: Engine) -> None:
    engine.store.failing = lambda _job: True
    with pytest.raises(StorageUnavailable):
        await engine.service.accept(
            requester=Requester(1, "Ada", "de"),
            place=make_place(card_id=0),
            request=GenerationRequest("f"),
            sources=(),
            acknowledge=acknowledged,
        )
    assert engine.worker.open_jobs == 0
