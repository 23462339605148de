"""Looking up what was asked for before."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from bot.domain.history import PastTask
from bot.domain.job import Job, TaskStatus
from bot.storage.database import Database
from bot.storage.documents import from_row
from bot.storage.tables import jobs

MOST_RECENT = 100
"""How far back somebody's tasks in one place are looked through."""


class SqlHistory:
    """Fills `bot.jobs.ports.History`, and finds jobs by what people know of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, user_id: int, root_id: int) -> Sequence[PastTask]:
        """Return somebody's last tasks with pictures in a channel and its threads, newest first; at most 100.

        Raises:
            StorageUnavailable: the database did not give them; try again.
        """
        # Without a condition on the status, the index alone says which rows are to be read.
        last = (
            select(jobs.c.task_id, jobs.c.task_status, jobs.c.request, jobs.c.created_at)
            .where(jobs.c.user_id == user_id, jobs.c.root_id == root_id)
            .order_by(jobs.c.created_at.desc())
            .limit(MOST_RECENT)
        )

        def work(connection: Connection) -> list[PastTask]:
            return [
                PastTask(row.task_id, row.request["prompt"], row.created_at)
                for row in connection.execute(last)
                if row.task_status == TaskStatus.COMPLETED.value
            ]

        return await self._database.read(work)

    async def find(self, name: str) -> Job | None:
        """Return the job of a task's id, or of its own.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """
        ours, theirs = (select(jobs).where(column == name).limit(1) for column in (jobs.c.id, jobs.c.task_id))

        def work(connection: Connection) -> Job | None:
            row = connection.execute(ours).mappings().first() or connection.execute(theirs).mappings().first()
            return from_row(row) if row is not None else None

        return await self._database.read(work)
