"""Where reference images come from: what a person points at, before it is known which pictures that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bot.domain.references import Reference, Remark

_SIGNATURE = frozenset({"ex", "is", "hm"})
"""What Discord signs the links of its files with.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
"""
_DISCORD_FILES = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Hosts of the same files, which take sizes in their queries."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture whose address is known.

    Attributes:
        fallback_url: where it can be had when `url` no longer has it; a result of ours is at the API for a day, and on
            Discord as what was posted.
    """

    url: str
    filename: str
    fallback_url: str | None = None


@dataclass(frozen=True, slots=True)
class MessageLink:
    """Every picture of a Discord message, as far as the person who points at it may read it."""

    guild_id: int | None
    channel_id: int
    message_id: int

    @property
    def url(self) -> str:
        """The link as Discord's own client copies it."""
        return f"https://discord.com/channels/{self.guild_id or '@me'}/{self.channel_id}/{self.message_id}"


@dataclass(frozen=True, slots=True)
class TaskResults:
    """Every picture that a task of this bot has made."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Tray:
    """What the person has collected in the place of asking."""


Source = Picture | MessageLink | TaskResults | Tray


@dataclass(frozen=True, slots=True)
class Found:
    """The pictures of one source, in order; `left_out` says what of it cannot be a reference.

    Attributes:
        own: whether it is the bot that has posted them, so that a result's name can be believed.
    """

    pictures: tuple[Picture, ...]
    left_out: tuple[Remark, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a job's sources have come to.

    Attributes:
        references: numbered in the order of the sources.
        remarks: what was pointed at and cannot go along.
    """

    references: tuple[Reference, ...] = ()
    remarks: tuple[Remark, ...] = ()


def numbered(pictures: Sequence[Picture]) -> tuple[Reference, ...]:
    """Return pictures as references, numbered from 1 in their order."""
    return tuple(
        Reference(number, picture.filename, picture.url, fallback_url=picture.fallback_url)
        for number, picture in enumerate(pictures, start=1)
    )


def picture_key(url: str) -> str:
    """Return what two links to the same picture have in common, however Discord has signed or sized them."""
    parts = urlsplit(url)
    if parts.hostname in _DISCORD_FILES:
        return parts.path
    if parse_qs(parts.query).keys() >= _SIGNATURE:
        return f"{parts.netloc}{parts.path}"
    return url
