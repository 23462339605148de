"""Links as people write them: pictures on the web, and messages on Discord. Nothing is fetched here."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from bot.domain.sources import MessageLink, Picture, Source
from bot.errors import LinkNotUnderstood, LinkWithPassword, RequestError

LONGEST_NAME = 100

_BETWEEN = re.compile(r"\s+|,+(?=\s|$|<|[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
"""What stands between links: a comma within one belongs to it, as some servers of pictures have sizes there."""
_MESSAGE = re.compile(
    r"https?://(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com/channels/(\d{1,19}|@me)/(\d{1,19})/(\d{1,19})/?(?:[?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Links:
    """What a text of links means.

    Attributes:
        sources: what is pointed at, in order.
        problems: what is no link that the bot follows, in order.
    """

    sources: tuple[Source, ...] = ()
    problems: tuple[RequestError, ...] = ()


def parse_links(text: str) -> Links:
    """Return what links stand for that are separated by blanks, commas or line breaks.

    Angle brackets around a link, which keep Discord from showing a preview, are taken off.
    """
    sources: list[Source] = []
    problems: list[RequestError] = []
    for piece in _BETWEEN.split(text):
        link = _bare(piece)
        if not link:
            continue
        found = _source(link)
        if isinstance(found, RequestError):
            problems.append(found)
        else:
            sources.append(found)
    return Links(tuple(sources), tuple(problems))


def message_link(text: str) -> MessageLink | None:
    """Return the message that a link to Discord leads to, of whichever of its clients; None for any other text."""
    found = _MESSAGE.fullmatch(text)
    if found is None:
        return None
    guild, channel, message = found.groups()
    return MessageLink(None if guild == "@me" else int(guild), int(channel), int(message))


def name_of_link(url: str) -> str:
    """Return what a linked picture is called: the end of its path, made safe, or else its host."""
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    safe = "".join(letter for letter in last if letter.isprintable() and letter not in _NOT_IN_NAMES).strip(". ")
    # The ending is at the end.
    return safe[-LONGEST_NAME:].strip(". ") or (parts.hostname or "")[:LONGEST_NAME] or "picture"


def _bare(piece: str) -> str:
    piece = piece.strip(",")
    return piece[1:-1].strip() if piece.startswith("<") and piece.endswith(">") else piece


def _source(link: str) -> Source | RequestError:
    message = message_link(link)
    if message is not None:
        return message
    try:
        parts = urlsplit(link)
        followed = parts.scheme in {"http", "https"} and _leads_somewhere(parts)
    except ValueError:
        # Brackets or a port that make no sense.
        followed = False
    if not followed:
        return LinkNotUnderstood(text=link)
    if "@" in parts.netloc:
        return LinkWithPassword(host=parts.hostname or "")
    return Picture(link, name_of_link(link))


def _leads_somewhere(parts: SplitResult) -> bool:
    # Asking for the port is what checks it.
    return bool(parts.hostname) and parts.port != 0
