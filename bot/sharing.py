"""What processes on one database share: the line for the API, the rate of requests, and the jobs."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.config import Settings
from bot.jobs.guarded import GuardedMessenger
from bot.jobs.messenger import Messenger
from bot.jobs.ports import AdmissionLine
from bot.jobs.queue import ProcessLine
from bot.jobs.tenure import Tenure
from bot.seedream import ProcessRate, RequestRate
from bot.storage import Database, FactStore, SqlAdmissionLine, SqlJobStore, SqlRequestRate

RATE = "seedream"
"""The name of the rate at which all processes together ask the API."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How this process keeps limits and jobs, by itself or together with others.

    Attributes:
        line: the line for a place at the API.
        rate: how many requests a second may go there.
        tenure: this process's hold on its jobs.
        alone: whether no other process works on the database.
    """

    line: AdmissionLine
    rate: RequestRate
    tenure: Tenure
    alone: bool

    def guarded(self, messenger: Messenger) -> Messenger:
        """Return a messenger that says nothing of jobs which others may have taken over."""
        return messenger if self.alone else GuardedMessenger(messenger, self.tenure)


def share(database: Database, store: SqlJobStore, settings: Settings, clock: Clock) -> Sharing:
    """Return what a process needs to work beside others; one that has its database alone pays nothing for that.

    Args:
        database: an open one; it knows whether others may work on it.
        store: this process's.
        settings: its limits, which each process should be given alike, and its lease.
        clock: what it reckons by where it is alone; the database's clock counts otherwise.
    """
    places, per_second = settings.seedream.max_concurrent_tasks, settings.seedream.requests_per_second
    alone = database.exclusive
    return Sharing(
        line=ProcessLine(places) if alone else SqlAdmissionLine(database, store.owner, places),
        rate=ProcessRate(per_second, clock) if alone else SqlRequestRate(database, RATE, per_second),
        tenure=Tenure(store, clock, timedelta(seconds=settings.jobs.lease_seconds), sole=alone),
        alone=alone,
    )


async def compare_settings(database: Database, settings: Settings, *, gateway: bool) -> None:
    """Log every setting that all processes should be given alike, and that the one started before was given otherwise.

    Args:
        database: an open one, which remembers them.
        settings: this process's.
        gateway: whether it has shards.

    Raises:
        StorageUnavailable: try again.
    """
    if database.exclusive:
        return
    alike = {
        "seedream.max_concurrent_tasks": str(settings.seedream.max_concurrent_tasks),
        "seedream.requests_per_second": f"{settings.seedream.requests_per_second:g}",
    }
    if gateway:
        cluster = settings.cluster
        alike |= {"cluster.count": str(cluster.count), "cluster.shards": str(cluster.total_shards)}
    facts = FactStore(database)
    for key, here in alike.items():
        before = await facts.get(f"setting:{key}")
        if before == here:
            continue
        await facts.set(f"setting:{key}", here)
        if before is not None:
            _log.warning(
                "the process that was started before has another value; all should have the same",
                key=key,
                here=here,
                before=before,
            )
