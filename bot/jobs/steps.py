"""The steps of a job, one method a status: each ends with the row saved in the state it has reached."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.domain.job import CARD_PART, SHEET_PART, TASK_PART, Job, Status, TaskStatus
from bot.domain.place import NoThread, Venue
from bot.domain.retry import RetryPolicy
from bot.domain.speed import speed_class
from bot.errors import (
    DiscordRejected,
    DiscordUnavailable,
    JobInterrupted,
    JobLost,
    StorageUnavailable,
    TaskOverdue,
    ThreadNotOpened,
)
from bot.jobs.delivery import Delivery
from bot.jobs.messenger import Messenger
from bot.jobs.polling import jittered
from bot.jobs.ports import Gatherer, ImageApi, JobStore, ReferencePreparer
from bot.jobs.sending import Sender
from bot.jobs.settings import JobSettings
from bot.jobs.sheets import Sheets, taken_over
from bot.jobs.telling import Telling
from bot.jobs.tempo import Tempo
from bot.jobs.tenure import Tenure
from bot.jobs.turns import Again, Done, InLine, Turn

T = TypeVar("T")

RESULTS_LIVE = timedelta(hours=24)
"""How long result links work. Source: https://www.volcengine.com/docs/82379/1541523 (`url`: valid for 24 hours)."""

ACKNOWLEDGED_BY_THEN = timedelta(seconds=5)
"""Until when a command may still be acknowledged; Discord takes that for three seconds.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
"""

WORTH_AN_EDIT = timedelta(seconds=20)
"""How long a task has been at the API when its thread is told of a status between the first and the last.

Only where the card is the bot's own message, whose edits count toward its 50 requests a second: most tasks are ready by
then, and take five requests in all (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit).
"""

_log = structlog.get_logger(__name__)
_SAVING = RetryPolicy(attempts=1_000_000, first=0.2, longest=10.0)


@dataclass(frozen=True, slots=True)
class Steps:
    """Works on one job at a time; holds no state of any job."""

    store: JobStore
    api: ImageApi
    gatherer: Gatherer
    preparer: ReferencePreparer
    messenger: Messenger
    sender: Sender
    sheets: Sheets
    delivery: Delivery
    telling: Telling
    tenure: Tenure
    clock: Clock
    settings: JobSettings
    jitter: Callable[[], float] = random.random
    tempo: Tempo = field(init=False)
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        # Frozen means that nobody sets anything later on.
        object.__setattr__(self, "tempo", Tempo(self.settings.poll_first, self.settings.poll_longest))
        object.__setattr__(self, "begun", self.clock.now())

    async def advance(self, job: Job) -> Turn:
        """Take the step that a stored job's status asks for.

        Raises:
            BotError: the step failed; `Trouble` decides what follows.
        """
        match job.status:
            case Status.ACCEPTED:
                return await self._begin(job)
            case Status.PREPARING:
                return await self._prepare(job)
            case Status.SUBMITTING:
                # Only a row left by a process that is gone is ever found in this state.
                raise JobInterrupted
            case Status.WAITING:
                return await self._poll(job)
            case Status.DELIVERING:
                if job.attempts and job.task_shown is not job.task_status:
                    # It takes longer than one message, so the thread should not go on about processing.
                    job = await self._show_status(job)
                return await self.delivery.deliver(job)
            case _:
                return await self._tell(job)

    async def _begin(self, job: Job) -> Turn:
        """Begin a job whose command was acknowledged; of one left in between, Discord knows whether it was.

        A message is answered here, for the job's row is all that was promised so far.
        """
        if job.place.ask is not None and job.place.direct_channel_id is None:
            job = await self.sender.send(await self.sender.settle(job), CARD_PART, self.messenger.post_card)
            job = replace(job, place=replace(job.place, card_id=job.message_id(CARD_PART) or 0))
        elif not job.place.card_id and job.place.ask is None:
            age = self.clock.now() - job.created_at
            if timedelta() <= age < ACKNOWLEDGED_BY_THEN:
                return Again((ACKNOWLEDGED_BY_THEN - age).total_seconds())
            card_id = await self.messenger.find_card(job)
            if card_id is None:
                # Discord itself has told the person that there was no answer.
                _log.warning("command was never acknowledged", job=job.id)
                await self._save(replace(job, status=Status.CANCELLED, told=True), job)
                return Again()
            job = replace(job, place=replace(job.place, card_id=card_id))
        await self._save(replace(job, status=Status.PREPARING, attempts=0, retry_at=None), job)
        return Again()

    async def _prepare(self, job: Job) -> Turn:
        if job.place.ask is None:
            await self._show_quietly(job)
        if not job.prepared:
            gathering = bool(job.sources)
            if job.sources:
                job = await self._gather(job)
            if not all(reference.api_url for reference in job.references):
                prepared = await self.preparer.prepare(job.references)
                job = await self._save(await self.sheets.shown(taken_over(job, prepared), prepared.sheet), job)
            if job.place.ask is not None and (gathering or job.remarks) and SHEET_PART not in job.sent:
                # The card did not know of it yet.
                await self._show_quietly(job)
            if job.place.venue is Venue.THREAD and job.thread_id is None:
                job = await self._open_thread(job)
        return InLine()

    async def _gather(self, job: Job) -> Job:
        gathered = await self.gatherer.gather(job)
        after = replace(
            job,
            request=replace(job.request, reference_count=len(gathered.references)),
            references=gathered.references,
            remarks=job.remarks + gathered.remarks,
            sources=(),
        )
        saved = await self._save(after, job)
        await self.gatherer.settle(job, gathered)
        return saved

    async def _open_thread(self, job: Job) -> Job:
        try:
            return await self._save(replace(job, thread_id=await self.messenger.open_thread(job)), job)
        except ThreadNotOpened:
            place = replace(job.place, venue=Venue.CHANNEL, no_thread=NoThread.REFUSED)
            return await self._save(replace(job, place=place), job)

    async def submit(self, job: Job, *, may_post: Callable[[], bool] = lambda: True) -> Turn:
        """POST a prepared job whose turn has come. The intent is committed first, the task id right after.

        Args:
            job: a prepared one.
            may_post: asked at the last moment: a POST begun while the bot stops would be cut off, and its outcome
                unknown, for nothing.

        Raises:
            BotError: the POST failed; `Trouble` tells what may be tried again from what is unknown.
        """
        if job.status is not Status.PREPARING:
            return Again()
        submitting = replace(job, status=Status.SUBMITTING, submitted_at=self.clock.now())
        if job.place.venue is not Venue.THREAD and job.place.ask is None:
            await self._show_quietly(submitting)
        await self.api.reserve()
        if not may_post():
            return Again()
        # From here on, only the POST itself may take time: whoever finds this row cannot know whether it went out.
        job = await self._save(submitting, job)
        await self._ensure_ours(job)
        urls = [reference.api_url for reference in job.references if reference.api_url]
        task_id = await self.api.submit(job.request, urls)
        now = self.clock.now()
        waiting = replace(
            job,
            status=Status.WAITING,
            task_id=task_id,
            task_status=TaskStatus.PENDING,
            task_since=now,
            submitted_at=now,
            attempts=0,
            retry_at=None,
        )
        try:
            job = await self._save_surely(waiting, job)
        except JobLost:
            # Whoever has it by now has told the person that the outcome is unknown; the operator can have it fetched.
            _log.error("a task was taken whose job is another process's by now", job=job.id, task=task_id)
            raise
        job = await self._show_status(job)
        return Again(await self._poll_delay(job), at_api=True)

    async def _show_quietly(self, job: Job) -> None:
        """Show where the job stands; Discord being away is no reason to hold it up."""
        try:
            await self.messenger.show_card(job)
        except DiscordUnavailable as error:
            _log.warning("card not shown", job=job.id, error=str(error))

    async def _save_surely(self, job: Job, before: Job) -> Job:
        # The task is paid for and its id is only here: there is nothing better to do than to try on.
        return await self._surely(lambda: self._save(job, before), f"id of task {job.task_id} not stored yet", job)

    async def _ensure_ours(self, job: Job) -> None:
        # Nothing is sent yet, which the row, `submitting`, does not tell: so nobody else is to find it like that.
        await self._surely(lambda: self.tenure.ensure(job), "POST waits for the database", job)

    async def _surely(self, act: Callable[[], Awaitable[T]], trouble: str, job: Job) -> T:
        failures = 0
        while True:
            try:
                return await act()
            except StorageUnavailable as error:
                failures += 1
                _log.error(trouble, job=job.id, error=str(error))
                await self.clock.sleep(_SAVING.delay(error, failures, self.jitter()) or 1.0)

    async def _poll(self, job: Job) -> Turn:
        task_id = job.task_id
        if task_id is None:
            raise JobInterrupted
        if any(sent.images and sent.message_id is None for sent in job.sent.values()):
            # Left in doubt by a restored database: looked for from the time of asking on, before there is a later one.
            job = await self.sender.settle(job)
        state = await self.api.poll(task_id)
        if state.failure is not None:
            raise state.failure
        now = self.clock.now()
        if state.status is TaskStatus.COMPLETED:
            done = replace(
                job,
                status=Status.DELIVERING,
                task_status=state.status,
                task_since=now,
                completed_at=now,
                results=state.results,
                results_expire_at=now + RESULTS_LIVE,
                attempts=0,
                retry_at=None,
            )
            self._learn_from(done)
            await self._save(done, job)
            return Again()
        if self.overdue(job):
            raise TaskOverdue(minutes=round(self.settings.poll_deadline.total_seconds() / 60))
        if state.status is not None and state.status is not job.task_status:
            job = await self._save(replace(job, task_status=state.status, task_since=now, attempts=0), job)
        elif job.attempts:
            job = await self._save(replace(job, attempts=0, retry_at=None), job)
        if job.task_shown is not job.task_status and self._worth_showing(job):
            job = await self._show_status(job)
        return Again(await self._poll_delay(job), at_api=True)

    def _worth_showing(self, job: Job) -> bool:
        if job.place.ask is None or job.place.venue is not Venue.THREAD or not job.message_id(TASK_PART):
            return True
        return job.submitted_at is None or self.clock.now() - job.submitted_at >= WORTH_AN_EDIT

    def overdue(self, job: Job) -> bool:
        """Tell whether a task has had more time than the deadline gives."""
        return job.submitted_at is not None and self.clock.now() - job.submitted_at > self.settings.poll_deadline

    async def _poll_delay(self, job: Job) -> float:
        speed, now = speed_class(job.request), self.clock.monotonic()
        if self.tempo.wants(speed, now):
            try:
                self.tempo.learn(speed, await self.store.recent_seconds(speed), now)
            except StorageUnavailable as error:
                # The pauses can do without; the next poll looks again.
                _log.warning("durations not known", job=job.id, error=str(error))
        elapsed = (self.clock.now() - (job.submitted_at or self.clock.now())).total_seconds()
        return jittered(self.tempo.rhythm(speed).pause(elapsed), self.jitter())

    def _learn_from(self, job: Job) -> None:
        """Note how long a task took, unless it may have ended while no process asked for it."""
        if job.submitted_at is not None and job.completed_at is not None and job.submitted_at >= self.begun:
            seconds = (job.completed_at - job.submitted_at).total_seconds()
            self.tempo.observe(speed_class(job.request), seconds, self.clock.monotonic())

    async def _show_status(self, job: Job) -> Job:
        """Show task id and status where the person looks for them; return the job with that recorded.

        Discord being away is no reason to stop asking the API: what could not be shown is shown after the next poll.
        """
        try:
            if job.place.venue is not Venue.THREAD:
                await self.messenger.show_card(job)
            elif job.message_id(TASK_PART):
                await self.messenger.edit_task(job)
            else:
                job = await self.sender.send(await self.sender.settle(job), TASK_PART, self.messenger.post_task)
                if job.place.ask is None:
                    # Edits through the interaction's token cost nothing, so the card need not go on about references.
                    await self.messenger.show_card(job)
        except DiscordUnavailable as error:
            _log.warning("status not shown yet", job=job.id, error=str(error))
            # The intent to send may have been stored by then.
            return await self._as_stored(job)
        except DiscordRejected as error:
            # It would be rejected again, and the task goes on whether it is shown or not.
            _log.error("status message rejected", job=job.id, error=str(error))
            job = await self._as_stored(job)
            sent = {part: sent for part, sent in job.sent.items() if part != TASK_PART or sent.message_id is not None}
            job = replace(job, sent=sent)
        return await self._save(replace(job, task_shown=job.task_status), job)

    async def _tell(self, job: Job) -> Turn:
        if not job.told:
            job = await self.telling.tell(job)
            await self._save(replace(job, told=True, attempts=0, retry_at=None), job)
        await self.delivery.finish(job)
        return Done()

    async def _as_stored(self, job: Job) -> Job:
        stored = await self.store.get(job.id)
        if stored is None:
            raise JobLost(job_id=job.id)
        return stored

    async def _save(self, job: Job, before: Job) -> Job:
        return await self.store.save(job, was=before.status)
