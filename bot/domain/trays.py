"""A tray: the pictures one person has collected in one channel, to be used as references together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from bot.domain.request import MAX_REFERENCES
from bot.domain.sources import Picture, picture_key

TRAY_LIFE = timedelta(hours=1)
"""For how long a tray is kept after its last addition."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A tray after an addition.

    Attributes:
        pictures: all that is in it, in the order it was collected.
        added: how many came by this addition.
        known: how many of the addition were in it already.
        turned_away: how many found no room.
    """

    pictures: tuple[Picture, ...]
    added: int = 0
    known: int = 0
    turned_away: int = 0


def collect(present: Sequence[Picture], more: Sequence[Picture]) -> Collected:
    """Return a tray with more pictures in it: each once, and no more than a request takes."""
    tray = Collected(tuple(present))
    keys = {picture_key(picture.url) for picture in present}
    for picture in more:
        key = picture_key(picture.url)
        if key in keys:
            tray = replace(tray, known=tray.known + 1)
        elif len(tray.pictures) >= MAX_REFERENCES:
            tray = replace(tray, turned_away=tray.turned_away + 1)
        else:
            keys.add(key)
            tray = replace(tray, pictures=(*tray.pictures, picture), added=tray.added + 1)
    return tray


class TrayStore(Protocol):
    """Where trays are kept, `TRAY_LIFE` from the last addition on."""

    async def load(self, user_id: int, channel_id: int) -> tuple[Picture, ...]:
        """Return what is in a tray, in order; nothing once its time is over."""
        ...

    async def add(self, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> Collected:
        """Add pictures, as `collect` has it, and begin the tray's time anew."""
        ...

    async def remove(self, user_id: int, channel_id: int, keys: Collection[str]) -> tuple[Picture, ...]:
        """Take pictures out by `picture_key` of their links, and return what is left."""
        ...

    async def clear(self, user_id: int, channel_id: int) -> None:
        """Take everything out."""
        ...
