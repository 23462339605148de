"""Words for the operator at the command line, where `bot.presentation.errors` speaks to a person in Discord."""

import re
from functools import singledispatch

from bot.errors import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiTokenRefused,
    ApiUnreachable,
    BotError,
    ReferencesRefused,
    RequestRefused,
    SubmissionOutcomeUnknown,
    TaskOverdue,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.presentation.errors import describe, explain

_ANSWER = re.compile(r"HTTP (?P<status>\d+)(?P<said>.*)", re.DOTALL)
"""How `bot.seedream` begins the detail of a submission that was answered uselessly, rather than not at all."""


@singledispatch
def operator_words(error: BotError) -> str:
    """Return what happened and what to do, for whoever holds the tokens."""
    return describe(error)


@operator_words.register(RequestRefused)
@operator_words.register(ReferencesRefused)
def _refused(error: BotError) -> str:
    return explain(error)


@operator_words.register
def _token(error: ApiTokenRefused) -> str:
    return (
        f"Seedream does not accept the API token (HTTP {error.status}). Copy it anew from your SinanCode account and "
        "set seedream.api_token."
    )


@operator_words.register
def _balance(error: ApiBalanceExhausted) -> str:
    return f"The Seedream account has no balance left{_said(error.detail)}. Top it up."


@operator_words.register
def _unreachable(error: ApiUnreachable) -> str:
    return f"Seedream cannot be reached{_said(error.detail)}. Check seedream.api_base_url and this machine's network."


@operator_words.register
def _lost(error: ApiConnectionLost) -> str:
    return f"The connection to Seedream broke off{_said(error.detail)}. Try again later."


@operator_words.register
def _invalid(error: ApiAnswerInvalid) -> str:
    return (
        f"What answers there is hardly the Seedream API{_said(error.detail)}. Check seedream.api_base_url; it usually "
        "ends in /v1."
    )


@operator_words.register
def _busy(error: ApiBusy) -> str:
    return f"Seedream is too busy (HTTP {error.status}){_said(error.detail)}. Try again later."


@operator_words.register
def _outcome(error: SubmissionOutcomeUnknown) -> str:
    answer = _ANSWER.match(error.detail)
    if answer is None:
        what = f"The connection broke off after the request was sent{_said(error.detail)}."
    else:
        said = _said(answer["said"].strip(" :"))
        what = f"Seedream answered HTTP {answer['status']}{said}, which does not tell whether it took the request."
    return (
        f"{what} It cannot be known from here whether it was taken, and it may be charged; it was not sent again. "
        "Look into your SinanCode account before you repeat it."
    )


@operator_words.register
def _overdue(error: TaskOverdue) -> str:
    return f"The task was not ready after {error.minutes} minutes. It may still become so."


@operator_words.register
def _unknown_task(_: TaskUnknownToApi) -> str:
    return "Seedream knows no task of this id, or no longer. Is it the id of a task of this account?"


@operator_words.register
def _no_pictures(_: TaskWithoutPictures) -> str:
    return "Seedream says the task is completed, but gave no picture. Ask its support, with the task id."


def _said(detail: str) -> str:
    return f" ({detail})" if detail else ""
