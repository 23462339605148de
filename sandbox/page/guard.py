"""Keeps other web pages out: the page is used from this machine, under its own address, and by itself alone.

A page from elsewhere can send requests to loopback from the same browser, and can make its own host name resolve to
127.0.0.1; hence Host and Origin are looked at: https://owasp.org/www-community/attacks/DNS_Rebinding.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
CSP_OF_FILES = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what people and bots have sent: opened on its own, it may do nothing."""

_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NAMES = frozenset({"127.0.0.1", "localhost"})


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that are not the page's own, and send the security headers with every answer."""
    try:
        if not _is_own(request):
            raise web.HTTPForbidden(text="This page is for this machine only, under http://127.0.0.1.")
        response = await handler(request)
    except web.HTTPException as error:
        _add_headers(error)
        raise
    if not response.prepared:
        _add_headers(response)
    return response


def _add_headers(response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def _is_own(request: web.Request) -> bool:
    host = request.headers.get("Host", "")
    name, _, port = host.partition(":")
    if name.lower() not in _NAMES or not (port.isdecimal() or not port):
        return False
    # Only browsers send an Origin, and they send it with everything that can act.
    origin = request.headers.get("Origin")
    return origin is None or origin.lower() == f"http://{host.lower()}"
