"""What can be wrong with what a person points at for reference images: messages, earlier tasks, their tray."""

from dataclasses import dataclass

from bot.errors.base import BotError


@dataclass(eq=False)
class ReferenceSourceError(BotError):
    """What a person points at brings no reference image."""


@dataclass(eq=False)
class SourcesRefused(BotError):
    """Everything pointed at that brings no reference image, in order."""

    problems: tuple[ReferenceSourceError, ...]


@dataclass(eq=False)
class LinkedMessageError(ReferenceSourceError):
    """A link to a message on Discord brings nothing."""

    link: str


@dataclass(eq=False)
class LinkedPlaceClosed(LinkedMessageError):
    """The bot itself cannot look there: it is no member, has not the permissions, or the place is gone."""


@dataclass(eq=False)
class LinkedPlaceForbidden(LinkedMessageError):
    """The person may not read there."""


@dataclass(eq=False)
class LinkedMessageGone(LinkedMessageError):
    """There is no such message in that place."""


@dataclass(eq=False)
class LinkedMessageHidden(LinkedMessageError):
    """Discord does not show the bot what is in it, for it lacks the MESSAGE_CONTENT intent."""


@dataclass(eq=False)
class LinkedMessageWithoutPictures(LinkedMessageError):
    """It shows nothing that can be a reference image."""


@dataclass(eq=False)
class LinkedMessageTooFull(LinkedMessageError):
    """It shows more pictures than there is room for; `room` is what is left of the API's limit."""

    pictures: int
    room: int


@dataclass(eq=False)
class EarlierTaskError(ReferenceSourceError):
    """The results of an earlier task cannot be taken; `task` is as it was given."""

    task: str


@dataclass(eq=False)
class EarlierTaskNotKnown(EarlierTaskError):
    """The bot knows no task or job of this id."""


@dataclass(eq=False)
class EarlierTaskNotYours(EarlierTaskError):
    """Somebody else asked for it, in a place that the person may not read."""


@dataclass(eq=False)
class EarlierTaskUnfinished(EarlierTaskError):
    """It has no pictures yet."""


@dataclass(eq=False)
class EarlierTaskWithoutPictures(EarlierTaskError):
    """It ended without pictures."""


@dataclass(eq=False)
class EarlierPicturesGone(EarlierTaskError):
    """Its pictures are neither at the API any more nor on Discord."""


@dataclass(eq=False)
class NothingCollected(ReferenceSourceError):
    """The person has collected nothing in this place, or too long ago."""
