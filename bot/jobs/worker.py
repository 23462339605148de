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
from bot.domain.job import AT_THE_API, Claim, Job, Status
from bot.errors import BotError, JobLost, StorageUnavailable
from bot.jobs.ports import JobStore, Unwatched, Watch
from bot.jobs.queue import SubmissionQueue
from bot.jobs.settings import JobSettings
from bot.jobs.steps import Steps
from bot.jobs.trouble import Trouble
from bot.jobs.turns import Again, Done, InLine, Turn
from bot.jobs.unforeseen import foreseen

_log = structlog.get_logger(__name__)

CLAIM_AT_ONCE = 500
_AFTER_A_STUMBLE = 1.0
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
        in_line: jobs that wait for a place at the API.
        at_api: jobs that hold one.
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
        watch: Watch | None = None,
    ) -> None:
        self._watch = watch or Unwatched()
        self._store = store
        self._steps = steps
        self._trouble = trouble
        self._clock = clock
        self._settings = settings
        self._queue = SubmissionQueue(settings.max_running_tasks)
        self._due: list[tuple[float, int, str]] = []
        # The one entry of the heap that counts for a job; older ones are passed over.
        self._entry: dict[str, int] = {}
        self._order = itertools.count()
        self._users: dict[str, int] = {}
        self._admitted: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        # Claimed again while a step was running that knew them from before.
        self._regained: set[str] = set()
        self._changed = asyncio.Event()
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether a step is running, or due right now."""
        due = bool(self._due) and self._due[0][0] <= self._clock.monotonic()
        return bool(self._running) or due

    @property
    def open_jobs(self) -> int:
        """How many jobs this process holds."""
        return len(self._users)

    def backlog(self) -> Backlog:
        """Return what waits for this process."""
        now = self._clock.monotonic()
        due = [moment for moment, entry, job_id in self._due if moment <= now and self._entry.get(job_id) == entry]
        oldest = now - min(due, default=now)
        return Backlog(len(due), oldest, len(self._running), self._queue.waiting, self._queue.running)

    def take(self, job: Job) -> None:
        """Start on a job that was just stored."""
        self._users[job.id] = job.requester.user_id
        self._schedule(job.id, 0.0)

    async def run(self) -> None:
        """Work until cancelled or drained: claim what is left from before, then whatever becomes due."""
        keeper = asyncio.create_task(self._keep_leases(), name="leases")
        keeper.add_done_callback(lambda _: self._changed.set())
        try:
            while not (self._stopping and not self._running):
                if keeper.done() and not self._stopping:
                    keeper.result()
                self._start_due()
                await self._pause()
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

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
        self._stopping = True
        self._changed.set()
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
        self._stopping = True
        for task in self._running.values():
            task.cancel()
        self._changed.set()

    def _schedule(self, job_id: str, seconds: float) -> None:
        entry = next(self._order)
        self._entry[job_id] = entry
        heapq.heappush(self._due, (self._clock.monotonic() + seconds, entry, job_id))
        self._changed.set()

    def _start_due(self) -> None:
        now = self._clock.monotonic()
        while (
            not self._stopping
            and self._due
            and self._due[0][0] <= now
            and len(self._running) < self._settings.steps_at_once
        ):
            _, entry, job_id = heapq.heappop(self._due)
            if self._entry.get(job_id) == entry and job_id not in self._running:
                self._start(job_id, self._steps.advance)

    def _start(self, job_id: str, step: Callable[[Job], Awaitable[Turn]]) -> None:
        self._entry.pop(job_id, None)
        task = asyncio.create_task(self._take_turn(job_id, step), name=f"job {job_id}")
        self._running[job_id] = task

    async def _pause(self) -> None:
        """Wait until something changes or the next job is due."""
        self._changed.clear()
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._changed.wait())]
        if self._due and len(self._running) < self._settings.steps_at_once and not self._stopping:
            delay = self._due[0][0] - self._clock.monotonic()
            waits.append(asyncio.ensure_future(self._clock.sleep(delay)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _take_turn(self, job_id: str, step: Callable[[Job], Awaitable[Turn]]) -> None:
        # On every line that is logged from here on, other libraries' too; each task has a context of its own.
        structlog.contextvars.bind_contextvars(job=job_id)
        turn: Turn = Again(_AFTER_A_STUMBLE, at_api=True)
        try:
            turn = await self._step(job_id, step)
        except JobLost:
            _log.warning("job is another process's by now", job=job_id)
            turn = Again(at_api=True) if job_id in self._regained else Done()
        except StorageUnavailable as error:
            # Nothing can be recorded, so nothing is decided: the row still says where the job stands.
            _log.error("database unavailable", job=job_id, error=str(error))
        except Exception:  # noqa: BLE001 - the trouble itself could not be dealt with; the job stays open
            _log.exception("a job could not be worked on", job=job_id)
            turn = Again(_AFTER_A_FALL, at_api=True)
        finally:
            del self._running[job_id]
            self._regained.discard(job_id)
            self._follow(job_id, turn)

    async def _step(self, job_id: str, step: Callable[[Job], Awaitable[Turn]]) -> Turn:
        job = await self._store.get(job_id)
        if job is None:
            return Done()
        try:
            return await self._watched(job, step)
        except (JobLost, StorageUnavailable):
            raise
        except BotError as error:
            trouble = error
        stumbled = False
        while True:
            try:
                latest = await self._store.get(job_id)
                if latest is None:
                    return Done()
                if stumbled and latest.status not in {Status.PREPARING, Status.SUBMITTING}:
                    # It was stored all the same, although the database said otherwise.
                    return Again()
                return await self._trouble.handle(latest, trouble)
            except StorageUnavailable as error:
                stumbled = True
                if step != self._submit:
                    raise
                # What the API said is known here only; a row left as it is would be taken for an unknown outcome.
                _log.error("the API's answer is not stored yet", job=job_id, answer=str(trouble), error=str(error))
                await self._clock.sleep(_AFTER_A_STUMBLE)

    async def _watched(self, job: Job, step: Callable[[Job], Awaitable[Turn]]) -> Turn:
        name = Status.SUBMITTING if step == self._submit else job.status
        begun = self._clock.monotonic()
        try:
            with foreseen(job):
                turn = await step(job)
        except BotError as error:
            self._watch.step(name, type(error).__name__, self._clock.monotonic() - begun)
            raise
        self._watch.step(name, "ok", self._clock.monotonic() - begun)
        if isinstance(turn, Done):
            self._watch.ended(job.status)
        return turn

    def _follow(self, job_id: str, turn: Turn) -> None:
        match turn:
            case Again(seconds, at_api):
                if not at_api:
                    self._leave(job_id)
                self._schedule(job_id, seconds)
            case InLine():
                new = self._queue.enter(job_id, self._users[job_id])
                if self._queue.holds(job_id):
                    # Admitted meanwhile, or it kept its place through a stumble before the POST.
                    self._admitted.add(job_id)
                self._admit()
                if new and job_id not in self._admitted and job_id not in self._running:
                    # Not its turn yet: one more look at it, which shows the person that it waits.
                    self._schedule(job_id, 0.0)
            case Done():
                self._users.pop(job_id, None)
                self._entry.pop(job_id, None)
                self._leave(job_id)
                self._queue.forget(job_id)
        self._admit()
        self._changed.set()

    def _leave(self, job_id: str) -> None:
        self._queue.leave(job_id)
        self._admitted.discard(job_id)

    def _admit(self) -> None:
        self._admitted.update(self._queue.admit())
        for job_id in [job for job in self._admitted if job not in self._running]:
            self._admitted.discard(job_id)
            if not self._stopping:
                self._start(job_id, self._submit)

    async def _submit(self, job: Job) -> Turn:
        return await self._steps.submit(job, may_post=lambda: not self._stopping)

    async def _keep_leases(self) -> None:
        """Renew our leases, three times in each, and claim what nobody holds, as often as the settings say."""
        renewal = self._settings.lease.total_seconds() / 3
        pause = min(self._settings.claim_every.total_seconds(), renewal)
        renew_at = self._clock.monotonic()
        while not self._stopping:
            try:
                if self._clock.monotonic() >= renew_at:
                    if await self._store.renew() > self.open_jobs:
                        await self._find_forgotten()
                    renew_at = self._clock.monotonic() + renewal
                while claims := await self._store.claim(CLAIM_AT_ONCE):
                    for claim in claims:
                        self._take_over(claim)
            except StorageUnavailable as error:
                _log.error("leases not renewed", error=str(error))
            await self._clock.sleep(pause)

    async def _find_forgotten(self) -> None:
        """Start on jobs that were stored or claimed although the database, going away, could not say so."""
        for claim in await self._store.held():
            if claim.job_id not in self._users:
                _log.warning("job found that this process holds", job=claim.job_id)
                self._take_over(claim)

    def _take_over(self, claim: Claim) -> None:
        if claim.job_id in self._running:
            self._regained.add(claim.job_id)
        self._users[claim.job_id] = claim.user_id
        if claim.status in AT_THE_API:
            self._queue.occupy(claim.job_id, claim.user_id)
        wait = 0.0 if claim.retry_at is None else (claim.retry_at - self._clock.now()).total_seconds()
        self._schedule(claim.job_id, min(max(0.0, wait), _LONGEST_WAIT))
