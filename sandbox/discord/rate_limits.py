"""Rate limits: buckets, the global limit, and the 429 answers in Discord's form.

Source: https://discord.com/developers/docs/topics/rate-limits. Time here is the machine's, since that is what
discord.py waits by; the defaults are so generous that nothing waits unless a test sets a limit of its own.
"""

import asyncio
import hashlib
import json
import math
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.discord.records import counts_toward_global_limit
from sandbox.faults import Fault, FaultKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MAJOR = ("channel_id", "guild_id", "application_id", "token")
_VIA = "1.1 google"


@dataclass(frozen=True)
class Limit:
    """So many requests in so many real seconds."""

    requests: int
    seconds: float


@dataclass
class _Window:
    limit: Limit
    started: float
    used: int = 0


@dataclass
class RateLimits:
    """The limits in force.

    Attributes:
        default: of every bucket without a rule of its own.
        rules: `(method, regular expression on the route's template, limit)`, the first that fits counts.
        shared: rules likewise, of limits that everybody who uses a resource shares; a bucket does not tell of them.
        whole_bot: the global limit, 50 a second at Discord; None: off.
        invalid: how many answers of status 401, 403 and 429 an address may get before Cloudflare bans it; None: off.
    """

    default: Limit = Limit(1000, 1.0)
    rules: list[tuple[str, str, Limit]] = field(default_factory=list)
    shared: list[tuple[str, str, Limit]] = field(default_factory=list)
    whole_bot: Limit | None = None
    invalid: Limit | None = Limit(10_000, 600.0)
    _windows: dict[str, _Window] = field(default_factory=dict)

    def add(self, method: str, route: str, limit: Limit) -> None:
        """Limit the routes whose template matches a regular expression."""
        self.rules.insert(0, (method, route, limit))

    def add_shared(self, method: str, route: str, limit: Limit) -> None:
        """Limit what all users of a resource together may do, for the routes that match."""
        self.shared.insert(0, (method, route, limit))

    def limit_of(self, method: str, route: str) -> Limit:
        """Return the limit of a route."""
        return _first_fitting(self.rules, method, route) or self.default

    def shared_limit_of(self, method: str, route: str) -> Limit | None:
        """Return the limit of the resource behind a route, where there is one."""
        return _first_fitting(self.shared, method, route)

    def used(self, key: str, limit: Limit) -> tuple[int, float]:
        """Return how often a bucket was used and the seconds until it is full again, without using it."""
        now = asyncio.get_running_loop().time()
        window = self._windows.get(key)
        if window is None or now >= window.started + limit.seconds:
            return 0, limit.seconds
        return window.used, window.started + limit.seconds - now

    def take(self, key: str, limit: Limit) -> tuple[int, float]:
        """Use a bucket once; return how many requests remain (-1: refused) and the seconds until it is full again."""
        now = asyncio.get_running_loop().time()
        window = self._windows.get(key)
        if window is None or now >= window.started + limit.seconds:
            window = self._windows[key] = _Window(limit, now)
        left = max(0.001, window.started + limit.seconds - now)
        if window.used >= limit.requests:
            return -1, left
        window.used += 1
        return limit.requests - window.used, left


def _first_fitting(rules: list[tuple[str, str, Limit]], method: str, route: str) -> Limit | None:
    fitting = (limit for verb, pattern, limit in rules if verb == method and re.search(pattern, route))
    return next(fitting, None)


def rate_limited(retry_after: float, *, scope: str = "user", code: int | None = None) -> web.Response:
    """Return a 429 as Discord words it.

    Args:
        retry_after: real seconds to wait.
        scope: `user`, `shared` or `global`.
        code: a JSON error code, where a special limit was hit.
    """
    who = "The resource is" if scope == "shared" else "You are"
    body: dict[str, Any] = {
        "message": f"{who} being rate limited.",
        "retry_after": round(retry_after, 3),
        "global": scope == "global",
    }
    if code is not None:
        body["code"] = code
    # The header has whole seconds, rounded up; the body has the fraction.
    headers = {"Content-Type": "application/json", "Retry-After": str(math.ceil(retry_after)), "Via": _VIA}
    headers["X-RateLimit-Scope"] = scope
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return web.Response(body=json.dumps(body).encode(), status=429, headers=headers)


def rate_limit_fault(
    retry_after: float, *, path: str = "", method: str | None = None, times: int = 1, scope: str = "user"
) -> Fault:
    """Return a fault that answers 429 as Discord does, for `FaultPlan.add`."""
    response = rate_limited(retry_after, scope=scope)
    body = bytes(response.body).decode() if isinstance(response.body, bytes) else ""
    # discord.py reads the scope from the body, discord.js from the headers.
    headers = {name: value for name, value in response.headers.items() if name.startswith("X-RateLimit-")}
    return Fault(FaultKind.STATUS, path, method, times, status=429, body=body, retry_after=retry_after, headers=headers)


def rate_limit_middleware(limits: RateLimits, base: str) -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that enforces the limits and tells of them in every answer's headers."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(base):
            return await handler(request)
        if limits.whole_bot is not None and counts_toward_global_limit(request.path):
            remaining, wait = limits.take("global", limits.whole_bot)
            if remaining < 0:
                await request.read()
                return rate_limited(wait, scope="global")
        resource = request.match_info.route.resource
        route = (resource.canonical if resource is not None else "").removeprefix(base)
        limit = limits.limit_of(request.method, route)
        bucket = hashlib.sha256(f"{request.method} {route}".encode()).hexdigest()[:32]
        major = "+".join(request.match_info.get(name, "") for name in _MAJOR)
        remaining, reset_after = limits.take(f"{bucket}:{major}", limit)
        refusal = rate_limited(reset_after) if remaining < 0 else None
        shared = limits.shared_limit_of(request.method, route)
        if refusal is None and shared is not None:
            left, wait = limits.take(f"shared:{bucket}:{major}", shared)
            refusal = rate_limited(wait, scope="shared") if left < 0 else None
        if refusal is not None:
            # A request that is refused must be read all the same, or its sender never sees the answer.
            await request.read()
        response = refusal or await handler(request)
        if not response.prepared:
            response.headers.update(
                {
                    "X-RateLimit-Limit": str(limit.requests),
                    "X-RateLimit-Remaining": str(max(0, remaining)),
                    "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
                    "X-RateLimit-Reset-After": f"{reset_after:.3f}",
                    "X-RateLimit-Bucket": bucket,
                }
            )
        return response

    return middleware


def via_middleware() -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that signs every 429, planned faults too, unless it is HTML: that is Cloudflare's.

    discord.py takes a 429 without a `Via` header for a ban by Cloudflare and does not retry.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if response.status != 429 or "Via" in response.headers or response.content_type == "text/html":
            return response
        wait = float(response.headers.get("Retry-After", "0"))
        body = response.body if isinstance(response, web.Response) else None
        if isinstance(body, bytes) and b"retry_after" not in body:
            return rate_limited(wait)
        response.headers["Via"] = _VIA
        return response

    return middleware
