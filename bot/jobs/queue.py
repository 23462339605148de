"""Whose turn it is: a cap on tasks at the API, shared fairly between people, for a process that has the API alone."""

import heapq
import itertools
from collections import Counter
from collections.abc import Hashable, Sequence

_SLACK = 64
"""How many entries that count for nothing a heap may hold beside as many as count."""


class SubmissionQueue:
    """Jobs that wait for a place at the API, and jobs that hold one. Pure bookkeeping; the worker acts on it.

    Each person has a heap of jobs by arrival, and one heap has the people: by how many tasks of theirs run, then by
    the arrival of their first job. Entries are not taken out of the heaps when they change, but passed over later.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._arrival = itertools.count()
        self._arrivals: dict[str, int] = {}
        self._waiting: dict[str, Hashable] = {}
        self._waiting_of: Counter[Hashable] = Counter()
        self._running: dict[str, Hashable] = {}
        self._running_of: Counter[Hashable] = Counter()
        self._lines: dict[Hashable, list[tuple[int, str]]] = {}
        self._turns: list[tuple[int, int, Hashable]] = []

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
            self._waiting[job_id] = user
            self._waiting_of[user] += 1
            line = self._lines.setdefault(user, [])
            heapq.heappush(line, (arrival, job_id))
            if len(line) > 2 * self._waiting_of[user] + _SLACK:
                own = {job: arrival for arrival, job in line if job in self._waiting}
                self._lines[user] = line = sorted((arrival, job) for job, arrival in own.items())
            if line[0][1] == job_id:
                self._note(user)
        return new

    def occupy(self, job_id: str, user: Hashable) -> None:
        """Give a job a place without asking: its task runs already, whatever the cap says."""
        self._take_out(job_id)
        if job_id not in self._running:
            self._running[job_id] = user
            self._running_of[user] += 1
        self._note(user)

    def leave(self, job_id: str) -> None:
        """Take a job out, whether it waited or ran; unknown ones are no error."""
        self._take_out(job_id)
        user = self._running.pop(job_id, None)
        if user is not None:
            _count_down(self._running_of, user)
            self._note(user)

    def forget(self, job_id: str) -> None:
        """Let go of a job that will not come back."""
        self.leave(job_id)
        self._arrivals.pop(job_id, None)

    def admit(self) -> list[str]:
        """Move as many jobs to a place as there is room for: whoever has fewest running first, then the oldest."""
        admitted = []
        while self._waiting and len(self._running) < self.capacity:
            running, arrival, user = heapq.heappop(self._turns)
            if self._first_of(user) != arrival or self._running_of[user] != running:
                continue
            job_id = self._lines[user][0][1]
            self.occupy(job_id, user)
            admitted.append(job_id)
        return admitted

    def _take_out(self, job_id: str) -> None:
        user = self._waiting.pop(job_id, None)
        if user is not None:
            _count_down(self._waiting_of, user)
            if self._lines[user][0][1] == job_id:
                self._note(user)

    def _first_of(self, user: Hashable) -> int | None:
        """Return the arrival of somebody's first job in line."""
        line = self._lines.get(user, [])
        while line and line[0][1] not in self._waiting:
            heapq.heappop(line)
        if line:
            return line[0][0]
        self._lines.pop(user, None)
        return None

    def _note(self, user: Hashable) -> None:
        """Note anew when it is somebody's turn."""
        first = self._first_of(user)
        if first is None:
            return
        heapq.heappush(self._turns, (self._running_of[user], first, user))
        if len(self._turns) > 2 * len(self._lines) + _SLACK:
            firsts = {user: first for user in list(self._lines) if (first := self._first_of(user)) is not None}
            self._turns = [(self._running_of[user], first, user) for user, first in firsts.items()]
            heapq.heapify(self._turns)


def _count_down(counter: Counter[Hashable], user: Hashable) -> None:
    counter[user] -= 1
    if not counter[user]:
        del counter[user]


class ProcessLine:
    """Fills `bot.jobs.ports.AdmissionLine` for a process that shares the API with no other.

    Args:
        capacity: how many jobs may have a place.
    """

    def __init__(self, capacity: int) -> None:
        self._queue = SubmissionQueue(capacity)
        self._users: dict[str, int] = {}
        # Places that were given to jobs which had to ask again.
        self._kept: dict[str, None] = {}

    def hold(self, job_id: str, user_id: int, *, at_api: bool) -> None:
        """Hear of a job that this process works on from now on."""
        self._users[job_id] = user_id
        if at_api:
            self._queue.occupy(job_id, user_id)
        else:
            self.leave(job_id)

    async def enter(self, job_id: str) -> bool:
        """Put a job in line."""
        if self._queue.holds(job_id):
            self._kept[job_id] = None
        self._queue.enter(job_id, self._users[job_id])
        return True

    def leave(self, job_id: str) -> None:
        """Take a job out of the line, or free its place."""
        self._queue.leave(job_id)
        self._kept.pop(job_id, None)

    def forget(self, job_id: str) -> None:
        """Let go of a job that will not come back."""
        self._queue.forget(job_id)
        self._kept.pop(job_id, None)
        self._users.pop(job_id, None)

    async def admit(self) -> Sequence[str]:
        """Give out the free places and return which jobs have got one since, or have asked again for theirs."""
        kept, self._kept = list(self._kept), {}
        return [*kept, *self._queue.admit()]
