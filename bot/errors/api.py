"""What can go wrong between the bot and the Seedream API.

Source of the status classes: the API documents none of its error codes
(https://docs.sinancode.com/en/api-reference/endpoint/seedream), so they are read by class.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.base import BotError, Cost


@dataclass(eq=False)
class ApiError(BotError):
    """The API could not be asked, or did not do what was asked.

    Attributes:
        detail: the API's own words where it gave any, else the transport's.
    """

    detail: str = ""


@dataclass(eq=False)
class ApiUnreachable(ApiError):
    """No connection came about (refused, name not found, TLS), so the request was certainly not taken."""

    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ApiConnectionLost(ApiError):
    """The connection broke or timed out after a repeatable request was sent."""

    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class SubmissionOutcomeUnknown(ApiError):
    """The connection broke, or a useless answer came, after the paid request was sent; it may have been taken."""

    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class ApiAnswerInvalid(ApiError):
    """The API answered a repeatable request with something that is not what it documents."""

    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ApiStatusError(ApiError):
    """The API answered with an HTTP error.

    Attributes:
        status: the HTTP status.
        code: the API's own error code, or an empty string.
        retry_after: seconds the API asked us to wait, or None.
    """

    status: int = 0
    code: str = ""
    retry_after: float | None = None


@dataclass(eq=False)
class ApiTokenRefused(ApiStatusError):
    """401 or 403: the operator's API token is wrong, or may not do this."""


@dataclass(eq=False)
class ApiBalanceExhausted(ApiStatusError):
    """402, or a message about balance or credits: the operator's account is empty."""


@dataclass(eq=False)
class ApiRequestRejected(ApiStatusError):
    """400, 404, 422 and their like: the API does not take this request as it is."""


@dataclass(eq=False)
class ApiContentRefused(ApiStatusError):
    """The API refused the prompt or a reference image for its content."""


@dataclass(eq=False)
class ApiBusy(ApiStatusError):
    """408, 409, 425, 429 or 503 with its answer read: not taken, try later."""

    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ApiServerError(ApiStatusError):
    """Another 5xx to a repeatable request."""

    retryable: ClassVar[bool] = True


class TaskError(ApiError):
    """The API took the task, which then came to no good end."""


@dataclass(eq=False)
class TaskFailed(TaskError):
    """The task's status is `failed`; `detail` holds the API's words."""

    code: str = ""
    cost: ClassVar[Cost] = Cost.UNLIKELY


@dataclass(eq=False)
class TaskContentRefused(TaskError):
    """The task failed because of what the prompt or the pictures show."""

    code: str = ""
    cost: ClassVar[Cost] = Cost.UNLIKELY


@dataclass(eq=False)
class TaskUnknownToApi(TaskError):
    """The API does not know the task id it gave us."""

    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class TaskOverdue(TaskError):
    """The task was not final when our deadline passed; it may still finish at the service."""

    minutes: int = 0
    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class TaskWithoutPictures(TaskError):
    """The task is `completed`, but lists no picture."""

    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class TaskOutOfSight(TaskError):
    """The task was taken, but the API no longer lets us ask for it (token withdrawn, access denied)."""

    cost: ClassVar[Cost] = Cost.UNKNOWN
