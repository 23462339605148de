"""What people have collected, a row for each person and channel."""

from collections.abc import Collection, Sequence

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from bot.domain.sources import Picture, picture_key
from bot.domain.trays import TRAY_LIFE, Collected, collect
from bot.storage.database import Database
from bot.storage.tables import trays
from bot.storage.types import DatabaseTime, upsert

SWEPT_AT_ONCE = 20
"""Trays whose time is over that are thrown away whenever something is collected."""

_PICTURES = TypeAdapter(tuple[Picture, ...])


class SqlTrayStore:
    """Trays in a database; fills `bot.domain.trays.TrayStore`.

    Whoever changes a tray locks its row first, so that of two processes neither writes over what the other has added.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, user_id: int, channel_id: int) -> tuple[Picture, ...]:
        """Return what is in a tray, in order; nothing once its time is over.

        Raises:
            StorageUnavailable: the database did not give it; try again.
        """
        statement = select(trays.c.pictures).where(_whose(user_id, channel_id), trays.c.expires_at > DatabaseTime())

        def work(connection: Connection) -> tuple[Picture, ...]:
            return _PICTURES.validate_python(connection.execute(statement).scalar_one_or_none() or ())

        return await self._database.read(work)

    async def add(self, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> Collected:
        """Add pictures, as `collect` has it, and begin the tray's time anew.

        Raises:
            StorageUnavailable: the database did not take it; try again: what is in it already is not added twice.
        """
        old = (
            select(trays.c.user_id, trays.c.channel_id)
            .where(trays.c.expires_at < DatabaseTime())
            .limit(SWEPT_AT_ONCE)
            # Another process may be about to fill one of them again.
            .with_for_update(skip_locked=True)
        )

        def work(connection: Connection) -> Collected:
            for row in connection.execute(old).all():
                connection.execute(delete(trays).where(_whose(row.user_id, row.channel_id)))
            # There has to be a row to lock, also for whoever is the first.
            first = upsert(connection, trays).values(
                user_id=user_id, channel_id=channel_id, pictures=[], expires_at=DatabaseTime(TRAY_LIFE)
            )
            connection.execute(first.on_conflict_do_nothing())
            collected = collect(_locked(connection, user_id, channel_id), pictures)
            values = {"pictures": _record(collected.pictures), "expires_at": DatabaseTime(TRAY_LIFE)}
            connection.execute(update(trays).where(_whose(user_id, channel_id)).values(values))
            return collected

        return await self._database.write(work)

    async def remove(self, user_id: int, channel_id: int, keys: Collection[str]) -> tuple[Picture, ...]:
        """Take pictures out by `picture_key` of their links, and return what is left.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """

        def work(connection: Connection) -> tuple[Picture, ...]:
            present = _locked(connection, user_id, channel_id)
            left = tuple(picture for picture in present if picture_key(picture.url) not in keys)
            if len(left) < len(present):
                connection.execute(update(trays).where(_whose(user_id, channel_id)).values(pictures=_record(left)))
            return left

        return await self._database.write(work)

    async def clear(self, user_id: int, channel_id: int) -> None:
        """Take everything out.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """
        statement = delete(trays).where(_whose(user_id, channel_id))
        await self._database.write(lambda connection: connection.execute(statement).close(), single=True)


def _whose(user_id: int, channel_id: int) -> ColumnElement[bool]:
    return and_(trays.c.user_id == user_id, trays.c.channel_id == channel_id)


def _locked(connection: Connection, user_id: int, channel_id: int) -> tuple[Picture, ...]:
    """Return what is in a tray, and keep others from changing it until this transaction ends."""
    mine = select(trays.c.pictures, (trays.c.expires_at > DatabaseTime()).label("alive"))
    row = connection.execute(mine.where(_whose(user_id, channel_id)).with_for_update()).one_or_none()
    return _PICTURES.validate_python(row.pictures) if row is not None and row.alive else ()


def _record(pictures: tuple[Picture, ...]) -> object:
    return _PICTURES.dump_python(pictures, mode="json")
