"""The thin shell that carries the protocol's calls over HTTP: one method, one request, nothing repeated.

The paid POST goes over a fresh connection each time, by a session of its own that keeps none. On a pooled connection
that the server has just closed, a request ends in a disconnect that cannot be told from one after it was taken, and
the job would be "unknown" for no reason. A handshake more per generation is a small price.

aiohttp itself sends a request again on such a stale connection, but only idempotent methods: `IDEMPOTENT_METHODS` in
https://github.com/aio-libs/aiohttp/blob/v3.13.2/aiohttp/client.py holds no POST, and `tests/seedream` watches that.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ConnectionTimeoutError,
    FormData,
    InvalidURL,
)
from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.job import TaskState
from bot.domain.request import GenerationRequest
from bot.errors import (
    ApiAnswerInvalid,
    ApiConnectionLost,
    ApiError,
    ApiRequestRejected,
    ApiTokenRefused,
    ApiUnreachable,
    SubmissionOutcomeUnknown,
    TaskUnknownToApi,
)
from bot.files import open_file
from bot.seedream import protocol
from bot.seedream.observing import CallObserver, observed, unobserved
from bot.seedream.protocol import Answer, Call, UploadedImage
from bot.seedream.rate import RequestRate
from bot.seedream.refusals import clean

MAX_ANSWER_BYTES = 1024 * 1024
SHORTEST_SECRET = 8
"""Characters; shorter tokens are no secrets, and blotting them out would garble answers."""
_REMEMBERED_STATUSES = 100
_WRONG_TOKEN = SecretStr("wrong-on-purpose")

_log = structlog.get_logger(__name__)


class SeedreamClient:
    """A `bot.jobs.ports.ImageApi`, with uploads and a check of the token beside it.

    Args:
        session: for everything repeatable; opened and closed by the caller.
        paid_session: for the paid POST, opened with `keep_alive=False`.
        api_token: leaves this object only in the `Authorization` header.
        rate: how many requests a second may go to the API, all kinds together.
        clock: for pauses, and for the time that a `Retry-After` date is compared with.
        observe: is told of every call.
    """

    def __init__(
        self,
        session: ClientSession,
        paid_session: ClientSession,
        *,
        api_token: SecretStr,
        api_base_url: str,
        files_base_url: str,
        rate: RequestRate,
        clock: Clock,
        observe: CallObserver = unobserved,
    ) -> None:
        self._session = session
        self._paid_session = paid_session
        self._token = api_token
        self._api_base_url = api_base_url
        self._files_base_url = files_base_url
        self._rate = rate
        self._clock = clock
        self._observe = observe
        self._places = 0
        self._unknown_statuses: set[str] = set()

    async def reserve(self) -> None:
        """Wait until the rate of requests leaves room for one more, and keep that place for the next `submit`.

        So the wait can lie before the moment from which on a submission may have been sent. Places are alike: who
        reserves one and then does not submit leaves it to whoever submits without.

        Raises:
            StorageUnavailable: other processes keep to the same rate, and the database they do it by does not answer.
        """
        await self._turn()
        self._places += 1

    async def submit(self, request: GenerationRequest, image_urls: Sequence[str]) -> str:
        """POST a generation, which is paid for, and return its task id.

        It is sent at once on the place that `reserve` got; without one, it waits for a place itself.

        Raises:
            SubmissionOutcomeUnknown: it may have been taken; it must not be sent again.
            ApiError: it was certainly not taken.
        """
        if not self._places:
            await self.reserve()
        self._places -= 1
        with self._observed("generate"):
            call = protocol.build_submit(self._api_base_url, request, image_urls)
            return protocol.decode_submit(await self._send(call))

    async def poll(self, task_id: str) -> TaskState:
        """Ask for a task.

        Raises:
            TaskUnknownToApi: there is none of this id.
            ApiError: the API could not be asked.
        """
        await self._turn()
        with self._observed("tasks"):
            task = protocol.read_task(await self._send(protocol.build_poll(self._api_base_url, task_id)))
        state = protocol.task_state(task)
        if state.status is None:
            self._log_unknown(clean(task.status, 60), task_id)
        return state

    async def upload(self, path: Path, *, filename: str, content_type: str, number: int) -> UploadedImage:
        """Send a file to the files API, streamed from the disk, and return where it is kept.

        Args:
            path: the file, at most 50 MB by https://docs.sinancode.com/en/api-reference/endpoint/upload-file.
            filename: what the service is told it is called, made safe first.
            content_type: what the service is told it is.
            number: names the file where nothing is left of its name.

        Raises:
            ApiError: the file was not taken.
        """
        async with open_file(path, "rb") as file:
            form = FormData()
            form.add_field("file", file, filename=protocol.safe_filename(filename, number), content_type=content_type)
            await self._turn()
            with self._observed("upload"):
                return protocol.decode_upload(await self._send(protocol.build_upload(self._files_base_url), form))

    async def check_access(self, *, thorough: bool = True) -> None:
        """Make sure, without spending anything, that the API is there and takes the token.

        It asks for a task that cannot exist, and the API's own "no such task" is the good answer.

        Args:
            thorough: as any server may say that of any address, ask the same with a wrong token, which the API must
                refuse.

        Raises:
            ApiTokenRefused: the token is wrong.
            ApiAnswerInvalid: something answers, but hardly the Seedream API.
            ApiError: the API could not be asked.
        """
        try:
            with self._observed("check"):
                answer = await self._request(protocol.build_poll(self._api_base_url, protocol.NO_TASK))
                protocol.read_task(answer)
        except (TaskUnknownToApi, ApiRequestRejected) as error:
            if not answer.body.lstrip().startswith(b"{"):
                raise ApiAnswerInvalid(detail=f"HTTP {answer.status} without JSON from {self._api_base_url}") from error
        if not thorough:
            return
        stranger = await self._request(protocol.build_poll(self._api_base_url, protocol.NO_TASK), token=_WRONG_TOKEN)
        try:
            protocol.read_task(stranger)
        except ApiTokenRefused:
            return
        except (TaskUnknownToApi, ApiRequestRejected):
            pass
        raise ApiAnswerInvalid(detail="it answers, but knows no tasks there")

    async def _turn(self) -> None:
        """Wait until one more request may go out."""
        wait = await self._rate.reserve()
        if wait > 0:
            await self._clock.sleep(wait)

    def _observed(self, route: str) -> AbstractContextManager[None]:
        return observed(route, self._clock, self._observe)

    async def _request(self, call: Call, *, token: SecretStr | None = None) -> Answer:
        await self._turn()
        return await self._send(call, token=token)

    async def _send(self, call: Call, form: FormData | None = None, *, token: SecretStr | None = None) -> Answer:
        token = token or self._token
        failure: ApiError
        session = self._paid_session if call.paid else self._session
        try:
            async with session.request(
                call.method,
                call.url,
                json=call.json,
                data=form,
                headers={"Authorization": f"Bearer {token.get_secret_value()}"},
                # A redirect would carry the token to wherever it points.
                allow_redirects=False,
            ) as response:
                body = await _read_capped(response)
                return Answer(response.status, response.headers, self._without_token(body), self._clock.now())
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            failure = ApiUnreachable(detail=_describe(error)).with_cause(error)
        except (ClientError, TimeoutError, OSError) as error:
            kind = SubmissionOutcomeUnknown if call.paid else ApiConnectionLost
            failure = kind(detail=_describe(error))
            # aiohttp's response errors hold the request's headers, and so the token.
            if not isinstance(error, ClientResponseError):
                failure.with_cause(error)
        # Raised out here, so that not even `__context__` leads to those headers.
        raise failure

    def _without_token(self, body: bytes) -> bytes:
        # An answer that repeats the request would otherwise carry the token into error texts and logs.
        token = self._token.get_secret_value()
        return body.replace(token.encode(), b"[token]") if len(token) >= SHORTEST_SECRET else body

    def _log_unknown(self, status: str, task_id: str) -> None:
        if status in self._unknown_statuses or len(self._unknown_statuses) >= _REMEMBERED_STATUSES:
            return
        self._unknown_statuses.add(status)
        _log.warning("the API told a task status that it does not document", task_status=status, task=task_id)


async def _read_capped(response: ClientResponse) -> bytes:
    pieces, size = [], 0
    async for piece in response.content.iter_any():
        pieces.append(piece)
        size += len(piece)
        if size >= MAX_ANSWER_BYTES:
            response.close()
            break
    return b"".join(pieces)[:MAX_ANSWER_BYTES]


def _describe(error: BaseException) -> str:
    text = clean(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
