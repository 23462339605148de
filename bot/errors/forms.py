"""What can be wrong with a form that a right-click or a button opens, and with what it is about."""

from dataclasses import dataclass

from bot.errors.base import BotError


class FormError(BotError):
    """A form cannot be opened, or not be taken in."""


class NothingSeen(FormError):
    """The message holds nothing that could be a reference image, nor anything like it."""


@dataclass(eq=False)
class NoPictureSeen(FormError):
    """The message shows something, but nothing that could be a reference image.

    Attributes:
        names: what it shows.
        kinds: of each of these, "sticker", "video", "audio" or "file".
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]


class FormForgotten(FormError):
    """Nobody knows any more what the form is about: it was used already, or is older than a day."""


class FormOfAnother(FormError):
    """Somebody else has opened it."""


class TrayEmpty(FormError):
    """There is nothing in the person's tray of this channel, or not any more."""
