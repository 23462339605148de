"""Faults on demand for both sandbox servers: a status, a 429, a delay, a cut connection, a garbled answer.

A `FaultPlan` is asked before each request is handled. Tests and the demo's page add faults; each is used up
after `times` requests, so a test can say "the first two polls fail" and nothing lingers.
"""

import asyncio
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.clock import Clock


class FaultKind(StrEnum):
    """What happens instead of, or around, the ordinary answer."""

    STATUS = "status"
    """Answer with `status` and `body`; the request is not taken."""
    DELAY = "delay"
    """Take the request, but only after `seconds` on the sandbox's clock."""
    RESET_BEFORE = "reset_before"
    """Cut the connection without taking the request."""
    RESET_AFTER = "reset_after"
    """Take the request, then cut the connection without an answer."""
    MALFORMED = "malformed"
    """Take the request, then answer 200 with `body`, which is not what was promised."""
    STATUS_AFTER = "status_after"
    """Take the request, then answer with `status` and `body` all the same."""
    HALF = "half"
    """Take the request, then send half of the answer under its full length, and cut the connection."""
    SHORT = "short"
    """Take the request, then send half of the answer as if that were all of it."""


FAULT: web.RequestKey[FaultKind] = web.RequestKey("fault", FaultKind)
"""The kind of the fault that struck a request."""


@dataclass
class Fault:
    """One planned fault, for the next `times` requests whose method and path match.

    Attributes:
        path: a regular expression searched in the request's path; the empty one matches all.
        method: an HTTP method, or None for any.
        times: how many requests it still strikes; None means until it is removed.
        retry_after: seconds, sent as the `Retry-After` header (and wherever else the server's protocol wants it).
        headers: what else goes with a `STATUS` answer.
        struck: how many requests it has struck.
    """

    kind: FaultKind
    path: str = ""
    method: str | None = None
    times: int | None = 1
    status: int = 500
    body: str = '{"message": "internal error"}'
    content_type: str = "application/json"
    retry_after: float | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    struck: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether this fault applies to a request."""
        return (
            self.times != 0
            and (self.method is None or self.method == method)
            and re.search(self.path, path) is not None
        )


@dataclass
class FaultPlan:
    """The faults that are switched on, in the order they were added."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on and return it, so that it can be removed again."""
        self.faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch a fault off; one that is used up already is no error."""
        if fault in self.faults:
            self.faults.remove(fault)

    def clear(self) -> None:
        """Switch every fault off."""
        self.faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault that strikes this request, counting it as used once."""
        for fault in self.faults:
            if fault.strikes(method, path):
                fault.struck += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.faults.remove(fault)
                return fault
        return None


class Activity:
    """Counts requests that are being worked on, so that a test's clock stands still meanwhile."""

    def __init__(self) -> None:
        self._working = 0

    @property
    def busy(self) -> bool:
        """Whether a request is being worked on right now (one that waits on the clock does not count)."""
        return self._working > 0

    @contextmanager
    def working(self) -> "Iterator[None]":
        """Count one request as being worked on."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    @contextmanager
    def waiting(self) -> "Iterator[None]":
        """Within `working`: do not count this request while it waits for the clock."""
        self._working -= 1
        try:
            yield
        finally:
            self._working += 1


def fault_middleware(plan: FaultPlan, clock: "Clock", activity: Activity) -> Middleware:
    """Return an aiohttp middleware that carries the plan's faults out and keeps `activity`."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        with activity.working():
            fault = plan.take(request.method, request.path)
            if fault is None:
                return await handler(request)
            request[FAULT] = fault.kind
            return await _carry_out(fault, request, handler, clock, activity)

    return middleware


async def _carry_out(
    fault: Fault, request: web.Request, handler: Handler, clock: "Clock", activity: Activity
) -> web.StreamResponse:
    told = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    headers = {**fault.headers, **told}
    match fault.kind:
        case FaultKind.STATUS:
            await request.read()
            return _planned(fault, fault.status, headers)
        case FaultKind.DELAY:
            with activity.waiting():
                await clock.sleep(fault.seconds)
            return await handler(request)
        case FaultKind.RESET_BEFORE:
            return await _cut(request)
        case FaultKind.RESET_AFTER:
            await handler(request)
            return await _cut(request)
        case FaultKind.MALFORMED:
            await handler(request)
            return _planned(fault, 200, headers)
        case FaultKind.STATUS_AFTER:
            await handler(request)
            return _planned(fault, fault.status, fault.headers | headers)
        case FaultKind.HALF | FaultKind.SHORT:
            return await _halved(fault, request, await handler(request))


def _planned(fault: Fault, status: int, headers: dict[str, str]) -> web.Response:
    # Set by hand: discord.py wants exactly application/json, without a charset.
    response = web.Response(body=fault.body.encode(), status=status, headers=headers)
    response.headers["Content-Type"] = fault.content_type
    return response


async def _halved(fault: Fault, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
        raise TypeError("only an answer with a body can be halved")
    half = answer.body[: len(answer.body) // 2]
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.headers["Content-Type"]})
    response.content_length = len(half) if fault.kind is FaultKind.SHORT else len(answer.body)
    await response.prepare(request)
    await response.write(half)
    return await _cut(request) if fault.kind is FaultKind.HALF else response


async def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
