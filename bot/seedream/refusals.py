"""Reading the API's HTTP errors: by class of status and by the words in them, for none of them is documented.

Codes of the model behind the API: https://www.volcengine.com/docs/82379/1299023.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

from pydantic import ValidationError

from bot.errors import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiContentRefused,
    ApiError,
    ApiRequestRejected,
    ApiServerError,
    ApiStatusError,
    ApiTokenRefused,
    SubmissionOutcomeUnknown,
)
from bot.seedream.wire import ErrorAnswer, ErrorDetail

LONGEST_DETAIL = 300
LONGEST_CODE = 80
LONGEST_RETRY_AFTER = 86_400.0
"""Seconds; a server that asks for more has made a mistake."""

NOT_TAKEN = frozenset({429, 503})
"""What a server says before it takes a request, so that even the paid POST may be sent again."""
BUSY = frozenset({408, 409, 425}) | NOT_TAKEN

_BY_STATUS: Mapping[int, type[ApiStatusError]] = {
    401: ApiTokenRefused,
    402: ApiBalanceExhausted,
    451: ApiContentRefused,
}
_BALANCE = re.compile(
    r"balance(?![rd])|\bcredits?\b|arrears|(?:account|payment|bill|invoice)s?[^.]{0,20}overdue"
    r"|overdue[ _-]?(?:payment|bill|invoice)|insufficient[ _-]?(?:funds?|quota)|quota|recharge|top[ -]?up"
    r"|余额|欠费|积分|额度|充值",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\brates?\b|RateLimit|rate[ _-]limit|too many|per[ _-](?:second|minute|hour|day)|concurren|[tr]p[ms]\b|qps",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"(?i:sensitive|moderat(?:ion|ed)|nsfw|inappropriate|copyright|privacy[ _]?information"
    r"|content[ _-]?(?:polic|filter|safety|security|violat)|(?:usage|safety)[ _-]polic"
    r"|polic(?:y|ies)[ _-]?violat|violat\w*[^.]{0,40}polic)"
    r"|\brisk|Risk|RISK|敏感|违规|违禁|审核|不合规|风险"
)


class Verdict(StrEnum):
    """What the words of a refusal are about."""

    BALANCE = "balance"
    CONTENT = "content"


def clean(text: str, limit: int = LONGEST_DETAIL) -> str:
    """Return foreign words fit for a log line and a message: one line, no control characters, cut to `limit`."""
    visible = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text[: 8 * limit])
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def verdict(code: str, text: str) -> Verdict | None:
    """Return what a refusal's code and words are about, None where they do not say."""
    words = f"{code} {text}"
    if _BALANCE.search(words) and not _RATE.search(words):
        return Verdict.BALANCE
    return Verdict.CONTENT if _CONTENT.search(words) else None


def is_about_content(code: str, text: str) -> bool:
    """Tell whether a failed task's code or words blame what the prompt or the pictures show."""
    return _CONTENT.search(f"{code} {text}") is not None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds a `Retry-After` header asks for, 0 to one day; None where there is none to be read.

    Both forms of https://www.rfc-editor.org/rfc/rfc9110#field.retry-after are read, and fractions of a second too.

    Args:
        headers: looked up regardless of case.
        now: the present moment, aware, which the header's HTTP-date is compared with.
    """
    value = _header(headers, "Retry-After").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else None


def error_from_response(status: int, headers: Mapping[str, str], body: bytes, *, paid: bool, now: datetime) -> ApiError:
    """Return the error an HTTP answer stands for.

    Args:
        status: any but 2xx.
        headers: looked up regardless of case.
        body: as read, cut to a sane length by the caller.
        paid: whether the request was the POST that costs money; then only a 429 or 503 counts as "not taken, try
            again", unless its words are about the balance, and what leaves doubt becomes `SubmissionOutcomeUnknown`.
            Any other request is simply repeated after these, whatever their words.
        now: the present moment, aware.
    """
    code, text = _code_and_text(status, headers, body)
    if paid and status not in NOT_TAKEN and (status in BUSY or not 400 <= status < 500):
        return SubmissionOutcomeUnknown(detail=f"HTTP {status}: {text}")
    if status < 400:
        return ApiAnswerInvalid(detail=f"HTTP {status}: {text}")
    kind = _kind(status, verdict(code, text), paid=paid)
    wait = retry_after(headers, now) if kind.retryable else None
    return kind(detail=text, status=status, code=code, retry_after=wait)


def words_of(body: bytes) -> str:
    """Return the API's own words in a body that was meant to be something else, or an empty string."""
    return _read(body)[1]


def _kind(status: int, about: Verdict | None, *, paid: bool) -> type[ApiStatusError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in BUSY:
        # A "quota" that a poll runs into is one of requests: taken for the balance, it would end a task that is paid.
        return ApiBalanceExhausted if paid and about is Verdict.BALANCE else ApiBusy
    if status >= 500:
        return ApiServerError
    if about is Verdict.BALANCE:
        return ApiBalanceExhausted
    if about is Verdict.CONTENT:
        return ApiContentRefused
    return ApiTokenRefused if status == 403 else ApiRequestRejected


def _code_and_text(status: int, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    code, text = _read(body)
    if not code and not text and _header(headers, "Content-Type").startswith("text/plain"):
        text = clean(body.decode("utf-8", "replace"))
    return code, text or code or _phrase(status)


def _read(body: bytes) -> tuple[str, str]:
    try:
        answer = ErrorAnswer.model_validate(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        return "", ""
    inner = answer.error if isinstance(answer.error, ErrorDetail) else ErrorDetail(message=answer.error)
    code = answer.error_code or inner.code or answer.code
    text = answer.message or answer.error_msg or inner.message or answer.msg or answer.detail
    return clean(code, LONGEST_CODE), clean(text)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
