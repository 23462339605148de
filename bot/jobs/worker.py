"""The loop that works on jobs: a heap of what is due, a few steps at a time, leases renewed.

A waiting job costs its row and a heap entry, not a task with a stack.
"""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.domain.job import AT_THE_API, Claim, Job
from bot.errors import JobLost, StorageUnavailable
from bot.jobs.admissions import Admissions
from bot.jobs.attempts import AFTER_A_STUMBLE, Attempts
from bot.jobs.leases import Leases
from bot.jobs.ports import AdmissionLine, JobStore, Unwatched, Watch
from bot.jobs.settings import JobSettings
from bot.jobs.steps import Steps
from bot.jobs.tenure import Tenure
from bot.jobs.trouble import Trouble
from bot.jobs.turns import Again, Done, InLine, Turn
from bot.jobs.waiting import until_rung

_log = structlog.get_logger(__name__)

_AFTER_A_FALL = 60.0
_LONGEST_WAIT = 600.0
"""Seconds that a stored pause holds a job up at most, for the clock may have been wrong when it was stored."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a process, and what it is at.

    Attributes:
        due: jobs whose next step should have begun by now.
        oldest_due: for how many seconds the first of them has waited.
        running: steps being taken.
        in_line: jobs of this process that wait for a place at the API.
        at_api: those that hold one.
    """

    due: int
    oldest_due: float
    running: int
    in_line: int
    at_api: int


class Worker:
    """Works on every open job this process holds."""

    def __init__(
        self,
        *,
        store: JobStore,
        steps: Steps,
        trouble: Trouble,
        clock: Clock,
        settings: JobSettings,
        line: AdmissionLine,
        tenure: Tenure,
        watch: Watch | None = None,
    ) -> None:
        self._store = store
        self._attempts = Attempts(
            store,
            steps,
            trouble,
            tenure=tenure,
            clock=clock,
            watch=watch or Unwatched(),
            may_post=lambda: not self._stopping,
        )
        self._clock = clock
        self._settings = settings
        self._admissions = Admissions(line, clock, start=self._start_submitting, look=self._look)
        self._due: list[tuple[float, int, str]] = []
        # The one entry of the heap that counts for a job; older ones are passed over.
        self._entry: dict[str, int] = {}
        self._order = itertools.count()
        self._jobs: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        # Those of them that submit: many may wait for the rate of requests, which is no reason to hold others up.
        self._submitting: set[str] = set()
        # Claimed again while a step was running that knew them from before.
        self._regained: set[str] = set()
        self._changed = asyncio.Event()
        self._stopping = False
        self._leases = Leases(
            store, tenure, clock, settings, known=self._jobs, take_over=self._take_over, look=self._look
        )

    @property
    def busy(self) -> bool:
        """Whether a step is running, or due right now."""
        due = bool(self._due) and self._due[0][0] <= self._clock.monotonic()
        return bool(self._running) or due

    @property
    def open_jobs(self) -> int:
        """How many jobs this process holds."""
        return len(self._jobs)

    def backlog(self) -> Backlog:
        """Return what waits for this process."""
        now = self._clock.monotonic()
        due = [moment for moment, entry, job_id in self._due if moment <= now and self._entry.get(job_id) == entry]
        oldest = now - min(due, default=now)
        line = self._admissions
        return Backlog(len(due), oldest, len(self._running), line.in_line, line.at_api)

    def take(self, job: Job) -> None:
        """Start on a job that was just stored."""
        self._jobs.add(job.id)
        self._admissions.hold(job.id, job.requester.user_id, at_api=job.status in AT_THE_API)
        self._schedule(job.id, 0.0)

    async def run(self) -> None:
        """Work until cancelled or drained: claim what is left from before, then whatever becomes due."""
        helpers = [
            asyncio.create_task(self._leases.keep(), name="leases"),
            asyncio.create_task(self._admissions.run(), name="admissions"),
        ]
        for helper in helpers:
            helper.add_done_callback(lambda _: self._changed.set())
        try:
            while not (self._stopping and not self._running):
                for helper in helpers:
                    if helper.done() and not self._stopping:
                        helper.result()
                self._start_due()
                await self._pause()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def drain(self, seconds: float, grace: float = 5.0) -> None:
        """Take no further step, let running ones end, cut off the rest, give back the leases.

        A paid POST under way is waited for like any other step, as its answer is worth the most. Cut off, its job stays
        `submitting`, so that the next start tells the person that the outcome is unknown.

        Args:
            seconds: how long running steps may take to end; real ones, as whoever asks to stop kills by real ones.
            grace: how long being cut off may take, and giving back.

        Raises:
            StorageUnavailable: the leases were not given back; they run out.
            TimeoutError: the same, and the database does not even say so.
        """
        self._stop()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                _log.warning("a step is cut off; the next start goes on with it", step=task.get_name())
                task.cancel()
            if late:
                # One that waits for a thread that hangs is not waited for: it finds no row of its own to write to.
                await asyncio.wait(late, timeout=grace)
        await asyncio.wait_for(self._store.release(), grace)

    def abandon(self) -> None:
        """Drop everything where it stands, as a crash would."""
        self._stop()
        for task in self._running.values():
            task.cancel()

    def _stop(self) -> None:
        self._stopping = True
        self._leases.close()
        self._changed.set()

    def _schedule(self, job_id: str, seconds: float) -> None:
        entry = next(self._order)
        self._entry[job_id] = entry
        heapq.heappush(self._due, (self._clock.monotonic() + seconds, entry, job_id))
        self._changed.set()

    @property
    def _has_room(self) -> bool:
        others = len(self._running) - len(self._submitting)
        return not self._stopping and others < self._settings.steps_at_once

    def _start_due(self) -> None:
        now = self._clock.monotonic()
        while self._has_room and self._due and self._due[0][0] <= now:
            _, entry, job_id = heapq.heappop(self._due)
            if self._entry.get(job_id) == entry and job_id not in self._running:
                self._start(job_id, self._attempts.advance)

    def _start(self, job_id: str, step: Callable[[str], Awaitable[Turn]]) -> None:
        self._entry.pop(job_id, None)
        task = asyncio.create_task(self._take_turn(job_id, step), name=f"job {job_id}")
        self._running[job_id] = task

    async def _pause(self) -> None:
        """Wait until something changes or the next job is due."""
        self._changed.clear()
        delay = None
        if self._due and self._has_room:
            delay = self._due[0][0] - self._clock.monotonic()
        await until_rung(self._changed, self._clock, delay)

    async def _take_turn(self, job_id: str, step: Callable[[str], Awaitable[Turn]]) -> None:
        # On every line that is logged from here on, other libraries' too; each task has a context of its own.
        structlog.contextvars.bind_contextvars(job=job_id)
        turn: Turn = Again(AFTER_A_STUMBLE, at_api=True)
        try:
            turn = await step(job_id)
            if isinstance(turn, InLine):
                await self._admissions.enter(job_id)
        except JobLost:
            _log.warning("job is another process's by now", job=job_id)
            turn = Again(at_api=True) if job_id in self._regained else Done()
        except StorageUnavailable as error:
            # Nothing can be recorded, so nothing is decided: the row still says where the job stands.
            _log.error("database unavailable", job=job_id, error=str(error))
            turn = Again(AFTER_A_STUMBLE, at_api=True)
        except Exception:  # noqa: BLE001 - the trouble itself could not be dealt with; the job stays open
            _log.exception("a job could not be worked on", job=job_id)
            turn = Again(_AFTER_A_FALL, at_api=True)
        finally:
            del self._running[job_id]
            self._submitting.discard(job_id)
            self._regained.discard(job_id)
            self._follow(job_id, turn)

    def _follow(self, job_id: str, turn: Turn) -> None:
        match turn:
            case Again(seconds, at_api):
                if not at_api:
                    self._admissions.leave(job_id)
                self._schedule(job_id, seconds)
            case Done():
                self._jobs.discard(job_id)
                self._entry.pop(job_id, None)
                self._admissions.forget(job_id)
        self._changed.set()

    def _start_submitting(self, job_id: str) -> bool:
        startable = not self._stopping and job_id not in self._running
        if startable:
            self._submitting.add(job_id)
            self._start(job_id, self._attempts.submit)
        return startable

    def _look(self, job_id: str) -> None:
        """Take one more step of a job: it shows the person that their turn is not yet, or finds the job lost."""
        if job_id not in self._running:
            self._schedule(job_id, 0.0)

    def _take_over(self, claim: Claim) -> None:
        if claim.job_id in self._running:
            self._regained.add(claim.job_id)
        self._jobs.add(claim.job_id)
        self._admissions.hold(claim.job_id, claim.user_id, at_api=claim.status in AT_THE_API)
        wait = 0.0 if claim.retry_at is None else (claim.retry_at - self._clock.now()).total_seconds()
        self._schedule(claim.job_id, min(max(0.0, wait), _LONGEST_WAIT))
