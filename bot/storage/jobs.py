"""The jobs' table as `bot.jobs` sees it: every write fenced, every look-up one statement."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Result,
    RowMapping,
    Select,
    Update,
    bindparam,
    case,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.clock import Clock, SystemClock
from bot.domain.job import AT_THE_API, TRANSITIONS, Claim, Job, Status, TaskStatus
from bot.domain.request import GenerationRequest
from bot.domain.speed import speed_class
from bot.errors import AlreadyTaken, JobLost, StorageUnavailable
from bot.storage.database import Database, Work
from bot.storage.documents import from_row, to_row
from bot.storage.latest import Latest
from bot.storage.tables import jobs
from bot.storage.types import DatabaseTime, upsert

T = TypeVar("T")

TYPICAL_SAMPLE = 20
TYPICAL_LEAST = 3

_OF_A_CLAIM = (jobs.c.id, jobs.c.status, jobs.c.user_id, jobs.c.retry_at, jobs.c.created_at)
# Who is at the API keeps the place; who only waits for one, or has not used it yet, is put in line by the next holder.
_TURN_WITHOUT_OWNER = case((jobs.c.status.in_([status.value for status in AT_THE_API]), jobs.c.turn), else_=null())
# Statements are made once, as making one takes longer than running it.
_GET = select(jobs).where(jobs.c.id == bindparam("id")).limit(1)
_MINE = _GET.where(jobs.c.owner == bindparam("owner"))
_FENCED = (
    update(jobs)
    .where(jobs.c.id == bindparam("fence_id"))
    .where(jobs.c.owner == bindparam("fence_owner"))
    .where(jobs.c.status == bindparam("fence_status"))
    .where(jobs.c.revision == bindparam("fence_revision"))
    .values(updated_at=DatabaseTime(), revision=jobs.c.revision + 1)
)


class SqlJobStore:
    """Jobs in a database; fills `bot.jobs.ports.JobStore`.

    A job is held by writing one's name and a lease into its row. The name is of one process start, so whoever was
    stalled until others took his jobs over finds no row of his to write to; and as every claim and every writing raises
    the row's revision, not even one that has become his again meanwhile takes what he knew before. The database's clock
    alone decides when a lease is over.

    Args:
        database: an open database.
        owner: this process's name, unique per start.
        lease: how long a job stays held without being renewed.
        clock: the bot's clock; it only decides when an interaction's token is of no more use.
    """

    def __init__(self, database: Database, owner: str, lease: timedelta, clock: Clock | None = None) -> None:
        self._database = database
        self.owner = owner
        self._clock = clock if clock is not None else SystemClock()
        self._lease_until = DatabaseTime(lease)
        self._adding: Insert | None = None
        self._latest = Latest()

    async def add(self, job: Job) -> None:
        """Store a new job, held by this process.

        Raises:
            StorageUnavailable: the database did not take it; try again with the same job.
            AlreadyTaken: another job has this id, or another process has stored this one.
        """
        row = to_row(job, self._clock.now())
        values = {f"new_{name}": value for name, value in row.items()}
        values |= {"new_owner": self.owner, "new_revision": job.revision}

        def work(connection: Connection) -> None:
            if self._adding is None:
                self._adding = _add_statement(connection, self._lease_until)
            if connection.execute(self._adding, values).rowcount == 1:
                return
            # Asked again after an error, the first try may have been stored after all.
            stored = _row(connection, job.id)
            if stored is None or not self._is_stored(stored, row):
                raise AlreadyTaken(job_id=job.id)

        await self._write_surely(work)
        self._latest.note(job, row)

    async def get(self, job_id: str) -> Job | None:
        """Return a job as stored, whoever holds it; its place's token is empty once that is of no more use.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """
        return await self._first(_GET, {"id": job_id})

    async def mine(self, job_id: str) -> Job | None:
        """Return a job as stored, as `get` does; None where this process does not hold it.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """
        latest = self._latest.of(job_id)
        if latest is not None and self._database.exclusive:
            # Nobody else can have written it since.
            return latest.job
        return await self._first(_MINE, {"id": job_id, "owner": self.owner})

    async def save(self, job: Job, *, was: Status) -> Job:
        """Replace the row of a job this process holds, and return the job with the revision it has by that.

        Args:
            job: what is to be stored, made of the job as it was last read or saved: its revision is the fence.
            was: the status that is stored.

        Raises:
            ValueError: no job goes from `was` to the job's status.
            JobLost: the row is another process's by now, or somebody has written it since.
            StorageUnavailable: the database did not take it; try again with the same job.
        """
        if job.status is not was and job.status not in TRANSITIONS[was]:
            raise ValueError(f"no job goes from {was} to {job.status}")
        latest = self._latest.of(job.id)
        if latest is not None and latest.job.revision != job.revision:
            latest = None
        row = to_row(job, self._clock.now(), latest)
        fence = {
            "fence_id": job.id,
            "fence_owner": self.owner,
            "fence_status": was.value,
            "fence_revision": job.revision,
        }
        saved = replace(job, revision=job.revision + 1)
        # The fence makes sure that the row is as it was at that revision, so what has not changed need not be written:
        # neither to the table nor to its indexes.
        changed = row if latest is None else _changes(latest.row, row)
        statement = _save_statement(tuple(changed))
        values = fence | {f"new_{name}": value for name, value in changed.items()}

        def work(connection: Connection) -> Job:
            if connection.execute(statement, values).rowcount == 1:
                return saved
            # Asked again after an error, the first try may have been stored after all.
            stored = _row(connection, job.id)
            if stored is None or stored["revision"] != saved.revision or not self._is_stored(stored, row):
                raise JobLost(job_id=job.id)
            return saved

        # Until it is certain what is stored, nobody is told anything from memory.
        self._latest.forget(job.id)
        await self._write_surely(work)
        self._latest.note(saved, row)
        return saved

    async def claim(self, limit: int) -> Sequence[Claim]:
        """Take over up to `limit` open jobs that nobody holds, or whose holder's lease ran out, oldest first.

        Not this process's own: `renew` brings those back, and what is known of them stays true.

        Raises:
            StorageUnavailable: nothing was taken over; try again.
        """
        statement = claim_statement(self.owner, self._lease_until, limit)

        def work(connection: Connection) -> list[Claim]:
            return _claims(connection.execute(statement))

        claims = await self._database.write(work, single=True)
        for claim in claims:
            self._latest.forget(claim.job_id)
        return claims

    async def held(self) -> Sequence[Claim]:
        """Return every open job of this process, oldest first.

        Where a server goes away while it commits, it is open whether a job was stored or claimed; here it comes out.

        Raises:
            StorageUnavailable: the database did not answer; try again.
        """
        statement = select(*_OF_A_CLAIM).where(jobs.c.open, jobs.c.owner == self.owner)
        return await self._database.read(lambda connection: _claims(connection.execute(statement)))

    async def take_over(self) -> int:
        """End the lease of every open job that another process start holds, so that `claim` takes it at once.

        Meant for the start of a process that is certain to be the only one: whoever has the lock of a SQLite file knows
        that every other owner is dead, and need not wait for their leases to run out.

        Returns:
            How many jobs had an owner.

        Raises:
            RuntimeError: other processes may be alive; their jobs are theirs until their leases run out.
            StorageUnavailable: nothing was changed; try again.
        """
        if not self._database.exclusive:
            raise RuntimeError("only the sole process of a database may take over without waiting for leases")
        return await self._free(jobs.c.owner != self.owner)

    async def renew(self) -> int:
        """Renew the lease of every open job of this process; return how many.

        Raises:
            StorageUnavailable: no lease was renewed; try again.
        """
        statement = update(jobs).where(jobs.c.open, jobs.c.owner == self.owner).values(lease_until=self._lease_until)

        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        return await self._database.write(work, single=True)

    async def release(self) -> int:
        """Give back every open job of this process, so that the next one takes them at once; return how many.

        Raises:
            StorageUnavailable: none was given back; try again.
        """
        return await self._free(jobs.c.owner == self.owner)

    async def typical_seconds(self, request: GenerationRequest) -> float | None:
        """Return the median seconds from submission to completion of the last jobs like this one.

        None where too few are known to say.

        Raises:
            StorageUnavailable: the database did not answer; try again.
        """
        durations = await self.recent_seconds(speed_class(request))
        return statistics.median(durations) if len(durations) >= TYPICAL_LEAST else None

    async def recent_seconds(self, speed: str) -> Sequence[float]:
        """Return the seconds from submission to completion of the last jobs of a speed class, latest first.

        Raises:
            StorageUnavailable: the database did not answer; try again.
        """
        statement = (
            select(jobs.c.submitted_at, jobs.c.completed_at)
            .where(jobs.c.speed_class == speed, jobs.c.task_status == TaskStatus.COMPLETED.value)
            .where(jobs.c.submitted_at.is_not(None), jobs.c.completed_at.is_not(None))
            .order_by(jobs.c.completed_at.desc())
            .limit(TYPICAL_SAMPLE)
        )

        def work(connection: Connection) -> list[float]:
            return [(row.completed_at - row.submitted_at).total_seconds() for row in connection.execute(statement)]

        return await self._database.read(work)

    async def _write_surely(self, work: Work[T]) -> T:
        """Write what finds out by itself whether it was written before."""
        try:
            return await self._database.write(work, single=True)
        except StorageUnavailable:
            if self._database.exclusive:
                raise
        # Over a network the answer to a commit can be lost, and a second connection can tell what came of it.
        return await self._database.write(work, single=True)

    async def _first(self, statement: Select[Any], values: Mapping[str, str]) -> Job | None:
        def work(connection: Connection) -> Job | None:
            row = connection.execute(statement, values).mappings().one_or_none()
            return from_row(row) if row is not None else None

        return await self._database.read(work)

    async def _free(self, whose: ColumnElement[bool]) -> int:
        freed = {"owner": None, "lease_until": None, "turn": _TURN_WITHOUT_OWNER}
        statement = update(jobs).where(jobs.c.open, whose).values(freed)

        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        self._latest.clear()
        freed_rows = await self._database.write(work, single=True)
        self._latest.clear()
        return freed_rows

    def _is_stored(self, stored: RowMapping, row: Mapping[str, Any]) -> bool:
        """Whether a row is ours and already says what was to be written."""
        # The token may have died between the two tries.
        return stored["owner"] == self.owner and all(
            stored[name] == value for name, value in row.items() if name != jobs.c.token.name
        )


def claim_statement(owner: str, lease_until: DatabaseTime, limit: int) -> ReturningUpdate[Any]:
    """Return the one statement that finds the oldest claimable jobs, makes them the owner's, and returns them."""
    # As a query of its own it is asked once, which lets PostgreSQL look in the index for what is over by then.
    now = select(DatabaseTime()).scalar_subquery()
    due = (
        select(jobs.c.id)
        .where(jobs.c.open, or_(jobs.c.lease_until.is_(None), (jobs.c.lease_until <= now) & (jobs.c.owner != owner)))
        .order_by(jobs.c.created_at, jobs.c.id)
        .limit(limit)
        # Where several processes claim at once, each takes what no other is just taking; SQLite has one writer anyway.
        # https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(jobs)
        .where(jobs.c.id.in_(select(due.c.id)))
        .values(owner=owner, lease_until=lease_until, revision=jobs.c.revision + 1, turn=_TURN_WITHOUT_OWNER)
        .returning(*_OF_A_CLAIM)
    )


def _add_statement(connection: Connection, lease_until: DatabaseTime) -> Insert:
    given: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in jobs.c}
    times = {"lease_until": lease_until, "updated_at": DatabaseTime()}
    return upsert(connection, jobs).values(given | times).on_conflict_do_nothing()


@lru_cache(maxsize=256)
def _save_statement(names: tuple[str, ...]) -> Update:
    return _FENCED.values({name: bindparam(f"new_{name}") for name in names})


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    # Whose turn it is, the line writes, too.
    return {name: value for name, value in after.items() if before[name] != value or name == "turn"}


def _claims(result: Result[Any]) -> list[Claim]:
    rows = sorted(result, key=lambda row: (row.created_at, row.id))
    return [Claim(row.id, Status(row.status), row.user_id, row.retry_at) for row in rows]


def _row(connection: Connection, job_id: str) -> RowMapping | None:
    return connection.execute(_GET, {"id": job_id}).mappings().one_or_none()
