"""The register of words, the classes nobody meets directly, and the unforeseen."""

from datetime import UTC, datetime
from functools import singledispatch

from bot.errors import (
    AlreadyTaken,
    AnswerOutOfReach,
    BotError,
    JobError,
    JobInterrupted,
    JobLost,
    JobRestored,
    ShuttingDown,
    StorageUnavailable,
    UnknownError,
)
from bot.presentation.i18n import _
from bot.presentation.wording import clock_time


@singledispatch
def describe(error: BotError) -> str:
    """Return what happened and what to do next, in the current locale; ends with a full stop."""
    return _("Something went wrong: {name}.").format(name=type(error).__name__)


@describe.register
def _unknown(error: UnknownError) -> str:
    if not error.reference:
        return _("Something unforeseen went wrong. Please tell whoever runs this bot.")
    return _(
        "Sorry, something unforeseen went wrong. Please tell whoever runs this bot, with the reference `{reference}`."
    ).format(reference=error.reference)


@describe.register
def _job(error: JobError) -> str:  # noqa: ARG001 - the class alone says it
    return _("This job cannot be worked on just now.")


@describe.register
def _taken(error: AlreadyTaken) -> str:
    return _("Job `{job}` has been taken in by another process.").format(job=error.job_id)


@describe.register
def _lost(error: JobLost) -> str:
    return _("Job `{job}` is being worked on elsewhere.").format(job=error.job_id)


@describe.register
def _interrupted(error: JobInterrupted) -> str:  # noqa: ARG001 - the class alone says it
    return _(
        "The bot was interrupted at the very moment it sent this to Seedream, so it cannot be known whether it was "
        "taken. It is not sent again by itself. If you would like to try again, use `/seedream` once more."
    )


@describe.register
def _restored(error: JobRestored) -> str:
    since = clock_time(datetime.fromtimestamp(error.taken, UTC)) if error.taken else _("an earlier time")
    return _(
        "The bot's memory had to be put back to {since}, so it cannot be known whether this was sent to Seedream after "
        "that. It is not sent again by itself. If your pictures have come, all is well; if not, use `/seedream` once "
        "more."
    ).format(since=since)


@describe.register
def _out_of_reach(error: AnswerOutOfReach) -> str:  # noqa: ARG001 - the class alone says it
    return _(
        "The bot was interrupted while it answered you, and was away for too long to go on from there. Nothing was "
        "sent to Seedream. If you still want these pictures, use `/seedream` once more."
    )


@describe.register
def _shutting_down(error: ShuttingDown) -> str:  # noqa: ARG001 - the class alone says it
    return _("The bot is being restarted and takes nothing new for a moment. Please try again in a minute.")


@describe.register
def _storage(error: StorageUnavailable) -> str:  # noqa: ARG001 - the detail is for the log
    return _("The bot's database does not answer just now. Please try again in a minute.")
