"""What one message carries: pictures on disk, made to fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.job import PictureNote

MAX_FILES = 10
"""Files of one message. Source: https://discord.com/developers/docs/resources/message#create-message"""
_RESULT = re.compile(r"(?:SPOILER_)?seedream-([0-9a-f]{16})-(\d{1,2})\.\w+")


def file_stem(job_id: str, number: int) -> str:
    """Return what a result's file on Discord is called, up to the dot before its ending; `number` counts from 1."""
    return f"seedream-{job_id}-{number}"


def result_named(filename: str) -> tuple[str, int] | None:
    """Return the job and the number of the result that a file's name says it is, None where it says none.

    Anybody can name a file so: whoever goes by it makes sure that the message is the bot's own.
    """
    found = _RESULT.fullmatch(filename)
    return (found[1], int(found[2])) if found else None


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
