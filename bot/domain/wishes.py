"""What the words of a message ask for: a prompt, and version, size and number of pictures where they are said.

Flags may stand anywhere: `--size 3K --images 4 --version 4.5`. Plain words count only as a piece of their own between
commas, semicolons and line breaks, so that "4 images of cats on a wall" stays what it is: a prompt.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.request import GenerationRequest, RequestDraft, check_request
from bot.domain.sizes import Version
from bot.errors import ImageCountNotUnderstood, RequestError, RequestRefused

AUTO = "auto"
_SEPARATOR = re.compile(r"([,;\n])")
# Phones make a dash of two hyphens.
_FLAG = re.compile(
    r"(?:^|\s+)(?:--|[—–])(?P<name>size|images|version)(?![\w-])"
    r"(?:(?:[ \t]*=[ \t]*|[ \t]+)(?P<value>\d+[ \t]*[xX×*][ \t]*\d+|(?!--|[—–])\S+))?"
)
_SIZE = re.compile(r"[234]k|\d{3,5}\s*[x×*]\s*\d{3,5}", re.IGNORECASE)
_IMAGES = re.compile(r"(\d{1,3})\s*(?:images?|pictures?|pics?)", re.IGNORECASE)
_VERSION = re.compile(r"(?:(?:version|seedream)\s*|v(?=\d\.\d))(\d(?:\.\d)?(?:[- ]?lite)?)", re.IGNORECASE)
_ALIASES = {
    "5": Version.V5_0_LITE.value,
    "5.0": Version.V5_0_LITE.value,
    "5lite": Version.V5_0_LITE.value,
    "5.0lite": Version.V5_0_LITE.value,
    "4": Version.V4_0.value,
}
_LINK = re.compile(r"<(?P<wrapped>https?://[^\s<>]+)>|(?P<bare>https?://[^\s<>]+)", re.IGNORECASE)
_MENTION = re.compile(r"<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>|<a?:(?P<emoji>\w+):\d+>")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was understood.

    Attributes:
        prompt: everything else, in its order.
        version: as asked for, or None; the same goes for `size` and `images` (a number as text, or "auto").
        taken: the words that were taken for a wish, as they were written, in their order.
    """

    prompt: str
    version: str | None = None
    size: str | None = None
    images: str | None = None
    taken: tuple[str, ...] = ()

    def request(self, reference_count: int, others: Sequence[RequestError] = ()) -> GenerationRequest:
        """Return the request that this amounts to.

        Args:
            reference_count: how many reference images it has, or has at least.
            others: what else was found wrong with the message.

        Raises:
            RequestRefused: with every broken rule.
        """
        draft = RequestDraft(self.prompt, reference_count=reference_count)
        problems = list(others)
        if self.version is not None:
            draft = replace(draft, version=self.version)
        if self.size is not None:
            draft = replace(draft, size=self.size)
        if self.images is not None and self.images != AUTO:
            if self.images.isdecimal() and len(self.images) < 10:
                draft = replace(draft, max_images=int(self.images))
            else:
                problems.append(ImageCountNotUnderstood(text=self.images))
        elif self.images == AUTO:
            draft = replace(draft, max_images=None)
        try:
            request = check_request(draft)
        except RequestRefused as refusal:
            raise RequestRefused(problems=(*refusal.problems, *problems)) from None
        if problems:
            raise RequestRefused(problems=tuple(problems))
        return request


@dataclass
class _Found:
    values: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    def take(self, name: str, value: str, words: str) -> None:
        self.values[name] = value
        self.taken.append(words)


def read_wishes(text: str) -> Wishes:
    """Read the words of a message; of two wishes for the same the later one counts."""
    found = _Found()
    parts = _SEPARATOR.split(text)
    kept: list[str] = []
    for place in range(0, len(parts), 2):
        piece = _without_flags(parts[place], found)
        taken = piece != parts[place] and not piece.strip()
        if taken or _is_wish(piece, found):
            continue
        separator = parts[place - 1] if place and kept else ""
        kept.append(separator + piece)
    return Wishes("".join(kept).strip(), taken=tuple(found.taken), **found.values)


def _without_flags(piece: str, found: _Found) -> str:
    def take(match: re.Match[str]) -> str:
        value = (match["value"] or "").rstrip(".!?")
        found.take(match["name"], _normal(match["name"], value), match[0].strip().rstrip(".!?"))
        return ""

    return _FLAG.sub(take, piece)


def _is_wish(piece: str, found: _Found) -> bool:
    words = piece.strip().rstrip(".!").rstrip()
    if _SIZE.fullmatch(words):
        found.take("size", words, words)
    elif images := _IMAGES.fullmatch(words):
        found.take("images", images[1], words)
    elif words.lower() == AUTO:
        found.take("images", AUTO, words)
    elif version := _VERSION.fullmatch(words):
        found.take("version", _normal("version", version[1]), words)
    else:
        return False
    return True


def _normal(name: str, value: str) -> str:
    lower = value.lower()
    if name == "version":
        return _ALIASES.get(re.sub(r"[- ]", "", lower), lower)
    return AUTO if name == "images" and lower == AUTO else value


def readable(text: str, *, me: int, names: Mapping[int, str]) -> str:
    """Return a message's text without the bot's own mention, and with names in place of everything else mentioned.

    Args:
        text: as Discord has it: https://discord.com/developers/docs/reference#message-formatting.
        me: the bot's id.
        names: of the people, roles and channels that are known, by their ids; of others nothing is left.
    """

    def name(match: re.Match[str]) -> str:
        if match["emoji"]:
            return f":{match['emoji']}:"
        thing = int(match["user"] or match["role"] or match["channel"])
        if match["user"] and thing == me:
            return ""
        sign = "#" if match["channel"] else "@"
        return f"{sign}{names[thing]}" if thing in names else ""

    without = _MENTION.sub(name, text)
    # Where a mention went, a blank is left over on one of its sides.
    return re.sub(r"[ \t]{2,}", " ", without).strip() if without != text else text.strip()


def without_links(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without the http(s) links in it, and the links, in order.

    Punctuation that follows a link belongs to the text, and so do brackets around it.
    """
    links: list[str] = []

    def take(match: re.Match[str]) -> str:
        link = match["bare"] or match["wrapped"]
        end = len(link) if match["wrapped"] else len(link.rstrip(".,;:!?)]}'\"”’"))
        links.append(link[:end])
        return link[end:]

    without = _LINK.sub(take, text)
    if not links:
        return text, ()
    return re.sub(r"[ \t]+(?=[,;\n])", "", re.sub(r"[ \t]{2,}", " ", without)).strip(), tuple(links)


def mentions(text: str, user_id: int) -> bool:
    """Tell whether a text itself mentions somebody, other than by being an answer to them."""
    return any(match["user"] and int(match["user"]) == user_id for match in _MENTION.finditer(text))
