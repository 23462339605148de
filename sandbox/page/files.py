"""Files that a person has chosen and not sent yet: kept for some minutes, and never too many."""

import re
import secrets
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.discord import ClientRefused, File
from sandbox.discord.client_writing import too_large
from sandbox.page import words

MOST_BYTES = 256 * 1024 * 1024
LIFETIME = timedelta(minutes=15)
_LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class TooLarge(Exception):
    """A file, or all of them together, is more than may be kept; the message is for the person."""


@dataclass(frozen=True)
class Kept:
    """A file that waits to be sent."""

    id: str
    file: File
    until: datetime


class Files:
    """The chosen files of everybody who uses the page.

    Args:
        clock: the time in which they expire.
        most_bytes: of all files together, those that are just arriving included.
    """

    def __init__(self, clock: Clock, *, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most = most_bytes
        self._kept: dict[str, Kept] = {}
        self._arriving = 0

    @property
    def total(self) -> int:
        """The bytes that are kept or just arriving."""
        self._forget_old()
        return self._arriving + sum(len(kept.file.data) for kept in self._kept.values())

    async def receive(self, name: str, pieces: AsyncIterable[bytes], *, limit: int) -> Kept:
        """Read a file to its end and keep it.

        Args:
            name: as it is called on the person's disk.
            pieces: its bytes; all of them are read, even of a file that is too large, for a browser that is cut off
                shows no answer.
            limit: bytes a file may have.

        Raises:
            TooLarge: this one is, or too many wait already.
        """
        shown = clean_name(name)
        data, refused = bytearray(), ""
        try:
            async for piece in pieces:
                if refused:
                    continue
                data += piece
                self._arriving += len(piece)
                if len(data) > limit:
                    refused = too_large(shown, limit)
                elif self.total > self._most:
                    refused = words.TOO_MUCH_WAITS
                if refused:
                    self._arriving -= len(data)
                    data.clear()
        finally:
            self._arriving -= len(data)
        if refused:
            raise TooLarge(refused)
        kept = Kept(secrets.token_urlsafe(12), File(shown, bytes(data)), self._clock.now() + LIFETIME)
        self._kept[kept.id] = kept
        return kept

    def find(self, file_id: str) -> File:
        """Return a file that waits.

        Raises:
            ClientRefused: it is not there (any more).
        """
        self._forget_old()
        kept = self._kept.get(file_id)
        if kept is None:
            raise ClientRefused(words.NO_FILE)
        return kept.file

    def used(self, file_ids: list[str]) -> None:
        """Forget files that have been sent."""
        for file_id in file_ids:
            self._kept.pop(file_id, None)

    def _forget_old(self) -> None:
        now = self._clock.now()
        for kept in list(self._kept.values()):
            if kept.until <= now:
                del self._kept[kept.id]


def clean_name(name: str) -> str:
    """Return a file's name without folders and control characters, and not without end."""
    plain = _CONTROL.sub("", re.split(r"[/\\]", name)[-1]).strip()
    stem, dot, suffix = plain.rpartition(".")
    if len(plain) <= _LONGEST_NAME:
        return plain or "unknown"
    return f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}" if dot and len(suffix) < 20 else plain[:_LONGEST_NAME]
