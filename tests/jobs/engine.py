"""The whole job engine over in-memory ports and a clock that moves when told: one `Engine` is one process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.job import Job
from bot.jobs.delivery import Delivery
from bot.jobs.guarded import GuardedMessenger
from bot.jobs.messenger import Messenger
from bot.jobs.ports import AdmissionLine, Unwatched, Watch
from bot.jobs.queue import ProcessLine
from bot.jobs.sending import Sender
from bot.jobs.service import JobService
from bot.jobs.settings import JobSettings
from bot.jobs.sheets import Sheets
from bot.jobs.steps import Steps
from bot.jobs.telling import Telling
from bot.jobs.tenure import Tenure
from bot.jobs.trouble import Trouble
from bot.jobs.worker import Worker
from bot.storage import Database
from sandbox.clock import ManualClock
from tests.jobs.databases import DatabaseLine, DatabaseStore, DatabaseTables
from tests.jobs.fakes import (
    LEASE,
    MemoryCourier,
    MemoryStore,
    MemoryTables,
    RecordingMessenger,
    ScriptedApi,
    ScriptedGatherer,
    ScriptedPreparer,
)

SETTINGS = JobSettings(max_running_tasks=10, poll_deadline=timedelta(minutes=10), lease=LEASE)
_QUIET = 40
"""Passes of the event loop without any progress after which nothing but time can bring more."""
_STORM = 200_000
MOMENT = 0.0005
"""Real seconds given to a database between two looks whether it has answered."""


@dataclass
class Engine:
    """A worker with everything it needs; tables, API and Discord can be shared with a later one."""

    clock: ManualClock
    tables: MemoryTables
    api: ScriptedApi
    messenger: RecordingMessenger
    courier: MemoryCourier
    owner: str = "me"
    settings: JobSettings = SETTINGS
    preparer: ScriptedPreparer = field(default_factory=ScriptedPreparer)
    gatherer: ScriptedGatherer = field(default_factory=ScriptedGatherer)
    task: asyncio.Task[None] | None = None
    database: Database | None = None
    line: AdmissionLine | None = None

    def __post_init__(self) -> None:
        self.store: MemoryStore
        if self.database is None:
            self.store = MemoryStore(self.clock, self.tables, self.owner)
        else:
            assert isinstance(self.tables, DatabaseTables)
            self.store = DatabaseStore(self.database, self.clock, self.tables, self.owner)
        self.tenure = Tenure(self.store, self.clock, self.settings.lease, sole=not self.shared)
        messenger: Messenger = GuardedMessenger(self.messenger, self.tenure) if self.shared else self.messenger
        self.sender = Sender(self.store, messenger)
        self.delivery = Delivery(self.store, self.courier, messenger, self.sender)
        self.steps = Steps(
            store=self.store,
            api=self.api,
            gatherer=self.gatherer,
            preparer=self.preparer,
            messenger=messenger,
            sender=self.sender,
            sheets=Sheets(self.messenger, self.clock, _no_jitter),
            delivery=self.delivery,
            telling=Telling(messenger, self.sender, self.clock),
            tenure=self.tenure,
            clock=self.clock,
            settings=self.settings,
            jitter=_no_jitter,
        )
        self.trouble = Trouble(
            store=self.store, messenger=messenger, clock=self.clock, settings=self.settings, jitter=_no_jitter
        )
        self.worker = self.worker_watched_by(Unwatched())
        self.service = JobService(store=self.store, worker=self.worker, clock=self.clock)

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database."""
        return self.database is not None and not self.database.exclusive

    def worker_watched_by(self, watch: Watch) -> Worker:
        """Return a worker whose steps somebody hears of."""
        line = self.line or ProcessLine(self.settings.max_running_tasks)
        if self.line is None and self.database is not None and self.shared:
            assert isinstance(self.store, DatabaseStore)
            line = DatabaseLine(self.store, self.database, self.settings.max_running_tasks)
        return Worker(
            store=self.store,
            steps=self.steps,
            trouble=replace(self.trouble, watch=watch),
            clock=self.clock,
            settings=self.settings,
            line=line,
            tenure=self.tenure,
            watch=watch,
        )

    @classmethod
    def build(cls, *, settings: JobSettings = SETTINGS, database: Database | None = None) -> "Engine":
        """Return the first process of a fresh house, over an empty database or over memory."""
        clock = ManualClock()
        tables = MemoryTables() if database is None else DatabaseTables()
        return cls(
            clock,
            tables,
            ScriptedApi(clock),
            RecordingMessenger(),
            MemoryCourier(),
            settings=settings,
            database=database,
        )

    def successor(self, owner: str = "successor") -> "Engine":
        """Return the next process over the same database, API and Discord."""
        return Engine(
            self.clock,
            self.tables,
            self.api,
            self.messenger,
            self.courier,
            owner=owner,
            settings=self.settings,
            database=self.database,
        )

    def start(self) -> "Engine":
        """Begin to work."""
        self.task = asyncio.create_task(self.worker.run())
        return self

    async def take(self, job: Job) -> None:
        """Store a job and have it worked on."""
        await self.store.add(job)
        self.worker.take(job)

    async def crash(self) -> None:
        """Stop as a killed process would."""
        self.worker.abandon()
        await self.end()

    async def end(self) -> None:
        """Cancel the worker's loop."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        quiet, passes, before = 0, 0, self._progress()
        while quiet < _QUIET:
            await asyncio.sleep(0 if self.store.idle else MOMENT)
            now = self._progress()
            quiet = quiet + 1 if now == before and self.store.idle else 0
            before = now
            passes += 1
            assert passes < _STORM, "the worker does not come to rest"

    async def run_for(self, seconds: float) -> None:
        """Let time pass, moment by moment."""
        end = self.clock.monotonic() + seconds
        await self.settle()
        while (left := end - self.clock.monotonic()) > 0:
            wake = self.clock.next_wake()
            await self.clock.advance(left if wake is None else min(wake, left))
            await self.settle()

    async def run_until(self, condition: Callable[[], bool], seconds: float = 3600) -> None:
        """Let time pass until a condition holds."""
        end = self.clock.monotonic() + seconds
        await self.settle()
        while not condition():
            assert self.clock.monotonic() < end, "it never came to that"
            wake = self.clock.next_wake()
            assert wake is not None, "nothing is waited for"
            await self.clock.advance(wake)
            await self.settle()

    async def finish(self, job_id: str, seconds: float = 24 * 3600) -> Job:
        """Let time pass until a job has come to its end and that has been told; return it."""
        await self.run_until(lambda: not self.store.job(job_id).open, seconds)
        return self.store.job(job_id)

    def _progress(self) -> tuple[int, ...]:
        return (
            self.store.reads,
            self.store.writes,
            len(self.api.posts),
            sum(self.api.polls.values()),
            len(self.messenger.posts),
            len(self.messenger.cards),
        )


def _no_jitter() -> float:
    return 0.5
