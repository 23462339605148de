"""Who has been offered a form for which message, a row for each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update

from bot.domain.offers import Offer
from bot.storage.database import Database
from bot.storage.tables import offers
from bot.storage.types import upsert


class SqlOfferStore:
    """Offers in a database; fills `bot.domain.offers.OfferStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, offer: Offer, now: datetime) -> bool:
        """Note an offer before it is made; False where there is one already, of whichever process.

        Raises:
            StorageUnavailable: the database did not take it.
        """

        def work(connection: Connection) -> bool:
            row = upsert(connection, offers).values(
                message_id=offer.message_id,
                user_id=offer.user_id,
                channel_id=offer.channel_id,
                answer_id=offer.answer_id,
                created_at=now,
            )
            return connection.execute(row.on_conflict_do_nothing()).rowcount == 1

        return await self._database.write(work, single=True)

    async def answered(self, offer: Offer) -> None:
        """Note the message that makes it.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """
        statement = update(offers).where(_of(offer.message_id, offer.user_id)).values(answer_id=offer.answer_id)
        await self._database.write(lambda connection: connection.execute(statement).close(), single=True)

    async def forget(self, message_id: int, user_id: int) -> None:
        """Forget an offer, if it is kept.

        Raises:
            StorageUnavailable: the database did not take it; try again.
        """
        statement = delete(offers).where(_of(message_id, user_id))
        await self._database.write(lambda connection: connection.execute(statement).close(), single=True)

    async def take_old(self, before: datetime, most: int) -> Sequence[Offer]:
        """Forget up to `most` of the offers that are older, and return them, each to one caller alone.

        Raises:
            StorageUnavailable: none was forgotten; try again.
        """
        key = (offers.c.message_id, offers.c.user_id)
        old = (
            select(*key)
            .where(offers.c.created_at < before)
            .order_by(offers.c.created_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        statement = (
            delete(offers)
            .where(tuple_(*key).in_(old))
            .returning(offers.c.message_id, offers.c.user_id, offers.c.channel_id, offers.c.answer_id)
        )

        def work(connection: Connection) -> list[Offer]:
            return [Offer(*row) for row in connection.execute(statement)]

        return await self._database.write(work, single=True)


def _of(message_id: int, user_id: int) -> ColumnElement[bool]:
    return and_(offers.c.message_id == message_id, offers.c.user_id == user_id)
