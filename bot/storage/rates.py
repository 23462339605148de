"""A rate of requests that all processes keep together: one row says when the next request may go out.

It is the "generic cell rate algorithm", by which ATM networks police their cells (ITU-T I.371, annex A):
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

import math

from sqlalchemy import ColumnElement, Connection, Double, case, func, literal

from bot.storage.database import Database
from bot.storage.tables import rates
from bot.storage.types import DatabaseSeconds, upsert

LONGEST_AHEAD = 3600.0
"""Seconds; a row that is further ahead of the clock was written by a clock that was put back since, and counts for
nothing: waiting it out would keep the bot silent for as long."""
MOST_AHEAD = 1000
"""Requests that may wait for their slots at a time, however long that takes at a low rate."""


class SqlRequestRate:
    """Fills `bot.seedream.RequestRate`: as many requests in a burst as fall due in a second, then one after another.

    Args:
        database: an open database.
        name: which rate; processes that use the same name share it, and should agree on the rest.
        per_second: how many requests go out in the long run.
    """

    def __init__(self, database: Database, name: str, per_second: float) -> None:
        self._database = database
        self._name = name
        self._interval = 1 / per_second
        self._burst = max(1, math.floor(per_second))
        self._longest_ahead = max(LONGEST_AHEAD, MOST_AHEAD * self._interval)

    async def reserve(self, count: int = 1) -> float:
        """Take the next slots, whether they are used or not, and return when the first may be used.

        Args:
            count: how many, at intervals of the rate; a few at once save journeys to the database.

        Returns:
            Seconds from now until the first one; 0 or less when that is at once.

        Raises:
            StorageUnavailable: a slot may be lost by that, but none is given twice.
        """
        taken = count * self._interval
        # Idle for long, a rate has saved up its burst and no more.
        earliest = DatabaseSeconds(taken - (self._burst - 1) * self._interval)

        def work(connection: Connection) -> float:
            row = upsert(connection, rates).values(name=self._name, next_at=earliest)
            next_at = rates.c.next_at + literal(taken, Double())
            usable = (next_at > row.excluded.next_at) & (rates.c.next_at < DatabaseSeconds(self._longest_ahead))
            statement = row.on_conflict_do_update(
                index_elements=[rates.c.name],
                set_={"next_at": case((usable, next_at), else_=row.excluded.next_at)},
            ).returning(rates.c.next_at - DatabaseSeconds(), *_beside(connection))
            ahead: float = connection.execute(statement).one()[0]
            return ahead

        ahead = await self._database.write(work, single=True)
        return ahead - taken


def _beside(connection: Connection) -> list[ColumnElement[str]]:
    """Return what keeps a server's commit from waiting for the disk, with everybody else waiting for the row.

    All that a crash of the server can undo by that is slots of its last moments, and it takes longer to come back.
    https://www.postgresql.org/docs/current/wal-async-commit.html
    """
    if connection.dialect.name != "postgresql":
        return []
    return [func.set_config("synchronous_commit", "off", literal(value=True))]
