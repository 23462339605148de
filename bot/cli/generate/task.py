"""A task from the paid request to its results, in one process that waits for it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cli.generate.progress import Progress
from bot.clock import Clock
from bot.domain.job import TaskState, TaskStatus
from bot.domain.request import GenerationRequest
from bot.domain.retry import RetryPolicy
from bot.errors import ApiError, TaskFailed, TaskOverdue
from bot.jobs.polling import next_delay
from bot.jobs.ports import ImageApi

SUBMIT_RETRIES = RetryPolicy(attempts=4, longest=20)
POLL_RETRIES = RetryPolicy(attempts=8, longest=20)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between questions, and for how long altogether."""

    clock: Clock
    jitter: Callable[[], float]
    poll_first_seconds: float
    poll_longest_seconds: float
    deadline_minutes: int

    def next_poll(self, elapsed: float) -> float:
        """Return the seconds until the next question."""
        return next_delay(
            elapsed, first=self.poll_first_seconds, longest=self.poll_longest_seconds, jitter=self.jitter()
        )


async def submit(
    api: ImageApi, request: GenerationRequest, links: Sequence[str], patience: Patience, progress: Progress
) -> str:
    """Send the paid request and return the task id; only what was certainly not taken is sent again.

    Raises:
        SubmissionOutcomeUnknown: it may have been taken.
        ApiError: it was not.
    """
    failures = 0
    while True:
        progress.phase("Submitting")
        # Outside of what follows: an interruption of this wait leaves nothing open.
        await api.reserve()
        try:
            return await api.submit(request, links)
        except ApiError as error:
            failures += 1
            delay = SUBMIT_RETRIES.delay(error, failures, patience.jitter())
            if delay is None:
                raise
        except asyncio.CancelledError:
            progress.note(
                "Interrupted while the request was on its way: it cannot be known from here whether Seedream took it, "
                "and it may be charged. Look into your SinanCode account before you repeat it."
            )
            raise
        progress.phase(f"Not taken yet; trying again in {delay:.0f} s")
        await patience.clock.sleep(delay)


async def follow(api: ImageApi, task_id: str, patience: Patience, progress: Progress) -> tuple[str, ...]:
    """Ask for a task until it is completed, and return the links of its pictures.

    Raises:
        TaskError: it failed, is not known, or is overdue.
        ApiError: the API could not be asked, time and again.
    """
    started, failures = patience.clock.monotonic(), 0
    while True:
        try:
            state = await api.poll(task_id)
        except ApiError as error:
            failures += 1
            delay = POLL_RETRIES.delay(error, failures, patience.jitter())
            if delay is None:
                raise
        else:
            results = _finished(state)
            if results is not None:
                return results
            progress.phase(state.status.value.capitalize() if state.status else "In a status that nobody documents")
            failures, delay = 0, patience.next_poll(patience.clock.monotonic() - started)
        if patience.clock.monotonic() - started + delay > patience.deadline_minutes * 60:
            raise TaskOverdue(minutes=patience.deadline_minutes)
        await patience.clock.sleep(delay)


def _finished(state: TaskState) -> tuple[str, ...] | None:
    if state.failure is not None:
        raise state.failure
    if state.status is TaskStatus.FAILED:
        raise TaskFailed
    return state.results if state.status is TaskStatus.COMPLETED else None
