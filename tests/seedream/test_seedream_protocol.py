import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.job import TaskState, TaskStatus
from bot.domain.request import GenerationRequest
from bot.domain.sizes import ExactSize, Tier, Version
from bot.errors import (
    ApiAnswerInvalid,
    ApiError,
    SubmissionOutcomeUnknown,
    TaskContentRefused,
    TaskFailed,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.seedream.protocol import (
    Answer,
    build_poll,
    build_submit,
    build_upload,
    decode_submit,
    decode_upload,
    read_task,
    safe_filename,
    task_state,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
BASE = "https://api.example/v1"


def polled(answer: Answer) -> TaskState:
    """Read the answer to a poll as the client does."""
    return task_state(read_task(answer))


def answer(body: object, status: int = 200) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"Content-Type": "application/json"}, data, NOW)


@pytest.mark.parametrize(
    ("request_", "urls", "body"),
    [
        (
            GenerationRequest("a cat"),
            [],
            {"prompt": "a cat", "version": "5.0-lite", "size": "2K", "max_images": 1},
        ),
        (
            GenerationRequest("two", Version.V4_5, ExactSize(2560, 1440), 4, 2),
            ["https://f.example/1", "https://f.example/2"],
            {
                "prompt": "two",
                "version": "4.5",
                "size": "2560x1440",
                "max_images": 4,
                "images": ["https://f.example/1", "https://f.example/2"],
            },
        ),
        (
            GenerationRequest("auto", Version.V4_0, Tier.K4, None),
            [],
            {"prompt": "auto", "version": "4.0", "size": "4K"},
        ),
    ],
    ids=["the defaults are spelled out", "references and an exact size", "auto leaves max_images out"],
)
def test_the_paid_post_holds_what_was_asked_for_and_nothing_else(
    request_: GenerationRequest, urls: list[str], body: dict[str, object]
) -> None:
    call = build_submit(BASE, request_, urls)
    assert (call.method, call.url, call.paid) == ("POST", f"{BASE}/generate/vol/seedream", True)
    assert call.json == body


@pytest.mark.parametrize("base", [BASE, BASE + "/"])
def test_calls_are_addressed_with_or_without_a_slash_at_the_bases_end(base: str) -> None:
    assert build_poll(base, "01-ab").url == f"{BASE}/tasks/01-ab"
    assert build_upload("https://files.example/").url == "https://files.example/api/upload/file"
    assert not build_poll(base, "x").paid
    assert not build_upload(base).paid


def test_a_task_id_cannot_lead_to_another_path() -> None:
    assert build_poll(BASE, "../x?y#z").url == f"{BASE}/tasks/..%2Fx%3Fy%23z"


@pytest.mark.parametrize("text", ["", ".", "..", "a b", "a\nb", "\udcff", "x" * 201])
def test_what_is_no_task_id_is_not_asked_for(text: str) -> None:
    with pytest.raises(TaskUnknownToApi, match="is no task id"):
        build_poll(BASE, text)


@given(
    st.text(max_size=30)
    | st.text(st.sampled_from("./\\%2eE?#:@;&=+~ \t\r\n\0\u202e任"), max_size=8)
    | st.integers(-5, 10**30)
)
def test_any_task_id_that_is_taken_is_one_part_of_the_path_that_is_polled(value: str | int) -> None:
    try:
        task_id = decode_submit(answer({"task_id": value}))
    except SubmissionOutcomeUnknown:
        assert not re.fullmatch(r"[A-Za-z0-9_-]+", str(value)) or value in range(-5, 1)
        return
    assert task_id == str(value).strip()
    # As the HTTP client sends it, who decodes and normalizes in its own way.
    path = URL(build_poll(BASE, task_id).url).raw_path
    assert path.startswith("/v1/tasks/")
    assert path.count("/") == 3
    assert unquote(path.rpartition("/")[2]) == task_id


@pytest.mark.parametrize(
    ("task_id", "read"),
    [
        (" 0123-ab \n", "0123-ab"),
        (17, "17"),
        (10**19, "1" + "0" * 19),
        ("cgt-2026:a/b+c=", "cgt-2026:a/b+c="),
        ("任务1", "任务1"),
    ],
)
def test_a_submission_yields_its_task_id(task_id: object, read: str) -> None:
    assert decode_submit(answer({"task_id": task_id, "credits": 1})) == read


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"task_id": ""},
        {"task_id": None},
        {"task_id": 0},
        {"task_id": -1},
        {"task_id": True},
        {"task_id": 1.5},
        {"task_id": ["1"]},
        {"task_id": {"id": "1"}},
        {"task_id": "\u202e"},
        b'{"task_id": "\\ud800"}',
        b'{"task_id": 1' + b"0" * 5000 + b"}",
        {"task_id": ".."},
        {"task_id": "a b"},
        {"task_id": "x" * 201},
        {"taskId": "1"},
        {"message": "insufficient balance"},
        [],
        "text",
        b"",
        b"<html>",
        b'{"task_id": "0',
        b"\xff\xfe",
    ],
)
def test_an_accepted_submission_without_a_usable_id_has_an_unknown_outcome(body: object) -> None:
    with pytest.raises(SubmissionOutcomeUnknown) as caught:
        decode_submit(answer(body))
    assert "no task id" in caught.value.detail


def test_what_the_api_said_instead_of_an_id_is_kept() -> None:
    with pytest.raises(SubmissionOutcomeUnknown, match="come back tomorrow"):
        decode_submit(answer({"code": 7, "message": "come back tomorrow"}))


URLS = ("https://r.example/1.png", "https://r.example/2.png")


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"id": "1", "status": "pending"}, TaskState(TaskStatus.PENDING)),
        ({"status": "processing", "result": None, "error_msg": None}, TaskState(TaskStatus.PROCESSING)),
        ({"status": " Completed ", "result": list(URLS)}, TaskState(TaskStatus.COMPLETED, URLS)),
        (
            {"status": "completed", "result": [{"type": "image", "url": url} for url in URLS]},
            TaskState(TaskStatus.COMPLETED, URLS),
        ),
        (
            {"status": "completed", "result": [{"type": "image", "url": URLS[0]}, URLS[1]]},
            TaskState(TaskStatus.COMPLETED, URLS),
        ),
        (
            {
                "status": "completed",
                "result": ["javascript:alert(1)", "file:///etc/passwd", 7, None, {}, "http://", f" {URLS[0]} "],
            },
            TaskState(TaskStatus.COMPLETED, URLS[:1]),
        ),
        ({"status": "queued_somewhere"}, TaskState(None)),
        ({"status": ""}, TaskState(None)),
    ],
)
def test_a_task_is_read_in_every_shape(body: object, state: TaskState) -> None:
    assert polled(answer(body)) == state


@pytest.mark.parametrize("result", [None, [], {}, "x", ["ftp://x/y"], [{"type": "image"}], ["https://[bad"]])
def test_a_completed_task_without_pictures_is_a_failure(result: object) -> None:
    state = polled(answer({"status": "completed", "result": result}))
    assert isinstance(state.failure, TaskWithoutPictures)


@pytest.mark.parametrize(
    ("fields", "kind", "code", "detail"),
    [
        ({"error_code": "E1", "error_msg": "no luck"}, TaskFailed, "E1", "no luck"),
        ({"error_code": "E1", "error_msg": ""}, TaskFailed, "E1", "E1"),
        ({"error_code": 500, "error_msg": None}, TaskFailed, "500", "500"),
        ({}, TaskFailed, "", ""),
        ({"error_msg": "a\u202eb\x00\n\x1b[31mc"}, TaskFailed, "", "a b [31mc"),
        (
            {"error_code": "OutputImageSensitiveContentDetected"},
            TaskContentRefused,
            *["OutputImageSensitiveContentDetected"] * 2,
        ),
        ({"error_msg": "Text Risk Not Pass"}, TaskContentRefused, "", "Text Risk Not Pass"),
        (
            {"error_code": "X", "error_msg": "violates our usage policy"},
            TaskContentRefused,
            "X",
            "violates our usage policy",
        ),
        ({"error_msg": "rejected by moderation"}, TaskContentRefused, "", "rejected by moderation"),
        ({"error_msg": "内容违规"}, TaskContentRefused, "", "内容违规"),
        ({"error_msg": "retry policy exhausted, see asterisk"}, TaskFailed, "", "retry policy exhausted, see asterisk"),
    ],
)
def test_a_failed_task_says_why(fields: dict[str, object], kind: type[TaskFailed], code: str, detail: str) -> None:
    state = polled(answer({"status": "failed", **fields}))
    assert state.status is TaskStatus.FAILED
    assert type(state.failure) is kind
    assert (state.failure.code, state.failure.detail) == (code, detail)


def test_long_words_of_the_api_are_cut() -> None:
    state = polled(answer({"status": "failed", "error_msg": "word " * 10_000}))
    assert state.failure is not None
    assert len(state.failure.detail) <= 300


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"{}", b'{"status": 3}', b"\xff", b"[" * 100_000])
def test_a_poll_answered_with_garbage_may_be_tried_again(body: bytes) -> None:
    with pytest.raises(ApiAnswerInvalid) as caught:
        polled(answer(body))
    assert caught.value.retryable


def test_a_task_that_the_api_does_not_know_is_told_apart() -> None:
    with pytest.raises(TaskUnknownToApi, match="no such task"):
        polled(answer({"message": "no such task"}, 404))


@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["status", "result", "task_id", "url", "error_msg", "error", "code"]) | st.text(),
                inner,
                max_size=5,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
    status=st.integers(100, 999),
)
def test_no_answer_whatsoever_raises_anything_but_an_api_error(body: bytes, status: int) -> None:
    for decode in (decode_submit, polled, decode_upload):
        try:
            decode(answer(body, status))
        except ApiError as error:
            assert len(error.detail) < 400  # noqa: PT017 - not raising at all is right too


def test_an_upload_is_read() -> None:
    image = decode_upload(
        answer(
            {
                "url": "https://f.example/a",
                "cn_url": "https://tos.example/a",
                "key": "k",
                "md5": "m",
                "size": 12,
                "content_type": "image/png",
                "expires_at": "2026-01-04T12:00:00+08:00",
            }
        )
    )
    assert (image.url, image.cn_url, image.key, image.md5, image.size) == (
        "https://f.example/a",
        "https://tos.example/a",
        "k",
        "m",
        12,
    )
    assert image.expires_at == datetime(2026, 1, 4, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires_at", "read"),
    [
        ("2026-01-04T12:00:00", datetime(2026, 1, 4, 12, 0, tzinfo=UTC)),
        ("2026-01-04T12:00:00Z", datetime(2026, 1, 4, 12, 0, tzinfo=UTC)),
        ("some day", None),
        (None, None),
        ([], None),
    ],
)
def test_an_uploads_end_is_read_leniently(expires_at: object, read: datetime | None) -> None:
    image = decode_upload(answer({"url": "http://f.example/a", "expires_at": expires_at}))
    assert image.expires_at == read
    assert image.cn_url is None


@pytest.mark.parametrize(("size", "read"), [(12, 12), (None, None), ("12 KB", None), (1.5, None), ([], None)])
def test_an_upload_is_not_refused_for_a_size_nobody_needs(size: object, read: int | None) -> None:
    assert decode_upload(answer({"url": "http://f.example/a", "size": size})).size == read


@pytest.mark.parametrize("body", [{}, {"url": None}, {"url": "ftp://x"}, {"url": "/files/a"}, [], b"ok"])
def test_an_upload_without_a_link_is_no_upload(body: object) -> None:
    with pytest.raises(ApiAnswerInvalid):
        decode_upload(answer(body))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.png", "photo.png"),
        ("Ünïcode Foto 1.JPEG", "Unicode-Foto-1.JPEG"),
        ("写真.jpg", "image-3.jpg"),
        ("写真", "image-3"),
        ('a"; filename="b\r\nX: y.png', "a-filename-b-X-y.png"),
        ("../../etc/passwd", "etc-passwd"),
        ("", "image-3"),
        (".png", "image-3.png"),
        ("a" * 300 + ".webp", "a" * 80 + ".webp"),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_filename(name, 3) == safe


@given(st.text(max_size=300))
def test_a_safe_file_name_is_short_ascii_without_path_or_quotes(name: str) -> None:
    safe = safe_filename(name, 1)
    assert safe.isascii()
    assert 0 < len(safe) < 100
    assert not set(safe) & set('/\\"\r\n\0 ;')


def test_dates_are_written_as_http_wants_them() -> None:
    # Guards the helper that the Retry-After table of `test_seedream_refusals` relies on.
    assert format_datetime(NOW + timedelta(seconds=30), usegmt=True) == "Thu, 01 Jan 2026 12:00:30 GMT"
