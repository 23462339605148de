"""Whose turn it is: a cap on tasks at the API, shared fairly between people."""

import itertools
from collections import Counter
from collections.abc import Hashable


class SubmissionQueue:
    """Jobs that wait for a place at the API, and jobs that hold one. Pure bookkeeping; the worker acts on it."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._arrival = itertools.count()
        self._arrivals: dict[str, int] = {}
        self._waiting: dict[str, tuple[int, Hashable]] = {}
        self._running: dict[str, Hashable] = {}
        self._running_of: Counter[Hashable] = Counter()

    @property
    def running(self) -> int:
        """How many jobs hold a place."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many jobs wait for one."""
        return len(self._waiting)

    def holds(self, job_id: str) -> bool:
        """Tell whether a job holds a place."""
        return job_id in self._running

    def enter(self, job_id: str, user: Hashable) -> bool:
        """Put a job in line and tell whether it is new there; one that is in line or runs already stays as it is."""
        new = job_id not in self._waiting and job_id not in self._running
        if new:
            # Whoever comes back, because the API was busy, has not lost the time waited before.
            arrival = self._arrivals.setdefault(job_id, next(self._arrival))
            self._waiting[job_id] = (arrival, user)
        return new

    def occupy(self, job_id: str, user: Hashable) -> None:
        """Give a job a place without asking: its task runs already, whatever the cap says."""
        self._waiting.pop(job_id, None)
        if job_id not in self._running:
            self._running[job_id] = user
            self._running_of[user] += 1

    def leave(self, job_id: str) -> None:
        """Take a job out, whether it waited or ran; unknown ones are no error."""
        self._waiting.pop(job_id, None)
        user = self._running.pop(job_id, None)
        if user is not None:
            self._running_of[user] -= 1
            if not self._running_of[user]:
                del self._running_of[user]

    def forget(self, job_id: str) -> None:
        """Let go of a job that will not come back."""
        self.leave(job_id)
        self._arrivals.pop(job_id, None)

    def admit(self) -> list[str]:
        """Move as many jobs to a place as there is room for: whoever has fewest running first, then the oldest."""
        admitted = []
        while self._waiting and len(self._running) < self.capacity:
            job_id = min(self._waiting, key=self._rank)
            self.occupy(job_id, self._waiting[job_id][1])
            admitted.append(job_id)
        return admitted

    def _rank(self, job_id: str) -> tuple[int, int]:
        arrival, user = self._waiting[job_id]
        return self._running_of[user], arrival
