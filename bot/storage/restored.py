"""What a database that was put back from a backup may have forgotten, and how the bot goes on without doing it twice.

Between the backup and its restoration the bot went on. Whatever was open in the backup may since have been sent to
Seedream and paid for, delivered, told; the file does not know. So, once, before any job is worked on:

- what was not yet sent to Seedream, or was just being sent, becomes `unknown` and is told: it is never sent again;
- what Seedream had already is gone on with, for asking costs nothing, but each message that the file does not know of
  is looked for in its place before it is sent;
- where a place cannot be read (user installs), nothing is posted that may be there already: that is `unknown`, too;
- the commands are registered with Discord anew.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from bot.domain.job import END_PART, ENDS, TASK_PART, Job, Sent, Status, images_part
from bot.domain.place import Venue
from bot.errors import JobRestored
from bot.storage.database import Database
from bot.storage.documents import from_row, to_row
from bot.storage.tables import facts, jobs
from bot.storage.types import DatabaseTime

MARK = "restored"
"""The fact that a copy carries: `{"taken": "2026-01-31T12:00:00+00:00"}`."""

SEEN = "restored:last"
COMMANDS = "commands:"
"""What the names of facts begin with that tell which commands Discord knows."""

_UNSENT = {Status.ACCEPTED, Status.PREPARING, Status.SUBMITTING}
_MOST_IMAGES = 15


@dataclass(frozen=True, slots=True)
class Restoration:
    """What was done about a restored database.

    Attributes:
        taken: when the backup was made; None where the mark does not say.
        unknown: jobs that are not gone on with, as they may have been paid for since.
        resumed: jobs that are gone on with, looking before posting.
    """

    taken: datetime | None
    unknown: int
    resumed: int


async def reckon_with_restoration(database: Database, now: datetime) -> Restoration | None:
    """Make the jobs of a restored database safe to work on; None for any other database, which is left as it is.

    To be called before jobs are claimed; all of it is done in one transaction, or nothing.

    Raises:
        StorageUnavailable: nothing was changed; try again.
    """

    def look(connection: Connection) -> bool:
        return connection.execute(select(facts.c.name).where(facts.c.name == MARK)).first() is not None

    def work(connection: Connection) -> Restoration | None:
        # Locked, so that of several processes that start at once one does it and the others wait.
        mark = select(facts.c.value).where(facts.c.name == MARK).with_for_update()
        marked = connection.execute(mark).scalar_one_or_none()
        if marked is None:
            return None
        taken = _taken(marked)
        done: Counter[bool] = Counter()
        for row in connection.execute(select(jobs).where(jobs.c.open)).mappings().all():
            before = from_row(row)
            after = _after(before, taken)
            done[after.status is Status.UNKNOWN and before.status is not Status.UNKNOWN] += 1
            connection.execute(update(jobs).where(jobs.c.id == after.id).values(**_changes(row, after, now)))
        connection.execute(delete(facts).where(facts.c.name.in_([MARK, SEEN])))
        connection.execute(delete(facts).where(facts.c.name.startswith(COMMANDS)))
        connection.execute(insert(facts).values(name=SEEN, value=marked, updated_at=DatabaseTime()))
        return Restoration(taken, unknown=done[True], resumed=done[False])

    return await database.write(work) if await database.read(look) else None


def _after(job: Job, taken: datetime | None) -> Job:
    at = int(taken.timestamp()) if taken is not None else 0
    readable = job.place.route is not Venue.INTERACTION
    if job.status in _UNSENT or (job.status not in ENDS and not readable):
        return replace(job, status=Status.UNKNOWN, failure=JobRestored(taken=at), attempts=0, retry_at=None)
    # A message whose sending is recorded without an outcome is looked for before it is sent: `bot.jobs.sending`.
    return replace(job, sent={**_in_doubt(job), **job.sent}, retry_at=None)


def _in_doubt(job: Job) -> Mapping[str, Sent]:
    if job.place.route is Venue.INTERACTION:
        return {}
    if job.status in ENDS:
        return {} if job.message_id(END_PART) else {END_PART: _maybe_sent(job, END_PART)}
    parts = {TASK_PART: _maybe_sent(job, TASK_PART)} if job.place.venue is Venue.THREAD else {}
    # One by one, as nobody knows how they were put together into messages.
    left = set(range(1, (len(job.results) or job.request.max_images or _MOST_IMAGES) + 1)) - job.delivered_images
    return parts | {images_part(number): _maybe_sent(job, images_part(number), (number,)) for number in sorted(left)}


def _maybe_sent(job: Job, part: str, images: tuple[int, ...] = ()) -> Sent:
    return Sent(f"{job.id}.{part}", job.home_id, images=images)


def _changes(row: RowMapping, job: Job, now: datetime) -> dict[str, Any]:
    values = to_row(job, now)
    changed = {name: value for name, value in values.items() if row[name] != value}
    return {**changed, "owner": None, "lease_until": None}


def _taken(marked: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(json.loads(marked)["taken"]))
    except (ValueError, TypeError, KeyError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
