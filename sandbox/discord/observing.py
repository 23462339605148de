"""Lets others watch what a bot and the sandbox say to each other: every REST exchange and every gateway dispatch.

Without an observer nothing here is done. With one, requests and answers are handed over as they go over the wire, and
before the bot has the answer: whatever it does next is seen later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from aiohttp import MultipartReader, StreamReader, web

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.multipart import WHOLE_REQUEST, parse_body, read_multipart
from sandbox.discord.records import BODY, PARTS
from sandbox.faults import FAULT, FaultKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Unread:
    def __repr__(self) -> str:
        return "UNREAD"


UNREAD: Final = _Unread()
"""Stands for a body that is no JSON, or that was cut off."""


@dataclass(frozen=True)
class SeenRequest:
    """A request to the REST API as it arrived.

    Attributes:
        path: below the API's base, percent-encoded as it came.
        query: names and values, decoded, in their order.
        content_type: of the body, without parameters; None where there is no body.
        body: the JSON, or the `payload_json` of a multipart body; None without a body, `UNREAD` where it is no JSON
            or did not arrive.
        parts: the names of a multipart body's parts, in their order.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    content_type: str | None
    body: Any
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenAnswer:
    """An answer of the REST API as it is sent.

    Attributes:
        content: the body; empty for 204.
        fault: the planned fault that made it what it is.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    fault: FaultKind | None = None


class Observer(Protocol):
    """Whoever watches a `DiscordSandbox`; what it raises fails the request or the event."""

    def exchange(self, request: SeenRequest, answer: SeenAnswer | None) -> None:
        """Look at a request and its answer; None: the connection was cut."""

    def dispatch(self, event: str, payload: Json) -> None:
        """Look at what one session is told of an event (not again when it is replayed after a resume)."""


def observing_middleware(observers: list[Observer], base: str) -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that shows every REST exchange to the observers there are at that moment."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not observers or not request.path.startswith(base):
            return await handler(request)
        answer: SeenAnswer | None = None
        try:
            response = await handler(request)
            if BODY not in request and request.body_exists:
                await _read_unused(request)
            answer = _seen_answer(request, response)
        except OSError:
            # The client is gone.
            raise
        except Exception:
            # A mistake of the sandbox, which aiohttp logs and answers; a planned cut is no `Exception`.
            answer = SeenAnswer(500, {}, b"")
            raise
        else:
            return response
        finally:
            seen = _seen_request(request, base)
            for observer in observers:
                observer.exchange(seen, answer)

    return middleware


async def _read_unused(request: web.Request) -> None:
    """Read the body of a request that was answered without a look at it, or before it could be understood."""
    data = await request.read()
    try:
        if request.content_type != "multipart/form-data":
            request[BODY] = parse_body(request, data) if data else UNREAD
            return
        stream = StreamReader(request.protocol, limit=len(data) + 1, loop=asyncio.get_running_loop())
        stream.feed_data(data)
        stream.feed_eof()
        await read_multipart(request, MultipartReader(request.headers, stream), upload_limit=WHOLE_REQUEST)
    except ApiError as refused:
        # What is refused for its size has been read all the same; what cannot be understood stays UNREAD.
        if refused.code != Code.TOO_LARGE.value.code:
            request[BODY] = UNREAD


def _seen_request(request: web.Request, base: str) -> SeenRequest:
    return SeenRequest(
        method=request.method,
        path=request.rel_url.raw_path.removeprefix(base),
        query=tuple(request.query.items()),
        content_type=request.content_type if request.body_exists else None,
        body=request.get(BODY, UNREAD) if request.body_exists else None,
        parts=tuple(request.get(PARTS, ())),
    )


def _seen_answer(request: web.Request, response: web.StreamResponse) -> SeenAnswer:
    content = response.body if isinstance(response, web.Response) else None
    data = content if isinstance(content, bytes) else b""
    return SeenAnswer(response.status, dict(response.headers), data, request.get(FAULT))
