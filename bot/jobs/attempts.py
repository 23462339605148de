"""One step of one job, and what is decided when it fails."""

from collections.abc import Awaitable, Callable

import structlog

from bot.clock import Clock
from bot.domain.job import Job, Status
from bot.errors import BotError, JobLost, StorageUnavailable
from bot.jobs.ports import JobStore, Watch
from bot.jobs.steps import Steps
from bot.jobs.tenure import Tenure
from bot.jobs.trouble import Trouble
from bot.jobs.turns import Again, Done, Turn
from bot.jobs.unforeseen import foreseen

_log = structlog.get_logger(__name__)

AFTER_A_STUMBLE = 1.0
"""Seconds until the database is asked again."""


class Attempts:
    """Takes steps of jobs, one at a time of each.

    Args:
        store: where a step begins.
        steps: what is done.
        trouble: decides what becomes of a job whose step failed.
        tenure: is told which steps are being taken.
        clock: times them.
        watch: hears of them.
        may_post: asked right before a paid POST.
    """

    def __init__(
        self,
        store: JobStore,
        steps: Steps,
        trouble: Trouble,
        *,
        tenure: Tenure,
        clock: Clock,
        watch: Watch,
        may_post: Callable[[], bool],
    ) -> None:
        self._store = store
        self._steps = steps
        self._trouble = trouble
        self._tenure = tenure
        self._clock = clock
        self._watch = watch
        self._may_post = may_post

    async def advance(self, job_id: str) -> Turn:
        """Take the step that the job's status asks for.

        Raises:
            JobLost: it is not, or no longer, this process's.
            StorageUnavailable: nothing was decided, as nothing could be recorded.
        """
        return await self._take(job_id, self._steps.advance)

    async def submit(self, job_id: str) -> Turn:
        """Submit a prepared job; raises as `advance`."""
        return await self._take(job_id, self._submit)

    async def _submit(self, job: Job) -> Turn:
        return await self._steps.submit(job, may_post=self._may_post)

    async def _take(self, job_id: str, step: Callable[[Job], Awaitable[Turn]]) -> Turn:
        with self._tenure.step(job_id):
            job = await self._store.mine(job_id)
            if job is None:
                raise JobLost(job_id=job_id)
            try:
                return await self._watched(job, step)
            except (JobLost, StorageUnavailable):
                raise
            except BotError as error:
                trouble = error
            return await self._decide(job_id, trouble, submitting=step == self._submit)

    async def _decide(self, job_id: str, trouble: BotError, *, submitting: bool) -> Turn:
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
                if not submitting:
                    raise
                # What the API said is known here only; a row left as it is would be taken for an unknown outcome.
                _log.error("the API's answer is not stored yet", job=job_id, answer=str(trouble), error=str(error))
                await self._clock.sleep(AFTER_A_STUMBLE)

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
