"""Forms that people have open, kept so that they outlive a restart and can be sent to any process."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from bot.domain.forms import Form
from bot.storage.database import Database
from bot.storage.tables import drafts
from bot.storage.types import DatabaseTime, upsert

KEPT = timedelta(days=1)
"""As long as the links of Discord's own files live: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls"""

SWEPT_AT_ONCE = 20
"""Old forms that are forgotten whenever a new one is kept; more than come, so that they never pile up."""

_FORM = TypeAdapter(Form)


class SqlFormStore:
    """Forms in a database; fills `bot.domain.forms.FormStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, form: Form) -> None:
        """Keep a form, in place of one of the same id, for a day; a few that are older are forgotten.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """
        record = _FORM.dump_python(form, mode="json")
        old = select(drafts.c.id).where(drafts.c.created_at < DatabaseTime(-KEPT)).limit(SWEPT_AT_ONCE)

        def work(connection: Connection) -> None:
            row = upsert(connection, drafts).values(
                id=form.id, user_id=form.user_id, form=record, created_at=DatabaseTime()
            )
            new = {name: row.excluded[name] for name in ("user_id", "form", "created_at")}
            connection.execute(row.on_conflict_do_update(index_elements=[drafts.c.id], set_=new))
            connection.execute(delete(drafts).where(drafts.c.id.in_(old)))

        await self._database.write(work, single=True)

    async def load(self, form_id: str) -> Form | None:
        """Return a form that is no older than a day, or None.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """
        statement = select(drafts.c.form).where(drafts.c.id == form_id, drafts.c.created_at >= DatabaseTime(-KEPT))

        def work(connection: Connection) -> Form | None:
            record = connection.execute(statement).scalar_one_or_none()
            return _FORM.validate_python(record) if record is not None else None

        return await self._database.read(work)

    async def remove(self, form_id: str) -> None:
        """Forget a form, if it is kept.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """
        statement = delete(drafts).where(drafts.c.id == form_id)
        await self._database.write(lambda connection: connection.execute(statement).close(), single=True)
