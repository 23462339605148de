"""The words of what a person points at and cannot be used: messages, earlier tasks, their tray."""

from bot.errors import (
    EarlierPicturesGone,
    EarlierTaskError,
    EarlierTaskNotKnown,
    EarlierTaskNotYours,
    EarlierTaskUnfinished,
    EarlierTaskWithoutPictures,
    LinkedMessageError,
    LinkedMessageGone,
    LinkedMessageHidden,
    LinkedMessageTooFull,
    LinkedMessageWithoutPictures,
    LinkedPlaceClosed,
    LinkedPlaceForbidden,
    NothingCollected,
    ReferenceSourceError,
    SourcesRefused,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _, ngettext
from bot.presentation.wording import code, shortened


def _task(error: EarlierTaskError) -> str:
    return code(shortened(error.task, 60))


@describe.register
def _refused(error: SourcesRefused) -> str:
    return "\n".join(describe(problem) for problem in error.problems)


@describe.register
def _source(error: ReferenceSourceError) -> str:  # noqa: ARG001 - the class alone says it
    return _("What you pointed at brings no reference image.")


@describe.register
def _linked(error: LinkedMessageError) -> str:
    return _("The message {link} brings no reference image.").format(link=error.link)


@describe.register
def _closed(error: LinkedPlaceClosed) -> str:
    return _(
        "I cannot look at {link}: I am not in that server, may not read that channel, or it is gone. "
        "Attach the picture instead."
    ).format(link=error.link)


@describe.register
def _forbidden(error: LinkedPlaceForbidden) -> str:
    return _("You may not read the place that {link} leads to, so I do not take pictures from there for you.").format(
        link=error.link
    )


@describe.register
def _gone(error: LinkedMessageGone) -> str:
    return _("There is no message at {link} any more. Check the link, or attach the picture.").format(link=error.link)


@describe.register
def _hidden(error: LinkedMessageHidden) -> str:
    return _(
        "Discord does not show me the pictures of other people's messages, such as {link}, by a link. "
        "Right-click the message and choose Apps, then Edit with Seedream: that way it does."
    ).format(link=error.link)


@describe.register
def _without(error: LinkedMessageWithoutPictures) -> str:
    return _("There is no picture in {link} that can be a reference; stickers and videos cannot.").format(
        link=error.link
    )


@describe.register
def _too_full(error: LinkedMessageTooFull) -> str:
    pictures = ngettext("{count} picture", "{count} pictures", error.pictures).format(count=error.pictures)
    return _(
        "There are {pictures} in {link}, and there is room for {room} more reference images. "
        "Right-click the message and choose Apps, then Edit with Seedream: there you can pick some of them."
    ).format(pictures=pictures, link=error.link, room=error.room)


@describe.register
def _earlier(error: EarlierTaskError) -> str:
    return _("The pictures of task {task} cannot be used.").format(task=_task(error))


@describe.register
def _not_known(error: EarlierTaskNotKnown) -> str:
    return _(
        "I know no task {task}. Choose one from the list that the option from_task offers, "
        "or copy the task ID from above its pictures."
    ).format(task=_task(error))


@describe.register
def _not_yours(error: EarlierTaskNotYours) -> str:
    return _(
        "Task {task} is somebody else's, from a place that you may not read, so I do not take its pictures for you."
    ).format(task=_task(error))


@describe.register
def _unfinished(error: EarlierTaskUnfinished) -> str:
    return _("Task {task} has no pictures yet. Please try again once they have come.").format(task=_task(error))


@describe.register
def _no_pictures(error: EarlierTaskWithoutPictures) -> str:
    return _("Task {task} ended without pictures, so there is nothing to take from it.").format(task=_task(error))


@describe.register
def _pictures_gone(error: EarlierPicturesGone) -> str:
    return _(
        "The pictures of task {task} are no longer to be had: Seedream keeps them for a day, and their messages are "
        "not there for me to read any more. Attach them if you have them."
    ).format(task=_task(error))


@describe.register
def _tray(error: NothingCollected) -> str:  # noqa: ARG001 - the class alone says it
    return _(
        "Your tray in this channel is empty; what is put there stays for an hour. "
        "Right-click a message with pictures and choose Apps, then Add to references."
    )
