"""How the sandbox says no: one error, one JSON shape, and a loud 404 for what it does not know."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)


class ApiError(Exception):
    """A refusal, answered as `{"message", "error_code", "error_msg"}`.

    Public clients of the API read the three in this order; the sandbox fills them all.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code
        self.text = text


def answer(body: object, *, status: int = 200) -> web.Response:
    """Return a JSON answer."""
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, ensure_ascii=False))


def refusal(error: ApiError) -> web.Response:
    """Return the answer of a refused request."""
    body = {"message": error.text, "error_code": error.code, "error_msg": error.text}
    return answer(body, status=error.status)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every refusal into its JSON answer; a route that does not exist also leaves a log line."""
    try:
        return await handler(request)
    except ApiError as error:
        return refusal(error)
    except web.HTTPException as error:
        if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            _log.warning("The Seedream sandbox knows no %s %s", request.method, request.path)
            text = f"this sandbox knows no {request.method} {request.path}"
        else:
            text = error.reason
        return refusal(ApiError(error.status, HTTPStatus(error.status).phrase.replace(" ", ""), text))


async def json_object(request: web.Request) -> dict[str, object]:
    """Return the request's JSON object.

    Raises:
        ApiError: 400, for another content type or anything but an object.
    """
    if request.content_type != "application/json":
        raise ApiError(400, "InvalidParameter", f"the body must be application/json, not {request.content_type}")
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise ApiError(400, "InvalidParameter", f"the body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, "InvalidParameter", "the body must be a JSON object")
    return body
