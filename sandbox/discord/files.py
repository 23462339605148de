"""Files as people and bots send them, and attachments as Discord keeps them."""

import mimetypes
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sandbox.discord.images import image_size, image_type

if TYPE_CHECKING:
    from sandbox.discord.cdn import Cdn

_OPAQUE = "application/octet-stream"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class File:
    """A file that somebody is about to send.

    Attributes:
        filename: as it is called on the sender's disk.
        data: its bytes.
        content_type: what the client declares, which may be a lie; None lets Discord find it out.
        description: the alt text.
    """

    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None
    description: str | None = None


@dataclass(eq=False)
class Attachment:
    """A file that Discord keeps.

    Attributes:
        id: its snowflake.
        filename: the safe form of the sender's name for it.
        content_type: what Discord says it is; it believes a client's word or the name.
        description: the alt text.
        width: pixels, of pictures Discord understands.
        height: pixels, likewise.
        title: the sender's name for it without suffix, where the safe form differs.
        ephemeral: whether it belongs to an option, a modal or an ephemeral message.
        vanishes: an option's or a modal's file, which is gone by itself after a while.
        created_at: when it was uploaded.
    """

    id: int
    filename: str
    data: bytes = field(repr=False)
    content_type: str | None
    description: str | None
    width: int | None
    height: int | None
    title: str | None
    ephemeral: bool
    vanishes: bool
    created_at: datetime
    folder: str
    cdn: "Cdn" = field(repr=False)

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(self.data)

    @property
    def url(self) -> str:
        """A freshly signed address on the sandbox's CDN."""
        return self.cdn.url(self)

    @property
    def spoiler(self) -> bool:
        """Whether it is hidden until clicked."""
        return self.filename.startswith("SPOILER_")


def keep(
    cdn: "Cdn", file: File, *, attachment_id: int, folder: str, ephemeral: bool, vanishes: bool, at: datetime
) -> Attachment:
    """Turn a sent file into an attachment and put it on the CDN.

    Args:
        cdn: where it is kept.
        file: what was sent.
        attachment_id: its new snowflake.
        folder: the path on the CDN, `attachments/{channel}` or `ephemeral-attachments/{application}`.
        ephemeral: whether it belongs to an option, a modal or an ephemeral message.
        vanishes: whether it is gone by itself after a while.
        at: the time of the upload.
    """
    filename = safe_filename(file.filename)
    size = image_size(file.data)
    attachment = Attachment(
        id=attachment_id,
        filename=filename,
        data=file.data,
        content_type=file.content_type or _content_type(filename, file.data),
        description=file.description,
        width=size[0] if size else None,
        height=size[1] if size else None,
        title=None if filename == file.filename else PurePosixPath(file.filename).stem,
        ephemeral=ephemeral,
        vanishes=vanishes,
        created_at=at,
        folder=folder,
        cdn=cdn,
    )
    cdn.put(attachment)
    return attachment


def safe_filename(name: str) -> str:
    """Return a name as Discord stores it: no folders, blanks as underscores, nothing outside ASCII."""
    plain = _UNSAFE.sub("", re.sub(r"\s", "_", re.split(r"[/\\]", name.strip())[-1]))
    return f"unknown{plain}" if plain.startswith(".") or not plain else plain


def _content_type(filename: str, data: bytes) -> str | None:
    guess, _ = mimetypes.guess_type(filename)
    if guess is None:
        return image_type(data)
    return f"{guess}; charset=utf-8" if guess.startswith("text/") else guess


def readable_size(size: int) -> str:
    """Return a number of bytes as people write it."""
    for unit, factor in (("MB", 1024 * 1024), ("KB", 1024)):
        if size >= factor:
            return f"{size / factor:.0f} {unit}" if size % factor == 0 else f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def declared_type(content_type: str | None) -> str | None:
    """Return an upload's declared type, unless it says nothing, as discord.py's `application/octet-stream` does."""
    return None if content_type in (None, "", _OPAQUE) else content_type
