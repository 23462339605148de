"""The line for a place at the API that all processes stand in: a cap on tasks, shared fairly between people.

Whose turn it is: whoever has fewest tasks at the API, then whoever asked first. It is decided under one lock, in a time
that depends on how many places are given and how many are taken, not on how many wait.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, delete, select, text, tuple_, update

from bot.domain.job import Status
from bot.storage.database import Database
from bot.storage.tables import AT_API, IN_LINE, jobs, people_in_line
from bot.storage.types import DatabaseTime, UtcDateTime, upsert

LINE_LOCK = 0x5EED_0002
"""The number of the advisory lock under which the line is changed."""
_AT_ONCE = 32
MOST_LOOKS = 500
"""How many people one pass looks at; it bounds the time under the lock while a dead process's jobs stand in line."""

# Without a word about owner or status, which other indexes would be taken for, and with them everybody in line.
_PLACES = (
    select(jobs.c.id, jobs.c.user_id, jobs.c.owner, jobs.c.status, jobs.c.created_at)
    .where(AT_API)
    .with_hint(jobs, "INDEXED BY ix_jobs_place", "sqlite")
)
_OLDEST = (
    select(jobs.c.id, jobs.c.created_at, (jobs.c.lease_until > DatabaseTime()).label("alive"))
    .where(IN_LINE, jobs.c.user_id == bindparam("user_id"))
    .order_by(jobs.c.created_at, jobs.c.id)
    .limit(1)
)
_OLDEST_ALIVE = _OLDEST.where(jobs.c.lease_until > DatabaseTime())
_PEOPLE = select(people_in_line).order_by(people_in_line.c.first_at, people_in_line.c.user_id)
_NEXT_PEOPLE = _PEOPLE.where(
    tuple_(people_in_line.c.first_at, people_in_line.c.user_id)
    > tuple_(bindparam("after", type_=UtcDateTime()), bindparam("user_id", type_=BigInteger()))
).limit(_AT_ONCE)


class SqlAdmissionLine:
    """Fills `bot.jobs.ports.AdmissionLine`.

    A job in line, or with a place it has not used yet, is there for its owner: when another process takes it over, it
    has to be put in line again, and is then where its age puts it. Any writing of the job takes it out of the line, and
    ends its place unless its task is at the API.

    Args:
        database: an open database.
        owner: this process's name, as the job store's.
        capacity: how many jobs of all processes may have a place; each process should be told the same.
    """

    def __init__(self, database: Database, owner: str, capacity: int) -> None:
        self._database = database
        self._owner = owner
        self._capacity = capacity

    async def enter(self, job_id: str) -> bool:
        """Put a prepared job of this process in line; False where it cannot stand there: it is lost, or moved on.

        Raises:
            StorageUnavailable: try again; to enter twice is to enter once.
        """
        mine = [jobs.c.id == job_id, jobs.c.owner == self._owner, jobs.c.status == Status.PREPARING.value]
        entering = update(jobs).where(*mine, jobs.c.turn.is_(None)).values(turn="line")

        def work(connection: Connection) -> bool:
            _lock(connection)
            entered = connection.execute(entering.returning(jobs.c.user_id, jobs.c.created_at)).one_or_none()
            if entered is not None:
                _note(connection, entered.user_id, entered.created_at)
                return True
            return connection.execute(select(jobs.c.id).where(*mine)).first() is not None

        return await self._database.write(work)

    def hold(self, job_id: str, user_id: int, *, at_api: bool) -> None:
        """Do nothing: the row says whose job it is, and whether its task is at the API."""

    def leave(self, job_id: str) -> None:
        """Do nothing: the saving that it is told of has taken the job out."""

    def forget(self, job_id: str) -> None:
        """Do nothing: nothing is kept here of any job."""

    async def admit(self) -> Sequence[str]:
        """Give free places to whoever's turn it is, of any process, and return which jobs of this one may submit.

        Returns:
            The ids of all jobs of this process that have a place and have not used it yet, oldest first. One that is
            being submitted is among them until that is stored, so whoever calls has to know what was begun.

        Raises:
            StorageUnavailable: try again.
        """

        def work(connection: Connection) -> list[str]:
            _lock(connection)
            _Pass(connection).admit(self._capacity)
            unused = (row for row in connection.execute(_PLACES) if row.status == Status.PREPARING.value)
            mine = (row for row in unused if row.owner == self._owner)
            return [row.id for row in sorted(mine, key=lambda row: (row.created_at, row.id))]

        return await self._database.write(work)


class _Pass:
    """One time of giving out places."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._at_api = Counter(row.user_id for row in connection.execute(_PLACES))
        # By how many tasks somebody has at the API, then by how long the oldest job of theirs has waited.
        self._next: list[tuple[int, datetime, int]] = []
        self._looks = 0

    def admit(self, capacity: int) -> None:
        """Give out every place that is free, as long as somebody is in line."""
        free = capacity - self._at_api.total()
        if free <= 0:
            return
        fresh = self._people_without_a_task()
        arriving = next(fresh, None)
        while free and self._looks < MOST_LOOKS:
            self._looks += 1
            if arriving is not None and (not self._next or (0, *arriving) <= self._next[0]):
                turn = (0, *arriving)
                arriving = next(fresh, None)
            elif self._next:
                turn = heapq.heappop(self._next)
            else:
                return
            free -= self._take(*turn)

    def _take(self, _tasks: int, waiting_since: datetime, user_id: int) -> int:
        """Give a place to somebody's oldest job, unless a look at the jobs says that their turn is not yet; 0 or 1."""
        person = {"user_id": user_id}
        oldest = self._connection.execute(_OLDEST, person).one_or_none()
        _put_right(self._connection, user_id, oldest, waiting_since)
        if oldest is None:
            return 0
        if not oldest.alive:
            # Its process is gone; it is in line again once another one has taken it over.
            oldest = self._connection.execute(_OLDEST_ALIVE, person).one_or_none()
            if oldest is None:
                return 0
        if oldest.created_at > waiting_since:
            heapq.heappush(self._next, (self._at_api[user_id], oldest.created_at, user_id))
            return 0
        taken = update(jobs).where(jobs.c.id == oldest.id, IN_LINE).values(turn="api")
        admitted = self._connection.execute(taken).rowcount
        self._at_api[user_id] += admitted
        following = self._connection.execute(_OLDEST, person).one_or_none()
        _put_right(self._connection, user_id, following, oldest.created_at)
        if following is not None:
            heapq.heappush(self._next, (self._at_api[user_id], following.created_at, user_id))
        return admitted

    def _people_without_a_task(self) -> Iterator[tuple[datetime, int]]:
        """Yield who has nothing at the API, whoever waits longest first; then make those who have something known."""
        busy = set(self._at_api)
        # A note that is put right moves back, to where it would be met a second time.
        met = set(busy)
        rows = self._connection.execute(_PEOPLE.limit(_AT_ONCE)).all()
        while rows:
            for row in rows:
                if row.user_id not in met:
                    met.add(row.user_id)
                    yield row.first_at, row.user_id
            last = {"after": rows[-1].first_at, "user_id": rows[-1].user_id}
            rows = self._connection.execute(_NEXT_PEOPLE, last).all() if len(rows) == _AT_ONCE else []
        if busy:
            waiting = self._connection.execute(_PEOPLE.where(people_in_line.c.user_id.in_(busy)))
            for row in waiting:
                heapq.heappush(self._next, (self._at_api[row.user_id], row.first_at, row.user_id))


def _lock(connection: Connection) -> None:
    """Keep others from changing the line until the end of the transaction; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LINE_LOCK})"))


def _note(connection: Connection, user_id: int, created_at: datetime) -> None:
    """Note that somebody has a job in line."""
    statement = upsert(connection, people_in_line).values(user_id=user_id, first_at=created_at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[people_in_line.c.user_id],
            set_={"first_at": statement.excluded.first_at},
            where=people_in_line.c.first_at > statement.excluded.first_at,
        )
    )


def _put_right(connection: Connection, user_id: int, oldest: Row[Any] | None, noted: datetime) -> None:
    """Have the note about somebody say what is so."""
    theirs = people_in_line.c.user_id == user_id
    if oldest is None:
        connection.execute(delete(people_in_line).where(theirs))
    elif oldest.created_at != noted:
        connection.execute(update(people_in_line).where(theirs).values(first_at=oldest.created_at))
