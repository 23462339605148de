"""The words of what stands between finished pictures and the person's screen."""

# ruff: noqa: ARG001 - a class without data still is the argument that picks its words

from bot.errors import (
    AskingNotAllowed,
    CannotPostPictures,
    DeliveryError,
    DeliveryGivenUp,
    DiscordRejected,
    DiscordUnavailable,
    MessageGone,
    PlaceError,
    PlaceGone,
    ResultGone,
    ResultUnreachable,
    ResultUnusable,
    ThreadNotOpened,
    UploadTooLarge,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _
from bot.presentation.rights import right_names
from bot.presentation.wording import code, shortened


@describe.register
def _place(error: PlaceError) -> str:
    return _("The bot cannot do this here.")


@describe.register
def _cannot_post(error: CannotPostPictures) -> str:
    return _(
        "I may not post pictures here, so I did not start. Someone who manages this channel can give me the "
        "permission {missing}; or use the command in another channel."
    ).format(missing=right_names(error.missing))


@describe.register
def _not_allowed(error: AskingNotAllowed) -> str:
    return _(
        "Whoever manages that server has not given you the right to use the commands of apps there, and mentioning me "
        "counts as one. They can change that in the channel's permissions, or under Integrations."
    )


@describe.register
def _delivery(error: DeliveryError) -> str:
    return _("The pictures could not be posted.")


@describe.register
def _gone(error: PlaceGone) -> str:
    return _(
        "The place the pictures were meant for is gone, or no longer open to the bot. "
        "Please ask again in another place."
    )


@describe.register
def _thread(error: ThreadNotOpened) -> str:
    return _("Discord did not let the bot open a thread here.")


@describe.register
def _message(error: MessageGone) -> str:
    return _("The message was deleted.")


@describe.register
def _too_large(error: UploadTooLarge) -> str:
    return _(
        "Discord does not take the pictures here, however small the bot makes them. Please tell whoever runs the bot."
    )


@describe.register
def _rejected(error: DiscordRejected) -> str:
    return _("Discord did not take the bot's message ({detail}). Please tell whoever runs the bot.").format(
        detail=code(shortened(error.detail, 200))
    )


@describe.register
def _discord(error: DiscordUnavailable) -> str:
    return _("Discord did not answer the bot, although it tried for a while. Please try again later.")


@describe.register
def _unreachable(error: ResultUnreachable) -> str:
    return _("Picture {number} could not be downloaded from Seedream.").format(number=error.number)


@describe.register
def _result_gone(error: ResultGone) -> str:
    return _("The links of the finished pictures no longer work, so they could not be brought here.")


@describe.register
def _unusable(error: ResultUnusable) -> str:
    return _("Picture {number} is not a picture the bot can handle.").format(number=error.number)


@describe.register
def _given_up(error: DeliveryGivenUp) -> str:
    return _("The pictures are finished, but could not be posted.") + " " + describe(error.reason)
