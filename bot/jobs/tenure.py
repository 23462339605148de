"""Whether a process may be certain that its jobs are still its own, asked before whatever cannot be taken back.

The database takes nothing from whoever has lost a job, but Discord and the API would: a process that was stopped or
suspended for longer than its lease goes on in the midst of a step, while another one has taken that job over. So before
each message and each paid POST the time is reckoned up from the last renewal of the leases. A process that cannot be
certain by that asks the database.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.domain.job import Job
from bot.errors import JobLost
from bot.jobs.ports import JobStore

_log = structlog.get_logger(__name__)

MARGIN = 0.1
"""The part of a lease, its last, in which it is not relied on: what is begun then may arrive when it is over."""


@dataclass(frozen=True, slots=True)
class _Moment:
    monotonic: float
    wall: datetime


class Tenure:
    """This process's hold on its jobs.

    Args:
        store: where leases are renewed.
        clock: both of its times are asked, and the longer one counts: the monotonic one stands still while the machine
            sleeps (https://man7.org/linux/man-pages/man2/clock_gettime.2.html, `CLOCK_MONOTONIC`), the other one can be
            put back.
        lease: how long a job stays ours without being renewed.
        sole: whether no other process can take anything over, so that there is nothing to be asked.
    """

    def __init__(self, store: JobStore, clock: Clock, lease: timedelta, *, sole: bool) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease.total_seconds()
        self._sole = sole
        # Whatever this process comes to hold, its lease begins later than this.
        self._renewed = self._now()
        self._lapses = 0
        # How many lapses there had been when a step began, which saw its job as ours then.
        self._begun: dict[str, int] = {}
        self._renewing = asyncio.Lock()

    @property
    def certain(self) -> bool:
        """Whether what was ours at the last renewal still is."""
        return self._sole or self._elapsed() < self._lease * (1 - MARGIN)

    async def renew(self) -> int:
        """Renew the lease of every open job of this process; return how many.

        Raises:
            StorageUnavailable: no lease was renewed.
        """
        # The lease begins when the database writes it, which is no earlier than this.
        begun = self._now()
        renewed = await self._store.renew()
        if not self.certain:
            self._lapses += 1
            _log.warning("leases were not renewed in time; each job is looked at before it is gone on with")
        self._renewed = begun
        return renewed

    @contextmanager
    def step(self, job_id: str) -> Iterator[None]:
        """Know that a step of a job is being taken, which begins by asking the store for the job as ours."""
        self._begun[job_id] = self._lapses
        try:
            yield
        finally:
            self._begun.pop(job_id, None)

    async def ensure(self, job: Job) -> None:
        """Make sure that a job is ours now, and for as long as it takes to send something.

        Raises:
            JobLost: it is another process's, or was written since.
            StorageUnavailable: that cannot be known now.
        """
        if self._sole or (self.certain and self._begun.get(job.id, 0) == self._lapses):
            return
        lapses = -1
        # Once more, where the answer itself was too long in coming.
        while not self.certain or lapses != self._lapses:
            async with self._renewing:
                if not self.certain:
                    await self.renew()
            lapses = self._lapses
            stored = await self._store.mine(job.id)
            # Each claim raises the revision: at the same one, nobody has had the job since.
            if stored is None or stored.revision != job.revision:
                raise JobLost(job_id=job.id)
        if job.id in self._begun:
            self._begun[job.id] = lapses

    def _now(self) -> _Moment:
        return _Moment(self._clock.monotonic(), self._clock.now())

    def _elapsed(self) -> float:
        wall = (self._clock.now() - self._renewed.wall).total_seconds()
        return max(self._clock.monotonic() - self._renewed.monotonic, wall)
