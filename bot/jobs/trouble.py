"""What follows when a step fails: try again, go another way, or end the job with its reason. Decisions in one place."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.domain.job import ENDS, TASK_PART, TRANSITIONS, Job, PictureNote, Status
from bot.domain.place import NoThread, Venue
from bot.domain.retry import RetryPolicy
from bot.errors import (
    ApiBalanceExhausted,
    ApiBusy,
    ApiContentRefused,
    ApiRequestRejected,
    ApiStatusError,
    ApiTokenRefused,
    ApiUnreachable,
    BotError,
    Cost,
    DeliveryError,
    DeliveryGivenUp,
    DiscordUnavailable,
    JobLost,
    PlaceError,
    PlaceGone,
    ReferenceImageError,
    ReferencesRefused,
    RequestError,
    ResultUnreachable,
    SourcesRefused,
    StorageUnavailable,
    TaskOutOfSight,
    TaskOverdue,
    TaskUnknownToApi,
    UnknownError,
)
from bot.jobs.messenger import Messenger
from bot.jobs.ports import JobStore, Unwatched, Watch
from bot.jobs.settings import JobSettings
from bot.jobs.turns import Again, Turn

_log = structlog.get_logger(__name__)

POLICIES = {
    Status.ACCEPTED: RetryPolicy(attempts=8, longest=30),
    Status.PREPARING: RetryPolicy(attempts=8, longest=30),
    Status.SUBMITTING: RetryPolicy(attempts=10, first=2, longest=60),
    # Bounded by the poll deadline and by the life of the result links instead of a number of attempts.
    Status.WAITING: RetryPolicy(attempts=1_000_000, longest=30),
    Status.DELIVERING: RetryPolicy(attempts=1_000_000, first=2, longest=300),
}
DOWNLOAD_ATTEMPTS = 12
TELLING = RetryPolicy(attempts=40, first=2, longest=300)

FRESH = timedelta(minutes=1)
"""How long the API may take until it knows a task it has just given an id to."""

_REFUSALS = (
    RequestError,
    SourcesRefused,
    ReferencesRefused,
    ReferenceImageError,
    ApiContentRefused,
    ApiRequestRejected,
    PlaceError,
)
_FOR_THE_OPERATOR = (ApiTokenRefused, ApiBalanceExhausted)
_CERTAINLY_NOT_TAKEN = (ApiUnreachable, ApiBusy)
"""All that the paid POST is ever sent again after."""
UNFORESEEN_ATTEMPTS = 8
"""How often a paid task is held on to through errors nobody foresaw."""

UNHEARD_ATTEMPTS = 120
"""How often a task past its deadline is asked for without an answer: about an hour, at half a minute each."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Decides what becomes of a job whose step failed."""

    store: JobStore
    messenger: Messenger
    clock: Clock
    settings: JobSettings
    jitter: Callable[[], float] = random.random
    watch: Watch = field(default_factory=Unwatched)

    async def handle(self, job: Job, error: BotError) -> Turn:
        """Store what follows from `error` and say when to go on. `job` is the row as stored now."""
        log = _log.bind(job=job.id, status=job.status.value, task=job.task_id)
        if isinstance(error, _FOR_THE_OPERATOR):
            log.error("the Seedream API refuses this bot", error=str(error))
        if isinstance(error, PlaceGone):
            try:
                moved = await self._elsewhere(job)
            except DiscordUnavailable as away:
                # Whether there is another place is not known yet; the step will find this one gone once more.
                moved, error = None, away
            if moved is not None:
                log.warning("place gone, going on elsewhere", error=str(error), venue=moved.place.venue.value)
                await self.store.save(moved, was=job.status)
                return Again(at_api=job.status is Status.WAITING)
        if job.status in ENDS:
            return await self._telling_failed(job, error)
        if isinstance(error, ResultUnreachable) and job.attempts >= DOWNLOAD_ATTEMPTS:
            # The others need not wait for a picture that may never come; the person gets its link.
            notes = {**job.notes, str(error.number): PictureNote.GONE}
            await self.store.save(replace(job, notes=notes, retry_at=None), was=job.status)
            return Again()
        delay = self._delay(job, error)
        if delay is not None:
            return await self._again(job, error, delay)
        end, reason = self._end(job, error)
        log.warning("job ended", end=end.value, error=str(reason))
        ended = replace(job, status=end, failure=reason, attempts=0, retry_at=None)
        await self.store.save(ended, was=job.status)
        return Again()

    async def _again(self, job: Job, error: BotError, delay: float) -> Turn:
        _log.info("step will be tried again", job=job.id, status=job.status.value, delay=delay, error=str(error))
        # A refused submission waits as `preparing`, so that a crash meanwhile is not mistaken for an unknown outcome.
        status = Status.PREPARING if job.status is Status.SUBMITTING else job.status
        submitted_at = None if status is Status.PREPARING else job.submitted_at
        retry_at = self.clock.now() + timedelta(seconds=delay)
        again = replace(job, status=status, submitted_at=submitted_at, attempts=job.attempts + 1, retry_at=retry_at)
        await self.store.save(again, was=job.status)
        self.watch.retry(job.status, type(error).__name__)
        return Again(delay, at_api=status is Status.WAITING)

    def _delay(self, job: Job, error: BotError) -> float | None:
        now = self.clock.now()
        if job.status is Status.SUBMITTING and not isinstance(error, _CERTAINLY_NOT_TAKEN):
            return None
        left: timedelta | None = None
        if job.status is Status.WAITING and job.submitted_at is not None:
            left = job.submitted_at + self.settings.poll_deadline - now
        if job.status is Status.DELIVERING and job.results_expire_at is not None:
            left = job.results_expire_at - now
        if left is not None and left < timedelta(0):
            # The deadline is for tasks that are not ready; while the API does not answer, nobody knows of this one.
            unheard = job.status is Status.WAITING and job.attempts < UNHEARD_ATTEMPTS
            return POLICIES[job.status].delay(error, job.attempts + 1, self.jitter()) if unheard else None
        if isinstance(error, TaskUnknownToApi) and job.submitted_at is not None and now - job.submitted_at < FRESH:
            return self.settings.poll_longest
        if isinstance(error, UnknownError) and job.status in {Status.WAITING, Status.DELIVERING}:
            return self.settings.poll_longest if job.attempts < UNFORESEEN_ATTEMPTS else None
        delay = POLICIES[job.status].delay(error, job.attempts + 1, self.jitter())
        if delay is None or left is None:
            return delay
        # However long the server asks us to stay away, one more try is due when the time is up.
        return min(delay, left.total_seconds() + 1)

    def _end(self, job: Job, error: BotError) -> tuple[Status, BotError]:
        match job.status:
            case Status.SUBMITTING if error.cost is not Cost.NOTHING:
                return Status.UNKNOWN, error
            case Status.WAITING if isinstance(error, TaskOverdue) or error.retryable:
                minutes = round(self.settings.poll_deadline.total_seconds() / 60)
                return Status.EXPIRED, TaskOverdue(detail=getattr(error, "detail", ""), minutes=minutes)
            case Status.WAITING if isinstance(error, ApiStatusError):
                # Whatever the refusal is about, it is of our asking; the task was taken and may well be paid for.
                return Status.FAILED, TaskOutOfSight(detail=error.detail).with_cause(error)
            case Status.DELIVERING if isinstance(error, DeliveryError):
                return Status.FAILED, DeliveryGivenUp(reason=error).with_cause(error)
        refused = isinstance(error, _REFUSALS) and Status.REFUSED in TRANSITIONS[job.status]
        return (Status.REFUSED if refused else Status.FAILED), error

    async def _telling_failed(self, job: Job, error: BotError) -> Turn:
        delay = TELLING.delay(error, job.attempts + 1, self.jitter())
        if isinstance(error, UnknownError) and job.attempts < UNFORESEEN_ATTEMPTS:
            delay = self.settings.poll_longest
        if delay is not None:
            return await self._again(job, error, delay)
        # Nobody can be reached in any place the bot knows of: the operator is the only one left to tell.
        _log.error("the requester could not be told", job=job.id, end=job.status.value, error=str(error))
        await self.store.save(replace(job, told=True), was=job.status)
        # One more step, which lets go of what is kept for the job.
        return Again()

    async def _elsewhere(self, job: Job) -> Job | None:
        """Return the job with its next best place, or None when there is no other.

        A lost thread leads to its channel, a lost channel to the interaction's token while that lives, and whatever
        else is lost to direct messages. The card stays where it is.
        """
        kept = {part: sent for part, sent in job.sent.items() if sent.message_id is not None}
        place = job.place
        if place.direct_channel_id is not None:
            return None
        if place.venue is Venue.THREAD:
            kept.pop(TASK_PART, None)
            reason = NoThread.REFUSED if job.thread_id is None else NoThread.THREAD_GONE
            moved = replace(place, venue=Venue.CHANNEL, no_thread=reason)
            return replace(job, place=moved, thread_id=None, sent=kept)
        if place.venue is Venue.CHANNEL and place.token and self.clock.now() < place.token_expires_at:
            return replace(job, place=replace(place, venue=Venue.INTERACTION), sent=kept)
        try:
            channel_id = await self.messenger.open_direct_message(job)
        except (DiscordUnavailable, JobLost, StorageUnavailable):
            raise
        except BotError as error:
            _log.warning("no direct message either", job=job.id, error=str(error))
            return None
        if channel_id == place.channel_id:
            return None
        return replace(job, place=replace(place, direct_channel_id=channel_id), sent=kept)
