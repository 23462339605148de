"""A server on loopback that hands out pictures and troubles, and pictures that are heavy on purpose."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

PictureMaker = Callable[..., bytes]


def noise(width: int = 320, height: int = 240, image_format: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture of noise, which no encoding makes small."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    image = Image.frombytes(mode, (width, height), os.urandom(width * height * bands))
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def flat(width: int = 64, height: int = 48, image_format: str = "PNG", colour: str = "teal") -> bytes:
    """Return a picture of one colour, which every encoding makes small."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, image_format)
    return buffer.getvalue()


class ResultServer:
    """Serves what it is told under `/<name>` and counts the requests for each."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.statuses: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.cut: set[str] = set()
        self.requests: dict[str, int] = {}
        self.at_once = 0
        self.most_at_once = 0
        self.base = ""

    def url(self, name: str) -> str:
        return f"{self.base}/{name}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.requests[name] = self.requests.get(name, 0) + 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if name.startswith("redirect-"):
                raise web.HTTPFound(self.url(name.removeprefix("redirect-")))
            if name == "loop":
                raise web.HTTPFound(self.url("loop"))
            if name in self.statuses:
                return web.Response(status=self.statuses[name], headers=self.headers.get(name))
            if name in self.cut:
                return await self._cut_off(request, name)
            if name not in self.files:
                return web.Response(status=404)
            return web.Response(body=self.files[name])
        finally:
            self.at_once -= 1

    async def _cut_off(self, request: web.Request, name: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(self.files[name]))})
        await response.prepare(request)
        await response.write(self.files[name][: len(self.files[name]) // 2])
        assert request.transport is not None
        request.transport.abort()
        return response


@pytest.fixture
async def results() -> AsyncIterator[ResultServer]:
    server = ResultServer()
    app = web.Application()
    app.router.add_route("*", "/{name}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.base = f"http://{host}:{port}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"
