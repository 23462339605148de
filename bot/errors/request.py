"""Rules of a request that a person broke; all are known before anything is fetched, stored or spent."""

from dataclasses import dataclass

from bot.errors.base import BotError


class RequestError(BotError):
    """A rule of the request itself is broken."""


@dataclass(eq=False)
class RequestRefused(RequestError):
    """One request, every rule it breaks."""

    problems: tuple[RequestError, ...]


@dataclass(eq=False)
class PromptMissing(RequestError):
    """The prompt holds nothing but white space."""


@dataclass(eq=False)
class PromptTooLong(RequestError):
    """The prompt has more characters than the API takes."""

    length: int
    limit: int


@dataclass(eq=False)
class ReplyOutOfSight(RequestError):
    """A message answers another one, whose pictures Discord does not show the bot."""


@dataclass(eq=False)
class UnknownVersion(RequestError):
    """No such version of the model."""

    text: str
    offered: tuple[str, ...]


@dataclass(eq=False)
class SizeNotUnderstood(RequestError):
    """Neither a tier nor WIDTHxHEIGHT."""

    text: str
    tiers: tuple[str, ...]


@dataclass(eq=False)
class TierNotOffered(RequestError):
    """A tier that exists, but not in the chosen version."""

    tier: str
    version: str
    offered: tuple[str, ...]


@dataclass(eq=False)
class AspectRatioOutOfRange(RequestError):
    """The exact size is more than 16 times as wide as high, or the other way round."""

    width: int
    height: int
    limit: int


@dataclass(eq=False)
class TooFewPixels(RequestError):
    """The exact size is below what the version draws."""

    width: int
    height: int
    version: str
    minimum: int
    example: str


@dataclass(eq=False)
class TooManyPixels(RequestError):
    """The exact size is above what the version draws."""

    width: int
    height: int
    version: str
    maximum: int
    example: str


@dataclass(eq=False)
class ImageCountOutOfRange(RequestError):
    """Fewer than 1 or more than 15 pictures asked for."""

    count: int
    limit: int


@dataclass(eq=False)
class ImageCountNotUnderstood(RequestError):
    """Neither a number nor "auto"."""

    text: str


@dataclass(eq=False)
class TooManyReferences(RequestError):
    """More reference images than the API takes."""

    count: int
    limit: int


@dataclass(eq=False)
class TooManyImagesTogether(RequestError):
    """Reference images and pictures asked for make more than 15."""

    references: int
    images: int
    limit: int


@dataclass(eq=False)
class LinkNotUnderstood(RequestError):
    """What stands among links is no http or https address."""

    text: str


@dataclass(eq=False)
class LinkWithPassword(RequestError):
    """A link that carries a name or a password, which the bot does not hand on."""

    host: str
