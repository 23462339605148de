"""`POST /v1/generate/vol/seedream` and `GET /v1/tasks/{id}`: where work is accepted, entered in the ledger, told of.

Source: https://docs.sinancode.com/en/api-reference/endpoint/seedream and `…/get-task`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.seedream.answers import ApiError, answer, json_object
from sandbox.seedream.card import Tile
from sandbox.seedream.ledger import LedgerEntry
from sandbox.seedream.references import BadReferenceError, inspect
from sandbox.seedream.rules import Order, read_order
from sandbox.seedream.sizes import picture_size
from sandbox.seedream.tasks import Task, TaskPlan
from sandbox.seedream.uploads import Upload

if TYPE_CHECKING:
    from sandbox.clock import Clock

GENERATE_PATH = "/v1/generate/vol/seedream"


class Generation:
    """Accepts orders and tells how they fare.

    Attributes:
        plan: how tasks live that have no plan of their own.
        planned: plans of the coming tasks, in order; each is used by the next order that is accepted.
        balance: pictures left on the account; None means no end.
        refused_word: an order whose prompt holds it is refused for its content; None refuses nothing.
    """

    def __init__(
        self,
        clock: "Clock",
        *,
        plan: TaskPlan,
        base_url: Callable[[], str],
        resolve: Callable[[str], Upload | str],
        new_id: Callable[[], str],
        changed: Callable[[], None],
    ) -> None:
        self.plan = plan
        self.planned: deque[TaskPlan] = deque()
        self.balance: int | None = None
        self.refused_word: str | None = "forbidden-example"
        self.ledger: list[LedgerEntry] = []
        self.tasks: dict[str, Task] = {}
        self._clock = clock
        self._base_url = base_url
        self._resolve = resolve
        self._new_id = new_id
        self._changed = changed

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the generation API."""
        return [web.post(GENERATE_PATH, self._post), web.get("/v1/tasks/{id}", self._get)]

    async def _post(self, request: web.Request) -> web.Response:
        order = read_order(await json_object(request))
        if self.refused_word is not None and self.refused_word in order.prompt:
            # https://docs.byteplus.com/id/docs/ModelArk/1299023 names this code.
            text = "The request failed because the input text may contain sensitive information."
            raise ApiError(400, "SensitiveContentDetected", text)
        references = [self._resolve(url) for url in order.images]
        tiles = await _tiles(references)
        task = self._accept(order, references, tiles)
        return answer({"task_id": task.id})

    def _accept(self, order: Order, references: Sequence[Upload | str], tiles: Sequence[Tile]) -> Task:
        # No await in here: balance, plan and ledger change together.
        plan = self.planned[0] if self.planned else self.plan
        width, height = picture_size(order.version, order.size, order.prompt)
        task = Task(
            id=self._new_id(),
            order=order,
            plan=plan,
            created_at=self._clock.now(),
            width=width,
            height=height,
            references=tuple(references),
            tiles=tuple(tiles),
            clock=self._clock,
        )
        self._charge(task)
        if self.planned:
            self.planned.popleft()
        self.tasks[task.id] = task
        self.ledger.append(
            LedgerEntry(
                task_id=task.id,
                at=task.created_at,
                payload=order.payload,
                references=list(references),
                images_charged=task.images,
            )
        )
        self._changed()
        return task

    def _charge(self, task: Task) -> None:
        if self.balance is None:
            return
        # Even a task that will fail, or bring nothing, is not started on an empty account.
        if self.balance < max(1, task.images):
            raise ApiError(402, "InsufficientBalance", "insufficient balance: please top up your account's credits")
        self.balance -= task.images

    async def _get(self, request: web.Request) -> web.Response:
        task = self.tasks.get(request.match_info["id"])
        if task is None:
            raise ApiError(404, "TaskNotFound", f"no task {request.match_info['id']}")
        return answer(task.answer(f"{self._base_url()}/results/{task.id}"))


async def _tiles(references: Sequence[Upload | str]) -> list[Tile]:
    tiles: list[Tile] = []
    problems: list[str] = []
    for index, reference in enumerate(references):
        if isinstance(reference, str):
            tiles.append(Tile(image=None, label=urlsplit(reference).hostname or ""))
            continue
        try:
            image = await asyncio.to_thread(inspect, reference.data)
        except BadReferenceError as error:
            problems.append(f"images[{index}]: {error}")
        else:
            tiles.append(Tile(image=image, label=reference.filename))
    if problems:
        raise ApiError(400, "InvalidParameter", "; ".join(problems))
    return tiles
