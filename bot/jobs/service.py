"""Taking jobs in: what the cogs call."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.domain.job import Job, Requester, Status
from bot.domain.place import Place
from bot.domain.request import GenerationRequest
from bot.domain.sources import Picture, Source, numbered
from bot.errors import AlreadyTaken, JobLost, ShuttingDown, StorageUnavailable
from bot.jobs.ports import JobStore
from bot.jobs.worker import Worker

STORED_WITHIN = 1.0
"""Real seconds for which an acknowledgement waits for the job's row; Discord gives it three."""

HELD_SECONDS = 1.0
"""Real seconds for which a job waits at most, once it is acknowledged, for the commands that came with it to be."""

_log = structlog.get_logger(__name__)


def new_job_id() -> str:
    """Return 16 random characters that can be told and typed."""
    return secrets.token_hex(8)


def job_id_of(message_id: int) -> str:
    """Return the id of the job that a message asks for: always the same."""
    return f"{message_id:016x}"


class JobService:
    """Accepts jobs: from then on each is worked on until its person has been told the end."""

    def __init__(
        self, *, store: JobStore, worker: Worker, clock: Clock, new_id: Callable[[], str] = new_job_id
    ) -> None:
        self._store = store
        self._worker = worker
        self._clock = clock
        self._new_id = new_id
        self._closed = False
        self._admitted = 0
        self._promising: set[str] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._unanswered = 0
        self._all_answered: asyncio.Event | None = None

    def ensure_open(self) -> None:
        """Refuse new jobs while the bot is being stopped.

        Raises:
            ShuttingDown: nothing new is taken in.
        """
        if self._closed:
            raise ShuttingDown

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Let one command in, from before its acknowledgement until its job is stored.

        Raises:
            ShuttingDown: nothing new is taken in.
        """
        self.ensure_open()
        self._admitted += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._admitted -= 1
            if not self._admitted:
                self._idle.set()

    async def close(self, seconds: float) -> None:
        """Take nothing new from now on, and wait until whoever has been let in has been served, `seconds` at most."""
        self._closed = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def accept(
        self,
        *,
        requester: Requester,
        place: Place,
        request: GenerationRequest,
        sources: Sequence[Source],
        acknowledge: Callable[[], Awaitable[int]],
        job_id: str | None = None,
    ) -> Job:
        """Store a job, acknowledge its command, and have it worked on; return it.

        In this order, so that whatever happens to this process, nobody waits for a job that is not there. Whoever finds
        a job whose acknowledgement is not noted asks Discord for it, and does not begin without. A database that takes
        its time does not hold the acknowledgement up for long.

        Args:
            requester: who asks.
            place: where, with a `card_id` of 0.
            request: what for.
            sources: where its reference images come from, in order; what is no picture yet is gathered later.
            acknowledge: answers the command and returns the id of the reply.
            job_id: the same for whichever process hears of the command, so that one alone takes it; None for a new one.

        Raises:
            AlreadyTaken: another process has it.
            StorageUnavailable: it could not be stored; nothing was begun.
            Exception: what `acknowledge` raises; whether Discord took it all the same is found out later.
        """
        job = self._new_job(job_id or self._new_id(), requester, place, request, sources)
        storing = asyncio.create_task(self._store.add(job), name=f"storing {job.id}")
        card_id = 0
        try:
            with self._answering():
                await asyncio.wait({storing}, timeout=STORED_WITHIN)
                if storing.done():
                    storing.result()
                card_id = await acknowledge()
            await self._others()
        finally:
            await storing
            job = await self._begin(job, card_id)
        return job

    async def promise(
        self, *, requester: Requester, place: Place, request: GenerationRequest, sources: Sequence[Source]
    ) -> Job | None:
        """Store a job that a message asks for and have it worked on; None where that message has its job already.

        Nobody waits for an acknowledgement, so the row itself is the promise: the job's first step answers the message.
        The job's id is made of the message's, so that whoever hears of the same message again makes no second one.

        Args:
            requester: who asks.
            place: where, with the message that asks, and a `card_id` of 0.
            request: what for.
            sources: where its reference images come from, in order.

        Raises:
            StorageUnavailable: it could not be stored; nothing was begun.
        """
        if place.ask is None:
            raise ValueError("no message asks for this job")
        job = self._new_job(job_id_of(place.ask.message_id), requester, place, request, sources)
        if job.id in self._promising:
            return None
        self._promising.add(job.id)
        try:
            if await self._store.get(job.id) is not None:
                return None
            await self._store.add(job)
        except AlreadyTaken:
            return None
        finally:
            self._promising.discard(job.id)
        try:
            await self._others()
        finally:
            job = await self._begin(job, card_id=0)
        return job

    def _new_job(
        self, job_id: str, requester: Requester, place: Place, request: GenerationRequest, sources: Sequence[Source]
    ) -> Job:
        pictures = [source for source in sources if isinstance(source, Picture)]
        known = len(pictures) == len(sources)
        return Job(
            id=job_id,
            status=Status.ACCEPTED,
            requester=requester,
            place=place,
            request=replace(request, reference_count=len(pictures)),
            references=numbered(pictures) if known else (),
            sources=() if known else tuple(sources),
            created_at=self._clock.now(),
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        self._unanswered += 1
        try:
            yield
        finally:
            self._unanswered -= 1
            if not self._unanswered and self._all_answered is not None:
                self._all_answered.set()

    async def _others(self) -> None:
        """Wait until the other commands of a burst are acknowledged: only that has to be in time.

        All that a job does takes time of those: a line in the log, a writing, a task of its own.
        """
        if not self._unanswered:
            return
        if self._all_answered is None or self._all_answered.is_set():
            self._all_answered = asyncio.Event()
            asyncio.get_running_loop().call_later(HELD_SECONDS, self._all_answered.set)
        await self._all_answered.wait()

    async def _begin(self, job: Job, card_id: int) -> Job:
        """Note the acknowledgement of a stored job and hand it to the worker, who finds out what could not be noted."""
        place = job.place
        _log.info(
            "job accepted",
            job=job.id,
            user=job.requester.user_id,
            guild=place.guild_id,
            venue=place.venue.value,
            version=job.request.version.value,
            references=len(job.references) + len(job.sources),
        )
        if card_id:
            begun = replace(job, status=Status.PREPARING, place=replace(place, card_id=card_id))
            try:
                job = await self._store.save(begun, was=job.status)
            except StorageUnavailable as error:
                _log.error("acknowledgement not noted", job=job.id, error=str(error))
            except JobLost:
                _log.warning("job is another process's by now", job=job.id)
                return job
        self._worker.take(job)
        return job
