"""The loop that works on jobs: a heap of what is due, a few steps at a time, leases renewed.

A waiting job costs its row and a heap entry, not a task with a stack.
"""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable

import structlog

from bot.clock import Clock
from bot.domain.job import Claim, Job, Status
from bot.errors import BotError, JobLost, StorageUnavailable
from bot.jobs.ports import JobStore
from bot.jobs.queue import SubmissionQueue
from bot.jobs.settings import JobSettings
from bot.jobs.steps import Steps
from bot.jobs.trouble import Trouble
from bot.jobs.turns import Again, Done, InLine, Turn
from bot.jobs.unforeseen import foreseen

_log = structlog.get_logger(__name__)

CLAIM_AT_ONCE = 500
_AT_THE_API = {Status.SUBMITTING, Status.WAITING}
_AFTER_A_STUMBLE = 1.0
_AFTER_A_FALL = 60.0
_LONGEST_WAIT = 600.0
"""Seconds that a stored pause holds a job up at most, for the clock may have been wrong when it was stored."""


class Worker:
    """Works on every open job this process holds."""

    def __init__(self, *, store: JobStore, steps: Steps, trouble: Trouble, clock: Clock, settings: JobSettings) -> None:
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

    async def drain(self, seconds: float) -> None:
        """Take no further step, let running ones end for at most `seconds`, cut off the rest, give back the leases."""
        self._stopping = True
        self._changed.set()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._store.release()

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
        turn: Turn = Again(_AFTER_A_STUMBLE, at_api=True)
        try:
            turn = await self._step(job_id, step)
        except JobLost:
            _log.warning("job is another process's by now", job=job_id)
            turn = Done()
        except StorageUnavailable as error:
            # Nothing can be recorded, so nothing is decided: the row still says where the job stands.
            _log.error("database unavailable", job=job_id, error=str(error))
        except Exception:  # noqa: BLE001 - the trouble itself could not be dealt with; the job stays open
            _log.exception("a job could not be worked on", job=job_id)
            turn = Again(_AFTER_A_FALL, at_api=True)
        finally:
            del self._running[job_id]
            self._follow(job_id, turn)

    async def _step(self, job_id: str, step: Callable[[Job], Awaitable[Turn]]) -> Turn:
        job = await self._store.get(job_id)
        if job is None:
            return Done()
        try:
            with foreseen(job):
                return await step(job)
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
        return await self._steps.submit(job)

    async def _keep_leases(self) -> None:
        """Claim jobs nobody holds and renew our own, three times a lease."""
        while not self._stopping:
            try:
                await self._store.renew()
                while claims := await self._store.claim(CLAIM_AT_ONCE):
                    for claim in claims:
                        self._take_over(claim)
            except StorageUnavailable as error:
                _log.error("leases not renewed", error=str(error))
            await self._clock.sleep(self._settings.lease.total_seconds() / 3)

    def _take_over(self, claim: Claim) -> None:
        self._users[claim.job_id] = claim.user_id
        if claim.status in _AT_THE_API:
            self._queue.occupy(claim.job_id, claim.user_id)
        wait = 0.0 if claim.retry_at is None else (claim.retry_at - self._clock.now()).total_seconds()
        self._schedule(claim.job_id, min(max(0.0, wait), _LONGEST_WAIT))
