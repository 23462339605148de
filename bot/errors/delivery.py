"""What can go wrong between finished pictures and the person's screen."""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.base import BotError, Cost


@dataclass(eq=False)
class PlaceError(BotError):
    """The place of asking does not allow what the bot would have to do there."""


@dataclass(eq=False)
class CannotPostPictures(PlaceError):
    """The bot may not post pictures here at all; known before anything is spent."""

    missing: tuple[str, ...]


@dataclass(eq=False)
class AskingNotAllowed(PlaceError):
    """The person may not use the bot's commands there, so mentioning it is no way around that."""


@dataclass(eq=False)
class DeliveryError(BotError):
    """The pictures exist, but do not reach their place."""

    cost: ClassVar[Cost] = Cost.PAID


@dataclass(eq=False)
class PlaceGone(DeliveryError):
    """The channel, thread or server was deleted, or the bot may no longer see or write there.

    Attributes:
        deleted: whether it is gone for everybody, with all that was posted there.
    """

    detail: str = ""
    deleted: bool = False


@dataclass(eq=False)
class ThreadNotOpened(DeliveryError):
    """Discord did not let the bot open a thread; the answer stays in place."""

    detail: str = ""
    cost: ClassVar[Cost] = Cost.NOTHING


@dataclass(eq=False)
class MessageGone(DeliveryError):
    """The message to be edited was deleted."""

    detail: str = ""


@dataclass(eq=False)
class UploadTooLarge(DeliveryError):
    """Discord refused the files for their size (413 or 40005)."""

    detail: str = ""


@dataclass(eq=False)
class DiscordRejected(DeliveryError):
    """Discord did not take a message as it is, for a reason nobody foresaw."""

    detail: str = ""


@dataclass(eq=False)
class DiscordUnavailable(DeliveryError):
    """Discord did not answer, or asked to come back later.

    Attributes:
        maybe_taken: whether what was asked may have been done all the same.
    """

    detail: str = ""
    retry_after: float | None = None
    maybe_taken: bool = False
    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ResultUnreachable(DeliveryError):
    """A finished picture could not be downloaded just now."""

    number: int = 0
    detail: str = ""
    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ResultGone(DeliveryError):
    """A finished picture's link no longer works."""

    number: int = 0
    url: str = ""


@dataclass(eq=False)
class ResultUnusable(DeliveryError):
    """A finished picture is not a picture, or so large that it cannot be handled."""

    number: int = 0
    url: str = ""
    detail: str = ""


@dataclass(eq=False)
class DeliveryGivenUp(DeliveryError):
    """Every way to bring the pictures to the person failed; their links are what is left."""

    reason: BotError
