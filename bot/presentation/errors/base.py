"""The register of words, the classes nobody meets directly, and the unforeseen."""

from functools import singledispatch

from bot.errors import (
    AnswerOutOfReach,
    BotError,
    JobError,
    JobInterrupted,
    JobLost,
    ShuttingDown,
    StorageUnavailable,
    UnknownError,
)
from bot.presentation.i18n import _


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
def _lost(error: JobLost) -> str:
    return _("Job `{job}` is being worked on elsewhere.").format(job=error.job_id)


@describe.register
def _interrupted(error: JobInterrupted) -> str:  # noqa: ARG001 - the class alone says it
    return _(
        "The bot was interrupted at the very moment it sent this to Seedream, so it cannot be known whether it was "
        "taken. It is not sent again by itself. If you would like to try again, use `/seedream` once more."
    )


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
