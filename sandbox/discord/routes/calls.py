"""One REST call: reading its ids, query and body, checking the token, answering as Discord does."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.multipart import Body, read_body
from sandbox.discord.validation.form import Form, snowflake_or_refuse
from sandbox.discord.world import World

log = logging.getLogger("sandbox.discord.rest")

API = "/api/v10"


class Call:
    """A request that reached its route."""

    def __init__(self, request: web.Request, world: World) -> None:
        self.request = request
        self.world = world

    def text(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def snowflake(self, name: str) -> int:
        """Return an id from the path.

        Raises:
            ApiError: 50035 when it is none.
        """
        return snowflake_or_refuse(name, self.text(name))

    def query(self, name: str) -> str | None:
        """Return a query parameter."""
        return self.request.query.get(name)

    def query_snowflake(self, name: str) -> int | None:
        """Return an id from the query.

        Raises:
            ApiError: 50035 when it is none.
        """
        value = self.query(name)
        return None if value is None else snowflake_or_refuse(name, value)

    def limit(self, *, default: int, most: int) -> int:
        """Return the `limit` of a listing.

        Raises:
            ApiError: 50035 when it is out of range.
        """
        value = self.query("limit")
        if value is None:
            return default
        form = Form()
        number = form.number(("limit",), int(value) if value.lstrip("-").isdigit() else value, least=1, most=most)
        form.finish()
        return int(number or default)

    async def body(self) -> Body:
        """Read the body.

        Raises:
            ApiError: 413 with 40005, 50109, 50035.
        """
        return await read_body(self.request, upload_limit=self.world.upload_limit)

    async def json(self) -> Json:
        """Read the body, which must be a JSON object.

        Raises:
            ApiError: 413 with 40005, 50109, 50035.
        """
        return (await self.body()).json_object


Answer = Json | list[Any] | None
Handle = Callable[[Call], Awaitable[Answer]]


class Router:
    """Registers routes; each handler returns JSON, or None for 204."""

    def __init__(self, app: web.Application, world: World) -> None:
        self._app = app
        self._world = world

    def add(self, method: str, path: str, handle: Handle, *, with_token: bool = True, status: int = 200) -> None:
        """Add a route.

        Args:
            method: the HTTP method.
            path: below the API's base, with `{names}`.
            handle: what answers.
            with_token: whether the bot token is needed; endpoints with an interaction's token need none.
            status: of a successful answer with a body.
        """

        async def handler(request: web.Request) -> web.StreamResponse:
            if with_token and not self._authorized(request):
                await request.read()
                raise ApiError(Code.UNAUTHORIZED)
            answer = await handle(Call(request, self._world))
            return web.Response(status=204) if answer is None else json_response(answer, status)

        self._app.router.add_route(method, f"{API}{path}", handler)

    def _authorized(self, request: web.Request) -> bool:
        expected = f"Bot {self._world.application.token}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected)


def json_response(answer: Json | list[Any], status: int = 200) -> web.Response:
    """Return JSON with exactly the content type that discord.py compares with: no charset."""
    return web.Response(body=json.dumps(answer).encode(), status=status, headers={"Content-Type": "application/json"})


def error_middleware() -> Any:  # noqa: ANN401 - aiohttp's own middleware type
    """Return an aiohttp middleware that words refusals as Discord does, and logs what the sandbox does not know."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as refused:
            log.info("%s %s refused: %s %s", request.method, request.path, refused, refused.errors or "")
            return json_response(refused.body(), refused.status)
        except web.HTTPNotFound:
            await request.read()
            log.warning("the sandbox does not know %s %s", request.method, request.path)
            return json_response(ApiError(Code.NOT_FOUND).body(), 404)
        except web.HTTPMethodNotAllowed:
            await request.read()
            log.warning("the sandbox does not know %s %s", request.method, request.path)
            return json_response(ApiError(Code.METHOD_NOT_ALLOWED).body(), 405)

    return middleware
