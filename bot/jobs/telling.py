"""Telling the person how a job ended, in every place where they may look for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.domain.job import END_PART, LOST, TASK_PART, Job, PictureNote, Status, links_part
from bot.domain.place import Venue
from bot.errors import BotError, JobLost, StorageUnavailable
from bot.jobs.messenger import Messenger
from bot.jobs.sending import Sender
from bot.jobs.unforeseen import foreseen

EDIT_IS_SEEN = timedelta(seconds=60)
"""How long after asking a person is taken to be still looking, so that an edit without a ping is enough."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The last step: the task message and the card get the outcome, and a message of its own says what edits cannot."""

    messenger: Messenger
    sender: Sender
    clock: Clock

    async def tell(self, job: Job) -> Job:
        """Tell the end of a job; return it with what was sent. Each place is tried, whatever another one says.

        Raises:
            BotError: the person could not be told yet.
        """
        unsaid: BotError | None = None
        try:
            with foreseen(job):
                job = await self._say(job, words=wants_message(job, self.clock))
        except (JobLost, StorageUnavailable):
            raise
        except BotError as error:
            unsaid = error
        seen = bool(job.delivered_images - set(job.noted(PictureNote.UNCONFIRMED))) or bool(job.message_id(END_PART))
        unshown: list[BotError] = []
        shows: list[Callable[[Job], Awaitable[bool]]] = [] if says_enough(job) else [self.messenger.show_card]
        if job.place.venue is Venue.THREAD:
            shows.insert(0, self.messenger.edit_task)
        for show in shows:
            try:
                with foreseen(job):
                    seen = await show(job) or seen
            except (JobLost, StorageUnavailable):
                raise
            except BotError as error:
                unshown.append(error)
        retryable = next((trouble for trouble in unshown if trouble.retryable), None)
        # A lost place may leave no other way to tell, so the edits that may still come to pass are waited for first.
        if retryable is not None and (unsaid is None or not unsaid.retryable):
            raise retryable
        if unsaid is not None:
            raise unsaid
        return job if seen else await self._say(_without_doubtful_end(job), words=True)

    async def _say(self, job: Job, *, words: bool) -> Job:
        """Post the message of the end, where it takes one, and the links that found no room among other words."""
        pages = range(1, self.messenger.link_pages(job) + 1)
        if words or pages:
            job = await self.sender.settle(job)
        if words:
            job = await self.sender.send(job, END_PART, self.messenger.post_end)
        for page in pages:
            job = await self._link(job, page)
        return job

    async def _link(self, job: Job, page: int) -> Job:
        async def post(now: Job, nonce: str) -> int:
            return await self.messenger.post_links(now, page, nonce)

        return await self.sender.send(job, links_part(page), post)


def _without_doubtful_end(job: Job) -> Job:
    """Return a job whose end may be told again, because nobody can be sure that it was: better twice than never."""
    doubtful = END_PART in job.sent and not job.message_id(END_PART)
    return replace(job, sent={p: s for p, s in job.sent.items() if p != END_PART}) if doubtful else job


def says_enough(job: Job) -> bool:
    """Tell whether the card of a message's job stays true as it is: its edits count, and the thread has everything."""
    delivered = job.status is Status.DELIVERED and not job.noted(*LOST, PictureNote.UNCONFIRMED)
    at_home = job.place.venue is Venue.THREAD and job.place.direct_channel_id is None
    return job.place.ask is not None and delivered and at_home and job.message_id(TASK_PART) is not None


def wants_message(job: Job, clock: Clock) -> bool:
    """Tell whether an end needs a message of its own: the person may have turned away, or pictures are missing."""
    if job.status is Status.DELIVERED:
        return bool(job.noted(*LOST, PictureNote.UNCONFIRMED))
    waited = clock.now() - job.created_at > EDIT_IS_SEEN
    return waited or job.thread_id is not None or job.task_id is not None or job.status is Status.UNKNOWN
