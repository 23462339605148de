"""Taking jobs in: what the cogs call."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.domain.job import Job, Requester, Status
from bot.domain.place import Place
from bot.domain.references import Reference
from bot.domain.request import GenerationRequest
from bot.errors import ShuttingDown
from bot.jobs.ports import JobStore
from bot.jobs.worker import Worker

_log = structlog.get_logger(__name__)


def new_job_id() -> str:
    """Return 16 random characters that can be told and typed."""
    return secrets.token_hex(8)


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
        self._idle = asyncio.Event()
        self._idle.set()

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
        self, *, requester: Requester, place: Place, request: GenerationRequest, references: Sequence[Reference]
    ) -> Job:
        """Store a job and have it worked on; from then on it survives whatever happens to this process.

        Raises:
            StorageUnavailable: it could not be stored; nothing was begun.
        """
        job = Job(
            id=self._new_id(),
            status=Status.ACCEPTED,
            requester=requester,
            place=place,
            request=replace(request, reference_count=len(references)),
            references=tuple(references),
            created_at=self._clock.now(),
        )
        await self._store.add(job)
        _log.info(
            "job accepted",
            job=job.id,
            user=requester.user_id,
            guild=place.guild_id,
            venue=place.venue.value,
            version=request.version.value,
            references=len(references),
        )
        self._worker.take(job)
        return job
