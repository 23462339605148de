"""What the bot requested: for tests that count requests, and for finding out what went wrong."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.discord.changes import Changes

log = logging.getLogger("sandbox.discord")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY: web.RequestKey[Any] = web.RequestKey("body", object)
"""The JSON body, or the `payload_json` of a multipart one, once it has been read."""

PARTS: web.RequestKey[list[str]] = web.RequestKey("parts", list)
"""The names of a multipart body's parts, in their order."""

FREE_OF_GLOBAL_LIMIT = ("/interactions/", "/webhooks/")
"""Endpoints that are not bound to the bot's 50 requests a second.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
"""


@dataclass
class RequestRecord:
    """One REST request of the bot.

    Attributes:
        path: as requested, without the API's base.
        route: the route's template, e.g. `/channels/{channel_id}/messages`.
        status: of the answer; None while it is worked on, or when the connection was cut.
        counts_toward_global_limit: False for interaction and webhook endpoints.
        body: the JSON body or `payload_json`.
        time: on the sandbox's clock.
    """

    method: str
    path: str
    route: str
    counts_toward_global_limit: bool
    time: datetime
    status: int | None = None
    body: Any = None


def counts_toward_global_limit(path: str) -> bool:
    """Tell whether a request is bound to the global limit."""
    return not any(part in path for part in FREE_OF_GLOBAL_LIMIT)


def recording_middleware(records: list[RequestRecord], base: str, clock: Clock, changes: Changes) -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that notes every REST request."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(base):
            return await handler(request)
        resource = request.match_info.route.resource
        record = RequestRecord(
            request.method,
            request.path.removeprefix(base),
            (resource.canonical if resource is not None else request.path).removeprefix(base),
            counts_toward_global_limit(request.path),
            clock.now(),
        )
        records.append(record)
        try:
            response = await handler(request)
            record.status = response.status
        finally:
            record.body = request.get(BODY)
            changes.notify()
        log.debug("%s %s -> %s", record.method, record.path, record.status)
        return response

    return middleware
