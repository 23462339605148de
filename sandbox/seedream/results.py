"""The links to finished pictures: drawn when first asked for, kept, and dead after their time."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.seedream.answers import ApiError
from sandbox.seedream.pictures import PictureOrder, draw_file
from sandbox.seedream.tasks import Task

if TYPE_CHECKING:
    from sandbox.clock import Clock

_KEPT_BYTES = 256 * 1024 * 1024
_CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_EXPIRED = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)


class ResultLinks:
    """Serves `/results/{task}/{n}.{ext}`, without a bearer token: at the real service the link itself is signed.

    Attributes:
        expired: every link is dead, whatever its age.
    """

    def __init__(self, tasks: Mapping[str, Task], clock: "Clock") -> None:
        self.expired = False
        self._tasks = tasks
        self._clock = clock
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._drawing: dict[tuple[str, int], asyncio.Lock] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the pictures."""
        return [web.get("/results/{task}/{name}", self._get)]

    async def picture(self, task: Task, number: int) -> bytes:
        """Return a picture's file; `number` counts from 1. The same one is never drawn twice at a time."""
        key = (task.id, number)
        async with self._drawing.setdefault(key, asyncio.Lock()):
            if key not in self._kept:
                # Drawing is repeatable: what had to make room is drawn again, byte for byte.
                self._kept[key] = await asyncio.to_thread(draw_file, _order(task, number))
            self._kept.move_to_end(key)
            data = self._kept[key]
            self._make_room()
        return data

    def _make_room(self) -> None:
        total = sum(map(len, self._kept.values()))
        while total > _KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            total -= len(dropped)

    async def find(self, task_id: str, name: str) -> tuple[bytes, str] | None:
        """Return a finished picture's bytes and content type, whatever the age of its link; None: there is none."""
        task = self._tasks.get(task_id)
        if task is None or not task.completed or name not in task.file_names:
            return None
        data = await self.picture(task, task.file_names.index(name) + 1)
        return data, _CONTENT_TYPES[name.rpartition(".")[2]]

    async def _get(self, request: web.Request) -> web.Response:
        task = self._tasks.get(request.match_info["task"])
        name = request.match_info["name"]
        if task is None or not task.completed or name not in task.file_names:
            raise ApiError(404, "NotFound", "no such picture")
        if self.expired or self._clock.now() >= task.links_expire_at:
            return web.Response(status=403, text=_EXPIRED, content_type="application/xml")
        data = await self.picture(task, task.file_names.index(name) + 1)
        return web.Response(body=data, content_type=_CONTENT_TYPES[name.rpartition(".")[2]])


def _order(task: Task, number: int) -> PictureOrder:
    plan = task.plan
    return PictureOrder(
        prompt=task.order.prompt,
        version=task.order.version,
        width=task.width,
        height=task.height,
        number=number,
        total=task.images,
        task_id=task.id,
        tiles=tuple(task.tiles),
        file_format="PNG" if plan.extension(task.order.version) == "png" else "JPEG",
        drawn_size=plan.drawn_size,
        noise=plan.noise,
        min_bytes=plan.min_bytes,
    )
