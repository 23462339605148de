"""Forms that are offered to people who reacted to a message: once for each message and person, for an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

OFFER_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """What stands in a channel for somebody to press.

    Attributes:
        message_id: the message that was reacted to, in the same channel.
        answer_id: the bot's own message; None where it was not posted, or is not known to be.
    """

    message_id: int
    user_id: int
    channel_id: int
    answer_id: int | None = None


class OfferStore(Protocol):
    """Where it is kept who has been offered what."""

    async def claim(self, offer: Offer, now: datetime) -> bool:
        """Note an offer before it is made; False where there is one already.

        Raises:
            StorageUnavailable: it cannot be known.
        """
        ...

    async def answered(self, offer: Offer) -> None:
        """Note the message that makes it."""
        ...

    async def forget(self, message_id: int, user_id: int) -> None:
        """Forget an offer, so that it may be made again."""
        ...

    async def take_old(self, before: datetime, most: int) -> Sequence[Offer]:
        """Forget some of the offers that are older, and return them, each to one caller alone."""
        ...
