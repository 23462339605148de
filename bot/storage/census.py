"""What probes and metrics want to know of the database: how many jobs, how old, and whether it can be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from bot.domain.job import Status
from bot.storage.database import Database
from bot.storage.facts import FactStore
from bot.storage.tables import jobs
from bot.storage.types import DatabaseTime, UtcDateTime

PROBE = "probe"
"""The fact that is written to see whether anything can be."""

_UNSUBMITTED = (Status.ACCEPTED.value, Status.PREPARING.value)


@dataclass(frozen=True, slots=True)
class Census:
    """The open jobs of every process.

    Attributes:
        by_status: how many are in each state; states without any are left out.
        unclaimed: how many nobody holds.
        unclaimed_seconds: for how long the first of those has waited to be taken over.
        unsubmitted_seconds: how long ago the oldest one was accepted that has not been sent to Seedream yet.
    """

    by_status: Mapping[Status, int]
    unclaimed: int = 0
    unclaimed_seconds: float = 0.0
    unsubmitted_seconds: float = 0.0


class SqlCensus:
    """Looks at the jobs as a whole; changes none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facts = FactStore(database)

    async def take(self) -> Census:
        """Count.

        Raises:
            StorageUnavailable: the database did not answer.
        """
        by_status = select(jobs.c.status, func.count()).where(jobs.c.open).group_by(jobs.c.status)
        since = func.coalesce(jobs.c.lease_until, jobs.c.updated_at, type_=UtcDateTime())
        free = (
            select(func.count(), func.min(since, type_=UtcDateTime()))
            .where(jobs.c.open)
            .where(or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= DatabaseTime()))
        )
        waiting = select(func.min(jobs.c.created_at, type_=UtcDateTime())).where(
            jobs.c.open, jobs.c.status.in_(_UNSUBMITTED)
        )

        def work(connection: Connection) -> Census:
            counts = {Status(status): count for status, count in connection.execute(by_status).all()}
            unclaimed, since_when = connection.execute(free).one()
            accepted = connection.execute(waiting).scalar_one()
            now = connection.execute(select(DatabaseTime())).scalar_one()
            return Census(counts, unclaimed, _age(since_when, now), _age(accepted, now))

        return await self._database.read(work)

    async def write(self, moment: datetime) -> None:
        """Write something, as only that shows that a disk is not full and nobody holds the lock.

        Raises:
            StorageUnavailable: nothing can be written.
        """
        await self._facts.set(PROBE, moment.isoformat())


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(timedelta(), now - since).total_seconds()
