"""Every request that discord.py makes, by route template: ids, tokens and emoji are no part of a metric's name."""

import asyncio
import re
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp

CallObserver = Callable[[str, str, float], None]
"""Is called with a route, an outcome and the seconds it took."""

MOST_ROUTES = 100
"""Templates told apart; the bot uses some twenty. Whatever comes after that is "other"."""

GATEWAY = "GATEWAY"
ELSEWHERE = "elsewhere"
OTHER = "other"
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"@?[a-z][a-z-]*")


class DiscordCalls:
    """Turns aiohttp's tracing (https://docs.aiohttp.org/en/stable/tracing_reference.html) into calls of an observer.

    Every physical request counts, so one that was limited and sent again counts twice, the first time as "429".

    Args:
        api_base_url: with the API's version, as in https://discord.com/api/v10.
        observe: is told "PATCH /webhooks/{id}/{token}/messages/@original", "200" or "failed", and the seconds until
            the answer's head.
    """

    def __init__(self, api_base_url: str, observe: CallObserver) -> None:
        self._base = urlsplit(api_base_url)
        self._observe = observe
        self._seen: set[str] = set()

    def trace(self) -> aiohttp.TraceConfig:
        """Return what a session is to be opened with."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._started)
        config.on_request_end.append(self._answered)
        config.on_request_exception.append(self._failed)
        return config

    def route(self, method: str, url: str) -> str:
        """Return the template that a request belongs to."""
        parts = urlsplit(url)
        if parts.scheme in {"ws", "wss"}:
            return GATEWAY
        prefix = self._base.path + "/"
        if parts.netloc != self._base.netloc or not parts.path.startswith(prefix):
            return ELSEWHERE
        route = f"{method} /{'/'.join(_template(parts.path.removeprefix(prefix).split('/')))}"
        if route not in self._seen:
            if len(self._seen) >= MOST_ROUTES:
                return OTHER
            self._seen.add(route)
        return route

    async def _started(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestStartParams
    ) -> None:
        context.begun = asyncio.get_running_loop().time()

    async def _answered(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        self._tell(context, params.method, str(params.url), str(params.response.status))

    async def _failed(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._tell(context, params.method, str(params.url), "failed")

    def _tell(self, context: SimpleNamespace, method: str, url: str, outcome: str) -> None:
        seconds = asyncio.get_running_loop().time() - context.begun
        self._observe(self.route(method, url), outcome, seconds)


def _template(segments: list[str]) -> list[str]:
    shown: list[str] = []
    for place, segment in enumerate(segments):
        before = segments[place - 1] if place else ""
        if place == 2 and segments[0] in {"webhooks", "interactions"}:
            shown.append("{token}")
        elif before == "reactions":
            shown.append("{emoji}")
        elif _NUMBER.fullmatch(segment):
            shown.append("{id}")
        elif _WORD.fullmatch(segment):
            shown.append(segment)
        else:
            # Nothing that Discord's routes are made of, so nothing to have a name by.
            shown.append("{}")
    return shown
