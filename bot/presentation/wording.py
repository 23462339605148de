"""Small pieces that sentences are made of: numbers, sizes, times, lists, and text of people made harmless."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from bot.presentation.i18n import _

_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]])")
_LINE_MARK = re.compile(r"^(?=[#+-])")
_SPACE = re.compile(r"\s+")


def listing(items: Iterable[str], last: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def number(value: int) -> str:
    """Return a number with thousands apart: 3,686,400."""
    return f"{value:,}"


def file_size(count: int) -> str:
    """Return bytes for people: "10 MB", "512 KB"; units of 1024, as Discord's own client counts."""
    if count >= 1024 * 1024:
        return f"{count / (1024 * 1024):.1f}".removesuffix(".0") + " MB"
    return f"{max(1, count // 1024)} KB"


def seconds(value: float) -> str:
    """Return a duration for people: "14 s", "2 min 5 s"."""
    whole = max(1, round(value))
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return _("{seconds} s").format(seconds=rest)
    if not rest:
        return _("{minutes} min").format(minutes=minutes)
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as "0.07 USD", with no more digits than it needs and at least two."""
    exact = amount.normalize()
    digits = max(2, -int(exact.as_tuple().exponent))
    return f"{exact:,.{digits}f} {currency}"


def relative(moment: datetime) -> str:
    """Return a time that each reader's client keeps up to date: "2 minutes ago".

    Source: https://discord.com/developers/docs/reference#message-formatting-timestamp-styles
    """
    return f"<t:{int(moment.timestamp())}:R>"


def clock_time(moment: datetime) -> str:
    """Return a date and time in each reader's own zone and language."""
    return f"<t:{int(moment.timestamp())}:f>"


def one_line(text: str) -> str:
    """Return text with every run of white space made one blank."""
    return _SPACE.sub(" ", text).strip()


def shortened(text: str, limit: int) -> str:
    """Return text of at most `limit` characters, cut at a word where that loses little, with an ellipsis."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 2 // 3 else cut).rstrip() + "…"


def plain(text: str) -> str:
    """Return a person's text so that Discord shows it as it is, without markdown, mentions or links of its own."""
    escaped = _LINE_MARK.sub(r"\\", _MARKDOWN.sub(r"\\\1", one_line(text)))
    return escaped.replace("@", "@\u200b").replace("://", ":\u200b//")


def code(text: str) -> str:
    """Return text in monospace; backticks within it cannot end it."""
    return f"`{one_line(text).replace('`', 'ˋ')}`"


def quote(text: str, limit: int) -> str:
    """Return a person's text as a block quote of at most `limit` characters, line breaks kept."""
    room = limit
    while True:
        quoted = "\n".join(f"> {plain(line)}" for line in shortened(text, room).splitlines())
        if len(quoted) <= limit or room <= 1:
            return quoted
        room = min(room - 1, room * limit // len(quoted))


def abridged(text: str, limit: int) -> str:
    """Return text of at most `limit` characters; of one that is longer, the last line is kept: it says what it cost."""
    if len(text) <= limit:
        return text
    head, _newline, last = text.rpartition("\n")
    if not head or len(last) + 2 > limit:
        return shortened(text, limit)
    return f"{shortened(head, limit - len(last) - 1)}\n{last}"
