"""The bot's job store over a real database, for tests that move a clock by hand and look at rows as they please."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection, Update, update

from bot.clock import Clock
from bot.domain.job import Claim, Job, Status
from bot.storage import Database, SqlAdmissionLine, SqlJobStore
from bot.storage.backend import Work
from bot.storage.documents import to_row
from bot.storage.tables import jobs
from bot.storage.types import DatabaseTime, upsert
from tests.jobs.fakes import LEASE, MemoryStore, MemoryTables, Row

T = TypeVar("T")
_LONG = DatabaseTime(timedelta(hours=1))


@dataclass
class DatabaseTables(MemoryTables):
    """A copy of what the database holds, for the tests to look at and to change.

    Attributes:
        seen: the rows as the database has them; one that differs was changed by a test.
        under_way: how many questions to the database are not answered yet.
    """

    seen: dict[str, tuple[Job, str | None]] = field(default_factory=dict)
    under_way: int = 0


class DatabaseStore(MemoryStore):
    """A `SqlJobStore` whose leases run out by the tests' clock; what the database says is what holds."""

    def __init__(self, database: Database, clock: Clock, tables: DatabaseTables, owner: str) -> None:
        super().__init__(clock, tables, owner)
        self._shared = tables
        self._database = database
        self._sql = SqlJobStore(database, owner, LEASE, clock)

    @property
    def idle(self) -> bool:
        """Whether every question to the database has been answered."""
        return not self._shared.under_way

    async def add(self, job: Job) -> None:
        self._count(job)
        async with _UnderWay(self):
            await self._sql.add(job)
        self._keep(job, self.owner)

    async def get(self, job_id: str) -> Job | None:
        self.reads += 1
        async with _UnderWay(self):
            return await self._sql.get(job_id)

    async def mine(self, job_id: str) -> Job | None:
        self.reads += 1
        async with _UnderWay(self):
            return await self._sql.mine(job_id)

    async def save(self, job: Job, *, was: Status) -> Job:
        self._count(job)
        async with _UnderWay(self):
            stored = await self._sql.save(job, was=was)
        if job.status is not was:
            self.tables.history.append((job.id, job.status))
        self.tables.rows[job.id].job = stored
        self._shared.seen[job.id] = (stored, self.owner)
        return stored

    async def claim(self, limit: int) -> Sequence[Claim]:
        self._count(None)
        async with _UnderWay(self):
            now = self.clock.now()
            over = [row.job.id for row in self.tables.rows.values() if row.owner is None or row.lease_until <= now]
            await self._execute(update(jobs).values(lease_until=_LONG))
            await self._execute(update(jobs).where(jobs.c.id.in_(over)).values(lease_until=None))
            claims = await self._sql.claim(limit)
        for claim in claims:
            job = self.tables.rows[claim.job_id].job
            self._keep(replace(job, revision=job.revision + 1), self.owner)
        return claims

    async def held(self) -> Sequence[Claim]:
        self.reads += 1
        async with _UnderWay(self):
            return await self._sql.held()

    async def renew(self) -> int:
        self._count(None)
        async with _UnderWay(self):
            count = await self._sql.renew()
        for row in self.tables.rows.values():
            if row.job.open and row.owner == self.owner:
                row.lease_until = self.clock.now() + LEASE
        return count

    async def release(self) -> int:
        async with _UnderWay(self):
            count = await self._sql.release()
        for row in self.tables.rows.values():
            if row.job.open and row.owner == self.owner:
                self._keep(row.job, None)
        return count

    async def push(self) -> None:
        """Bring what a test has changed into the database."""
        for job_id, row in list(self.tables.rows.items()):
            job, owner = self._shared.seen.get(job_id, (None, None))
            if row.job is job and row.owner == owner:
                continue
            self._shared.seen[job_id] = (row.job, row.owner)
            values = to_row(row.job, self.clock.now()) | {"owner": row.owner, "revision": row.job.revision}
            values |= {"lease_until": _LONG, "updated_at": DatabaseTime()}
            await self._database.write(_put(values))

    async def _execute(self, statement: Update) -> None:
        await self._database.write(lambda connection: connection.execute(statement).close())

    def _keep(self, job: Job, owner: str | None) -> None:
        row = self.tables.rows.setdefault(job.id, Row(job, owner, self.clock.now()))
        row.job, row.owner, row.lease_until = job, owner, self.clock.now() + LEASE
        self._shared.seen[job.id] = (job, owner)


class DatabaseLine(SqlAdmissionLine):
    """The line of all processes, whose questions to the database are counted too."""

    def __init__(self, store: DatabaseStore, database: Database, capacity: int) -> None:
        super().__init__(database, store.owner, capacity)
        self._store = store

    async def enter(self, job_id: str) -> bool:
        async with _UnderWay(self._store):
            return await super().enter(job_id)

    async def admit(self) -> Sequence[str]:
        async with _UnderWay(self._store):
            return await super().admit()


def _put(values: dict[str, object]) -> Work[None]:
    def work(connection: Connection) -> None:
        row = upsert(connection, jobs).values(values)
        connection.execute(row.on_conflict_do_update(index_elements=[jobs.c.id], set_=values)).close()

    return work


class _UnderWay:
    """A question to the database, which first learns what the test has changed."""

    def __init__(self, store: DatabaseStore) -> None:
        self._store = store

    async def __aenter__(self) -> None:
        self._store._shared.under_way += 1
        try:
            await self._store.push()
        except BaseException:
            self._store._shared.under_way -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self._store._shared.under_way -= 1
