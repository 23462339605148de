"""What stands before Discord's API: Cloudflare, which bans an address that makes too many invalid requests.

Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans. Such an answer
does not come from Discord: it is HTML, and has no `Via` header, by which discord.py tells the two kinds of 429 apart.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.discord.rate_limits import RateLimits
from sandbox.faults import Fault, FaultKind

INVALID = frozenset({401, 403, 429})
"""The statuses that count; a 429 of a shared limit does not."""

_PAGE = (
    "<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head>"
    "<body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>"
)
_TYPE = "text/html; charset=UTF-8"
_HEADERS = {"Server": "cloudflare", "CF-RAY": "0000000000000000-XXX"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cloudflare_ban(retry_after: float) -> web.Response:
    """Return the 429 of an address that is banned for so many real seconds."""
    headers = {"Content-Type": _TYPE, "Retry-After": str(math.ceil(retry_after))} | _HEADERS
    return web.Response(body=_PAGE.encode(), status=429, headers=headers)


def cloudflare_fault(retry_after: float, *, path: str = "", method: str | None = None, times: int | None = 1) -> Fault:
    """Return a fault that answers 429 as Cloudflare does, for `FaultPlan.add`."""
    return Fault(
        FaultKind.STATUS,
        path,
        method,
        times,
        status=429,
        body=_PAGE,
        content_type=_TYPE,
        retry_after=math.ceil(retry_after),
        headers=dict(_HEADERS),
    )


def invalid_request_middleware(limits: RateLimits, base: str) -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that counts invalid requests, and bans whoever makes too many of them."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        limit = limits.invalid
        if limit is None or not request.path.startswith(base):
            return await handler(request)
        used, wait = limits.used("invalid", limit)
        if used >= limit.requests:
            await request.read()
            return cloudflare_ban(wait)
        response = await handler(request)
        if response.status in INVALID and response.headers.get("X-RateLimit-Scope") != "shared":
            limits.take("invalid", limit)
        return response

    return middleware
