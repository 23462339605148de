"""Which pictures a message shows: the one place that decides what its references are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

import discord
from discord.components import (
    Container,
    FileComponent,
    MediaGalleryComponent,
    SectionComponent,
    ThumbnailComponent,
    UnfurledMediaItem,
)

from bot.domain.links import name_of_link
from bot.domain.references import SHEET_FILENAME, Remark, RemarkKind
from bot.domain.sources import Picture, picture_key

_DRAWINGS = ("svg", "vnd.", "x-")
"""Beginnings of types that are called images and are no pixels: https://www.iana.org/assignments/media-types#image"""

_KINDS = {
    "image": "png jpg jpeg jfif webp gif bmp tif tiff heic heif avif apng",
    "video": "mp4 m4v mov webm mkv avi",
    "audio": "mp3 ogg oga wav flac m4a aac opus",
}
_KIND_OF_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
"""For files whose type is not said. Ours rather than the machine's own table, so that it is the same everywhere."""


class Showing(Protocol):
    """What of a message, or of the snapshot a forward carries, can show pictures."""

    @property
    def attachments(self) -> Sequence[discord.Attachment]:
        """Files, in order."""
        ...

    @property
    def embeds(self) -> Sequence[discord.Embed]:
        """Embeds, in order."""
        ...

    @property
    def components(self) -> Sequence[discord.Component]:
        """Buttons and layout, from top to bottom."""
        ...

    @property
    def stickers(self) -> Sequence[discord.StickerItem]:
        """Stickers."""
        ...


@dataclass(frozen=True, slots=True)
class MessagePictures:
    """The pictures of a message in the order they are seen, each once, and what was seen and cannot be a reference.

    Attributes:
        left_out: remarks of the kind `LEFT_OUT`, whose `why` is "sticker", "video", "audio" or "file".
    """

    pictures: tuple[Picture, ...] = ()
    left_out: tuple[Remark, ...] = ()


def pictures_of(message: Showing) -> MessagePictures:
    """Return the pictures of a message: of its files, embeds, layout and, where it is a forward, of what it forwards.

    What a file is, is taken from what Discord says of it or from its name; its bytes are looked at when it is fetched.
    """
    found: dict[str, Picture] = {}
    left_out: dict[str, Remark] = {}
    for seen in _everything(message):
        key = seen.url if isinstance(seen, discord.StickerItem) else picture_key(seen.url)
        if isinstance(seen, discord.StickerItem):
            left_out.setdefault(key, Remark(RemarkKind.LEFT_OUT, seen.name, why="sticker"))
        elif seen.kind == "image":
            found.setdefault(key, Picture(seen.url, seen.filename, seen.fallback_url))
        else:
            left_out.setdefault(key, Remark(RemarkKind.LEFT_OUT, seen.filename, why=seen.kind))
    return MessagePictures(tuple(found.values()), tuple(left_out.values()))


def without_sheet(seen: MessagePictures) -> MessagePictures:
    """Return the pictures of a message of the bot's own: the contact sheet on a card is none to be worked with."""
    return replace(seen, pictures=tuple(p for p in seen.pictures if p.filename != SHEET_FILENAME))


@dataclass(frozen=True, slots=True)
class _File:
    """A file that is seen; `kind` is "image", "video", "audio" or "file"."""

    kind: str
    url: str
    filename: str
    fallback_url: str | None


def _everything(message: Showing) -> Iterator[_File | discord.StickerItem]:
    for attachment in message.attachments:
        kind = _kind(attachment.content_type, attachment.filename, attachment.width is not None)
        yield _File(kind, attachment.url, attachment.filename, _other(attachment.url, attachment.proxy_url))
    for embed in message.embeds:
        for picture in (embed.image, embed.thumbnail):
            # It is one whatever its link looks like: Discord shows it.
            yield from _linked(picture.url, picture.proxy_url, kind="image")
    # discord.py leaves them unset where Discord does not send them.
    for component in getattr(message, "components", ()):
        yield from _in_layout(component)
    for snapshot in getattr(message, "message_snapshots", ()):
        yield from _everything(snapshot)
    yield from message.stickers


def _in_layout(component: discord.Component) -> Iterator[_File]:
    match component:
        case Container():
            for child in component.children:
                yield from _in_layout(child)
        case SectionComponent():
            yield from _in_layout(component.accessory)
        case ThumbnailComponent():
            yield from _media(component.media)
        case MediaGalleryComponent():
            for item in component.items:
                yield from _media(item.media)
        case FileComponent():
            yield from _media(component.media, component.name)


def _media(item: UnfurledMediaItem, name: str | None = None) -> Iterator[_File]:
    named = name or name_of_link(item.url)
    kind = _kind(item.content_type, named, item.width is not None)
    yield from _linked(item.url, item.proxy_url, kind=kind, name=named)


def _linked(url: str | None, proxy: str | None, *, kind: str, name: str | None = None) -> Iterator[_File]:
    links = [link for link in (url, proxy) if link and _is_web(link)]
    if links:
        yield _File(kind, links[0], name or name_of_link(links[0]), _other(links[0], links[-1]))


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        # Other bots choose the links in their embeds.
        return False


def _kind(content_type: str | None, filename: str, measured: bool) -> str:
    """Return what a file is; Discord measures pictures and videos, and may leave out the type of either.

    Source: https://discord.com/developers/docs/resources/message#attachment-object
    """
    if content_type is None:
        ending = filename.rpartition(".")[2].lower()
        return _KIND_OF_ENDING.get(ending, "image" if measured else "file")
    kind, _, subtype = content_type.lower().partition("/")
    if kind == "image" and subtype.startswith(_DRAWINGS) and not measured:
        return "file"
    return kind if kind in {"image", "video", "audio"} else "file"


def _other(url: str, proxy: str | None) -> str | None:
    return proxy if proxy and proxy != url else None
