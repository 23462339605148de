"""The plain values that the jobs are run with."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class JobSettings:
    """How jobs are run.

    Attributes:
        max_running_tasks: how many tasks may be at the API at once.
        poll_first: seconds until the first poll of a task, as long as nothing is known about tasks like it; no pause is
            shorter than a quarter of it.
        poll_longest: seconds between polls at most.
        poll_deadline: how long a task may take before the job is `expired`.
        steps_at_once: how many jobs are worked on at the same time; waiting ones do not count, nor those that submit,
            of which there are no more than tasks.
        lease: how long a job stays ours without being renewed.
        claim_every: how often to look for jobs that nobody holds, at least; others may give some back at any time.
    """

    max_running_tasks: int = 10
    poll_first: float = 1.0
    poll_longest: float = 5.0
    poll_deadline: timedelta = timedelta(minutes=10)
    steps_at_once: int = 32
    lease: timedelta = timedelta(seconds=60)
    claim_every: timedelta = timedelta(seconds=20)
