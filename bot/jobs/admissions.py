"""The worker's side of the line for the API: what of this process stands in it, and starting what has got a place."""

import asyncio
import itertools
from collections.abc import Callable

import structlog

from bot.clock import Clock
from bot.errors import JobLost, StorageUnavailable
from bot.jobs.ports import AdmissionLine
from bot.jobs.waiting import until_rung

_log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the line while jobs of this process stand in it."""


class Admissions:
    """Puts jobs in line and has those submitted that are given a place, by this process or another.

    Args:
        line: the line.
        clock: tells when to look at it again.
        start: begins to submit a job and returns True; False where that cannot be done now, because another step of it
            is running, which will put it in line again.
        look: has a step taken of a job that has to wait, which shows the person so.
    """

    def __init__(
        self, line: AdmissionLine, clock: Clock, *, start: Callable[[str], bool], look: Callable[[str], None]
    ) -> None:
        self._line = line
        self._clock = clock
        self._start = start
        self._look = look
        self._order = itertools.count()
        # In line, by when they entered.
        self._entered: dict[str, int] = {}
        self._placed: set[str] = set()
        self._unseen: dict[str, None] = {}
        self._wanted = asyncio.Event()

    @property
    def in_line(self) -> int:
        """How many jobs of this process wait for a place."""
        return len(self._entered)

    @property
    def at_api(self) -> int:
        """How many jobs of this process have one."""
        return len(self._placed)

    def hold(self, job_id: str, user_id: int, *, at_api: bool) -> None:
        """Know a job that this process holds from now on, and what was known of it before no more."""
        self._drop(job_id)
        self._line.hold(job_id, user_id, at_api=at_api)
        if at_api:
            self._placed.add(job_id)

    async def enter(self, job_id: str) -> None:
        """Put a prepared job in line; it keeps its turn where it stands there, and a place it has not used.

        Raises:
            JobLost: it is another process's by now.
            StorageUnavailable: try again.
        """
        new = job_id not in self._entered and job_id not in self._placed
        self._placed.discard(job_id)
        self._entered.setdefault(job_id, next(self._order))
        if not await self._line.enter(job_id):
            raise JobLost(job_id=job_id)
        if new:
            self._unseen[job_id] = None
        self._wanted.set()

    def leave(self, job_id: str) -> None:
        """Know that a job is neither in line nor at the API any more; its place is somebody else's."""
        if self._drop(job_id):
            self._line.leave(job_id)

    def forget(self, job_id: str) -> None:
        """Know a job no more."""
        self._drop(job_id)
        self._line.forget(job_id)

    async def run(self) -> None:
        """Give out places until cancelled: whenever one may be free or asked for, and every second while jobs wait."""
        while True:
            await until_rung(self._wanted, self._clock, LOOK_EVERY if self._entered else None)
            self._wanted.clear()
            try:
                await self._admit()
            except StorageUnavailable as error:
                # Whoever is in line stays there, and is looked after in a second.
                _log.error("places at the API not given out", error=str(error))

    async def _admit(self) -> None:
        # What enters from here on may be answered for by what it was before.
        entered_before = next(self._order)
        unseen, self._unseen = self._unseen, {}
        try:
            admitted = await self._line.admit()
        except StorageUnavailable:
            self._unseen = unseen | self._unseen
            raise
        for job_id in admitted:
            if self._entered.get(job_id, entered_before) < entered_before and self._start(job_id):
                del self._entered[job_id]
                self._placed.add(job_id)
                unseen.pop(job_id, None)
        for job_id in unseen:
            if job_id in self._entered:
                self._look(job_id)

    def _drop(self, job_id: str) -> bool:
        """Let go of a job; tell whether it was in line or had a place."""
        known = self._entered.pop(job_id, None) is not None
        self._unseen.pop(job_id, None)
        if job_id in self._placed:
            self._placed.discard(job_id)
            self._wanted.set()
            known = True
        return known
