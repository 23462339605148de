"""The JSON bodies of the API as pydantic models: strict in what is sent, lenient in what is read.

Sources: https://docs.sinancode.com/en/api-reference/endpoint/seedream, …/endpoint/get-task, …/endpoint/upload-file.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator


def is_link(url: str) -> bool:
    """Tell whether a text is an absolute http or https URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable() and " " not in url


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _name(value: object) -> object:
    # A number is as good an id as a text; nothing else is, and neither is the 0 that stands for "none".
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else value


def _links(value: object) -> tuple[str, ...]:
    return tuple(_each_link(value)) if isinstance(value, list) else ()


def _each_link(items: list[object]) -> Iterator[str]:
    # The English page shows a list of URLs, the Chinese one a list of {"type", "url"}; both have been seen.
    for item in items:
        url = item.get("url") if isinstance(item, dict) else item
        if isinstance(url, str) and is_link(url.strip()):
            yield url.strip()


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _or_none(value: object, handler: ValidatorFunctionWrapHandler) -> datetime | None:
    try:
        moment = handler(value)
    except ValueError:
        return None
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_text)]
"""A text that may also come as null or as a number."""

TaskId = Annotated[str, BeforeValidator(_name)]
"""A task id that may also come as a number: once it is paid for, its type is no reason to lose it."""

Links = Annotated[tuple[str, ...], BeforeValidator(_links)]
"""Result links in any of their shapes; what is no http(s) link is left out."""

Moment = Annotated[datetime | None, WrapValidator(_or_none)]
"""A moment with its zone (UTC where it names none); None for one that cannot be read."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GenerationBody(_Sent):
    """The body of the paid POST; fields that are None are left out."""

    prompt: str
    images: tuple[str, ...] | None = None
    max_images: int | None = None
    size: str
    version: str


class SubmitAnswer(_Read):
    """`{"task_id": …}`."""

    task_id: TaskId


class TaskAnswer(_Read):
    """A task as polled; `status` may be one that no page documents."""

    status: str
    error_code: Text = ""
    error_msg: Text = ""
    result: Links = ()


class UploadAnswer(_Read):
    """An uploaded file; only `url` is relied on."""

    url: str
    cn_url: Text = ""
    key: Text = ""
    md5: Text = ""
    size: Annotated[int | None, BeforeValidator(_number)] = None
    expires_at: Moment = None


class ErrorDetail(_Read):
    """The inner object of `{"error": {…}}`, the shape of Volcano Ark's own errors."""

    code: Text = ""
    message: Text = ""


class ErrorAnswer(_Read):
    """The body of an HTTP error; none of its shapes is documented, these have been seen."""

    message: Text = ""
    error_msg: Text = ""
    msg: Text = ""
    detail: Text = ""
    error_code: Text = ""
    code: Text = ""
    error: Annotated[ErrorDetail | Text, Field(union_mode="left_to_right")] = ""
