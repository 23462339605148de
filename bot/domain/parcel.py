"""What one message carries: pictures on disk, made to fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.job import PictureNote

MAX_FILES = 10
"""Files of one message. Source: https://discord.com/developers/docs/resources/message#create-message"""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture ready to be posted; `number` counts from 1, `size` is in bytes, `extension` goes with its format."""

    number: int
    path: Path
    extension: str
    size: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """The pictures of one message, in order; `notes` say by number what happened to pictures on their way.

    A parcel without files means that none of the pictures asked for can be had; its notes say why.
    """

    files: tuple[PictureFile, ...] = ()
    notes: Mapping[int, PictureNote] = field(default_factory=dict)

    @property
    def images(self) -> tuple[int, ...]:
        """The numbers of its pictures."""
        return tuple(file.number for file in self.files)
