"""The API as pure functions: a request into a call, an answer into a value or an error. No I/O.

Sources: https://docs.sinancode.com/en/api-reference/endpoint/seedream, …/endpoint/get-task, …/endpoint/upload-file.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from pydantic import ValidationError

from bot.domain.job import TaskState, TaskStatus
from bot.domain.request import GenerationRequest
from bot.errors import (
    ApiAnswerInvalid,
    SubmissionOutcomeUnknown,
    TaskContentRefused,
    TaskFailed,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.seedream.refusals import LONGEST_CODE, clean, error_from_response, is_about_content, words_of
from bot.seedream.wire import GenerationBody, SubmitAnswer, TaskAnswer, UploadAnswer, is_link

LONGEST_TASK_ID = 200
NO_TASK = "00000000-0000-0000-0000-000000000000"
"""A task id that no task has: asking for it tells whether the token is accepted, and costs nothing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request; `paid` marks the one that costs money when it is taken."""

    method: str
    url: str
    json: Mapping[str, object] | None = None
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read to its end (or to the client's cap); `at` is when it came, aware."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """Where the files API keeps an uploaded image.

    Attributes:
        url: for the world.
        cn_url: the same from inside China; None where the answer had none.
        expires_at: aware; None where the answer did not say.
        size: bytes as counted by the service.
    """

    url: str
    cn_url: str | None
    expires_at: datetime | None
    key: str
    md5: str
    size: int | None


def build_submit(base_url: str, request: GenerationRequest, image_urls: Sequence[str]) -> Call:
    """Return the paid POST of a request.

    `max_images` is always sent unless the person chose Auto: the API's page contradicts itself on what its absence
    means. `images` is sent only where there are any, and nothing undocumented ever.
    """
    body = GenerationBody(
        prompt=request.prompt,
        images=tuple(image_urls) or None,
        max_images=request.max_images,
        size=str(request.size),
        version=request.version.value,
    )
    json = body.model_dump(mode="json", exclude_none=True)
    return Call("POST", f"{base_url.rstrip('/')}/generate/vol/seedream", json, paid=True)


def decode_submit(answer: Answer) -> str:
    """Return the task id of an accepted submission.

    Raises:
        SubmissionOutcomeUnknown: the answer leaves open whether the request was taken.
        ApiError: it was certainly not taken.
    """
    if not answer.ok:
        raise error_from_response(answer.status, answer.headers, answer.body, paid=True, now=answer.at)
    try:
        task_id = SubmitAnswer.model_validate_json(answer.body).task_id.strip()
    except ValidationError:
        task_id = ""
    if not _is_task_id(task_id):
        raise SubmissionOutcomeUnknown(detail=_useless("no task id", answer))
    return task_id


def build_poll(base_url: str, task_id: str) -> Call:
    """Return the GET that asks for a task; the id is one part of the path, whatever characters it is made of.

    Raises:
        TaskUnknownToApi: no task can have such an id, so there is nothing to ask.
    """
    if not _is_task_id(task_id):
        raise TaskUnknownToApi(detail=f"{clean(task_id, 60) or 'an empty text'} is no task id")
    return Call("GET", f"{base_url.rstrip('/')}/tasks/{quote(task_id, safe='')}")


def read_task(answer: Answer) -> TaskAnswer:
    """Return a task as the API describes it.

    Raises:
        TaskUnknownToApi: 404.
        ApiError: another HTTP error, or an answer that is no task.
    """
    if answer.status == 404:
        raise TaskUnknownToApi(detail=words_of(answer.body))
    if not answer.ok:
        raise error_from_response(answer.status, answer.headers, answer.body, paid=False, now=answer.at)
    try:
        return TaskAnswer.model_validate_json(answer.body)
    except ValidationError as error:
        raise ApiAnswerInvalid(detail=_useless("no task", answer)) from error


def task_state(task: TaskAnswer) -> TaskState:
    """Return what a task's description means; a status that no page documents becomes None."""
    try:
        status = TaskStatus(task.status.strip().lower())
    except ValueError:
        return TaskState(status=None)
    code, words = clean(task.error_code, LONGEST_CODE), clean(task.error_msg) or clean(task.error_code)
    match status:
        case TaskStatus.FAILED if is_about_content(code, words):
            return TaskState(status, failure=TaskContentRefused(detail=words, code=code))
        case TaskStatus.FAILED:
            return TaskState(status, failure=TaskFailed(detail=words, code=code))
        case TaskStatus.COMPLETED if not task.result:
            return TaskState(status, failure=TaskWithoutPictures(detail=words))
        case TaskStatus.COMPLETED:
            return TaskState(status, results=task.result)
        case _:
            return TaskState(status)


def build_upload(files_base_url: str) -> Call:
    """Return the POST of an upload, whose body is a multipart form with the field `file`; it costs nothing."""
    return Call("POST", f"{files_base_url.rstrip('/')}/api/upload/file")


def decode_upload(answer: Answer) -> UploadedImage:
    """Return where an upload is kept.

    Raises:
        ApiError: an HTTP error, or an answer without a usable link.
    """
    if not answer.ok:
        raise error_from_response(answer.status, answer.headers, answer.body, paid=False, now=answer.at)
    try:
        read = UploadAnswer.model_validate_json(answer.body)
    except ValidationError as error:
        raise ApiAnswerInvalid(detail=_useless("no link", answer)) from error
    if not is_link(read.url):
        raise ApiAnswerInvalid(detail=_useless("no link", answer))
    return UploadedImage(
        url=read.url,
        cn_url=read.cn_url if is_link(read.cn_url) else None,
        expires_at=read.expires_at,
        key=clean(read.key),
        md5=clean(read.md5),
        size=read.size,
    )


def safe_filename(filename: str, number: int) -> str:
    """Return a file name of plain ASCII that every server takes; `image-<number>` where nothing else remains."""
    ascii_only = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_only)
    extension = re.search(r"\.[A-Za-z0-9]{1,10}$", plain)
    stem = plain[: extension.start()] if extension else plain
    return (stem.strip("-._")[:80] or f"image-{number}") + (extension[0] if extension else "")


def _is_task_id(text: str) -> bool:
    # Dots alone would lead elsewhere as a part of a path: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4.
    return 0 < len(text) <= LONGEST_TASK_ID and text.isprintable() and " " not in text and text.strip(".") != ""


def _useless(what: str, answer: Answer) -> str:
    said = words_of(answer.body)
    return f"HTTP {answer.status} with {what}" + (f": {said}" if said else "")
