import json
from datetime import UTC, datetime

import pytest

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
    Cost,
    SubmissionOutcomeUnknown,
)
from bot.seedream.refusals import error_from_response, retry_after

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
Unknown = SubmissionOutcomeUnknown


def error(status: int, body: object = None, *, paid: bool, **headers: str) -> ApiError:
    data = body if isinstance(body, bytes) else json.dumps(body or {"message": "no"}).encode()
    sent = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return error_from_response(status, sent, data, paid=paid, now=NOW)


@pytest.mark.parametrize(
    ("status", "free", "paid"),
    [
        (301, ApiAnswerInvalid, Unknown),
        (307, ApiAnswerInvalid, Unknown),
        (400, ApiRequestRejected, ApiRequestRejected),
        (401, ApiTokenRefused, ApiTokenRefused),
        (402, ApiBalanceExhausted, ApiBalanceExhausted),
        (403, ApiTokenRefused, ApiTokenRefused),
        (404, ApiRequestRejected, ApiRequestRejected),
        (405, ApiRequestRejected, ApiRequestRejected),
        (408, ApiBusy, Unknown),
        (409, ApiBusy, Unknown),
        (413, ApiRequestRejected, ApiRequestRejected),
        (415, ApiRequestRejected, ApiRequestRejected),
        (418, ApiRequestRejected, ApiRequestRejected),
        (422, ApiRequestRejected, ApiRequestRejected),
        (425, ApiBusy, Unknown),
        (429, ApiBusy, ApiBusy),
        (451, ApiContentRefused, ApiContentRefused),
        (500, ApiServerError, Unknown),
        (502, ApiServerError, Unknown),
        (503, ApiBusy, ApiBusy),
        (504, ApiServerError, Unknown),
        (524, ApiServerError, Unknown),
        (599, ApiServerError, Unknown),
        (777, ApiServerError, Unknown),
    ],
)
def test_statuses_are_read_by_class(status: int, free: type[ApiError], paid: type[ApiError]) -> None:
    assert type(error(status, paid=False)) is free
    assert type(error(status, paid=True)) is paid


@pytest.mark.parametrize("status", range(300, 600))
def test_the_paid_post_is_repeatable_only_after_a_read_429_or_503(status: int) -> None:
    refused = error(status, paid=True)
    assert refused.retryable is (status in {429, 503})
    assert (refused.cost is Cost.UNKNOWN) is isinstance(refused, Unknown)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "Insufficient balance"}, ApiBalanceExhausted),
        (400, {"error_msg": "not enough credits left"}, ApiBalanceExhausted),
        (403, {"error": {"code": "AccountOverdueError", "message": "overdue"}}, ApiBalanceExhausted),
        (403, {"message": "账户余额不足"}, ApiBalanceExhausted),
        (403, {"message": "your account has an overdue payment"}, ApiBalanceExhausted),
        (403, {"message": "Account is overdue"}, ApiBalanceExhausted),
        (400, {"message": "the deadline is overdue"}, ApiRequestRejected),
        (429, {"message": "request overdue in queue"}, ApiBusy),
        (429, {"message": "quota of 10 requests per second exceeded"}, ApiBusy),
        (429, {"error_code": "RateLimitExceeded", "message": "rate limit of your quota"}, ApiBusy),
        (400, {"message": "invalid credentials format in header"}, ApiRequestRejected),
        (503, {"message": "load balancer has no healthy upstream"}, ApiBusy),
        (400, {"error": {"code": "InputTextSensitiveContentDetected", "message": "…"}}, ApiContentRefused),
        (400, {"code": "InputImageRiskDetection"}, ApiContentRefused),
        (403, {"message": "blocked by content policy"}, ApiContentRefused),
        (422, {"detail": "Moderation refused the picture"}, ApiContentRefused),
        (403, {"message": "access policy denies this key"}, ApiTokenRefused),
        (401, {"message": "token lacks credit for risk"}, ApiTokenRefused),
    ],
)
@pytest.mark.parametrize("paid", [False, True])
def test_words_and_codes_decide_where_the_status_does_not(
    status: int, body: object, kind: type[ApiError], *, paid: bool
) -> None:
    assert type(error(status, body, paid=paid)) is kind


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
@pytest.mark.parametrize("words", ["free trial quota used up", "insufficient balance", "account overdue", "risk"])
def test_what_is_repeatable_is_repeated_whatever_its_words(status: int, words: str) -> None:
    """A poll that runs into a quota says nothing of the task that it asks for, which is paid."""
    assert error(status, {"message": words}, paid=False).retryable


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("words", ["free trial quota used up", "insufficient balance", "AccountOverdueError"])
def test_the_paid_post_is_not_repeated_for_want_of_balance(status: int, words: str) -> None:
    assert type(error(status, {"message": words}, paid=True)) is ApiBalanceExhausted


@pytest.mark.parametrize("words", ["insufficient balance", "sensitive content"])
def test_words_never_turn_doubt_about_the_paid_post_into_certainty(words: str) -> None:
    assert type(error(500, {"message": words}, paid=True)) is Unknown
    assert type(error(409, {"message": words}, paid=True)) is Unknown
    assert type(error(500, {"message": words}, paid=False)) is ApiServerError


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"message": "m", "error_msg": "e", "error_code": "c"}, "c", "m"),
        ({"message": "", "error_msg": "e", "error_code": "c"}, "c", "e"),
        ({"error_code": "c"}, "c", "c"),
        ({"error_code": 1234}, "1234", "1234"),
        ({"error": {"code": "c", "message": "m"}}, "c", "m"),
        ({"error": "m"}, "", "m"),
        ({"code": "c", "msg": "m"}, "c", "m"),
        ({"detail": "m"}, "", "m"),
        ({"message": "a\x07b\n\tc\u200b"}, "", "a b c"),
        ({}, "", "no"),
        (b"", "", "Bad Request"),
        (b"<html><h1>nginx</h1>", "", "Bad Request"),
        (b"[1]", "", "Bad Request"),
    ],
)
def test_code_and_words_are_found_in_every_shape(body: object, code: str, detail: str) -> None:
    refused = error(400, body, paid=False)
    assert isinstance(refused, ApiStatusError)
    assert (refused.status, refused.code, refused.detail) == (400, code, detail)


def test_plain_text_is_taken_for_words() -> None:
    assert error(400, b"no\x00pe", paid=False, content_type="text/plain; charset=utf-8").detail == "no pe"


def test_an_unheard_of_status_still_has_words() -> None:
    assert error(599, b"", paid=False).detail == "HTTP 599"


def test_long_words_and_codes_are_cut() -> None:
    refused = error(400, {"message": "x" * 100_000, "error_code": "y" * 1000}, paid=False)
    assert isinstance(refused, ApiStatusError)
    assert len(refused.detail) == 300
    assert refused.detail.endswith("…")
    assert len(refused.code) == 80


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("-3", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30.0),
        ("Thursday, 01-Jan-26 12:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("99999999999999", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("Thu, 99 Jan 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert retry_after({"rEtRy-AfTeR": value}, NOW) == seconds
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(("status", "paid"), [(429, True), (503, True), (429, False), (408, False), (500, False)])
def test_a_retryable_refusal_carries_the_wait_it_asks_for(status: int, *, paid: bool) -> None:
    refused = error(status, paid=paid, retry_after="12")
    assert isinstance(refused, ApiStatusError)
    assert refused.retry_after == 12.0
