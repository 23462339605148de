"""What the bot wants to know after a restart and is no job."""

from sqlalchemy import Connection, select

from bot.storage.database import Database
from bot.storage.tables import facts
from bot.storage.types import DatabaseTime, upsert


class FactStore:
    """Values by name, both text; such as the hash of the command tree that was last synced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """Return a value, or None where there is none.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """

        def work(connection: Connection) -> str | None:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()

        return await self._database.read(work)

    async def set(self, name: str, value: str) -> None:
        """Set a value, whether or not there was one.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """

        def work(connection: Connection) -> None:
            row = upsert(connection, facts).values(name=name, value=value, updated_at=DatabaseTime())
            changed = {"value": row.excluded.value, "updated_at": row.excluded.updated_at}
            connection.execute(row.on_conflict_do_update(index_elements=[facts.c.name], set_=changed))

        await self._database.write(work, single=True)
