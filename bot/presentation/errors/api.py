"""The words of what the Seedream API refused, failed or left open."""

# ruff: noqa: ARG001 - a class without data still is the argument that picks its words

from bot.errors import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiContentRefused,
    ApiError,
    ApiRequestRejected,
    ApiServerError,
    ApiStatusError,
    ApiTokenRefused,
    ApiUnreachable,
    SubmissionOutcomeUnknown,
    TaskContentRefused,
    TaskError,
    TaskFailed,
    TaskOutOfSight,
    TaskOverdue,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _
from bot.presentation.wording import plain, shortened


def _said(detail: str, code: str = "") -> str:
    words = detail or code
    return " " + _("It said: “{words}”.").format(words=plain(shortened(words, 300)).rstrip(".")) if words else ""


@describe.register
def _api(error: ApiError) -> str:
    return _("Seedream could not be asked.") + _said(error.detail)


@describe.register
def _unreachable(error: ApiUnreachable) -> str:
    return _("Seedream could not be reached, although the bot tried for a while. Please try again later.")


@describe.register
def _lost(error: ApiConnectionLost) -> str:
    return _("The connection to Seedream broke off. Please try again later.")


@describe.register
def _outcome(error: SubmissionOutcomeUnknown) -> str:
    return _(
        "Seedream gave no clear answer to the request, so it cannot be known whether it was taken. "
        "It is not sent again by itself. If you would like to try again, use `/seedream` once more."
    )


@describe.register
def _answer(error: ApiAnswerInvalid) -> str:
    return _("Seedream answered with something the bot does not understand. Please try again later.")


@describe.register
def _status(error: ApiStatusError) -> str:
    return _("Seedream answered with the error {status}.").format(status=error.status) + _said(error.detail, error.code)


@describe.register
def _token(error: ApiTokenRefused) -> str:
    return _(
        "Seedream does not accept this bot's API token. Only whoever runs the bot can mend that; please tell them."
    )


@describe.register
def _balance(error: ApiBalanceExhausted) -> str:
    return _(
        "The Seedream account of this bot has no balance left. Only whoever runs the bot can top it up; "
        "please tell them."
    )


@describe.register
def _rejected(error: ApiRequestRejected) -> str:
    return _("Seedream did not take this request.") + _said(error.detail, error.code)


@describe.register
def _content(error: ApiContentRefused) -> str:
    return _("Seedream's content rules refuse this prompt or one of its images. Try other words.") + _said(error.detail)


@describe.register
def _busy(error: ApiBusy) -> str:
    return _("Seedream was too busy, although the bot tried for a while. Please try again later.")


@describe.register
def _server(error: ApiServerError) -> str:
    return _("Seedream has trouble of its own (error {status}). Please try again later.").format(status=error.status)


@describe.register
def _task(error: TaskError) -> str:
    return _("The task came to no good end.") + _said(error.detail)


@describe.register
def _failed(error: TaskFailed) -> str:
    return _("Seedream could not finish this task.") + _said(error.detail, error.code)


@describe.register
def _task_content(error: TaskContentRefused) -> str:
    return _(
        "Seedream's content rules stopped this task: the prompt, one of its images or the result is not allowed. "
        "Try other words."
    ) + _said(error.detail)


@describe.register
def _task_unknown(error: TaskUnknownToApi) -> str:
    return _(
        "Seedream no longer knows this task. Whoever runs the bot can look it up in their Seedream account "
        "by its task ID."
    )


@describe.register
def _overdue(error: TaskOverdue) -> str:
    return _(
        "The task was not finished after {minutes} minutes, so the bot stopped waiting. It may still finish: "
        "whoever runs the bot can look it up in their Seedream account by its task ID."
    ).format(minutes=error.minutes)


@describe.register
def _no_pictures(error: TaskWithoutPictures) -> str:
    return _(
        "Seedream says this task is completed, but gave no picture. Whoever runs the bot can ask Seedream about it "
        "by its task ID."
    )


@describe.register
def _out_of_sight(error: TaskOutOfSight) -> str:
    return _(
        "Seedream took the task, but no longer lets this bot ask for it. Only whoever runs the bot can mend that; "
        "please tell them the task ID."
    )
