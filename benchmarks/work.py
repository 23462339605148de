"""Jobs as people give them, followed from the command to the pictures by what the sandbox has seen."""

import asyncio
import functools
import itertools
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.measuring import cpu_seconds
from benchmarks.sides import Side
from sandbox.discord import Interaction
from sandbox.seedream import LedgerEntry, results
from sandbox.seedream.pictures import PictureOrder, draw_file
from sandbox.seedream.tasks import Task, TaskPlan

GUARD_SECONDS = 240.0
QUIET_SECONDS = 0.4
SMALL = TaskPlan(pending_seconds=0.1, processing_seconds=0.2, images=1, image_format="jpeg", drawn_size=(96, 96))

_LOOK = 0.01
_numbers = itertools.count()


@functools.lru_cache(maxsize=4)
def _drawn(order: PictureOrder) -> bytes:
    return draw_file(order)


def draw_once() -> None:
    """Let the sandbox draw one picture a size, so that drawing takes none of its time while others are measured."""

    def same(order: PictureOrder) -> bytes:
        plain = {"prompt": "the same for all", "task_id": "", "number": 1, "total": 1, "tiles": ()}
        return _drawn(PictureOrder(**{name: getattr(order, name) for name in order.__dataclass_fields__} | plain))

    vars(results)["draw_file"] = same


def lognormal(median: float, spread: float, count: int, seed: int) -> list[float]:
    """Return durations as they scatter where many things take their share; the same for every side."""
    dice = random.Random(seed)  # noqa: S311 - durations, no secrets
    return [median * math.exp(spread * dice.gauss(0, 1)) for _ in range(count)]


def lasting(seconds: float) -> TaskPlan:
    """Return the plan of a small picture that takes that long."""
    return TaskPlan(
        pending_seconds=seconds / 4,
        processing_seconds=seconds * 3 / 4,
        images=1,
        image_format="jpeg",
        drawn_size=(96, 96),
    )


def large(side: int) -> TaskPlan:
    """Return the plan of pictures so large and noisy that they do not fit a message as they are."""
    return TaskPlan(
        pending_seconds=0.1, processing_seconds=0.2, image_format="jpeg", drawn_size=(side, side), noise=0.5
    )


@dataclass
class Followed:
    """One job.

    Attributes:
        polls: how often its task was asked for.
        delay: seconds from the end of its task to the arrival of the request that brings the picture to Discord.
    """

    mark: str
    interaction: Interaction
    polls: int = 0
    delay: float = math.nan

    @property
    def pictures(self) -> int:
        """How many pictures the person sees."""
        original = self.interaction.original
        seen = list(self.interaction.responses)
        if original is not None and original.thread is not None:
            seen += original.thread.messages
        return sum(len(message.attachments) for message in seen)


@dataclass
class Run:
    """What one side did with some jobs.

    Attributes:
        seconds: from the first command until all was quiet.
        delivered_after: from the first command to the last picture.
        jobs: those that brought a picture, once all are done.
        cpu: seconds of CPU of the bot.
        sandbox_busy: the share of the time in which the sandbox and whoever gives the jobs were at work.
        counted: requests to Discord that count toward a bot's global limit.
    """

    jobs: list[Followed] = field(default_factory=list)
    seconds: float = 0.0
    delivered_after: float = 0.0
    cpu: float = 0.0
    sandbox_busy: float = 0.0
    counted: int = 0


class Work:
    """Gives one side jobs and measures what follows; used once."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._plans: dict[str, TaskPlan] = {}
        self._seen = self._seedream_from = len(side.world.seedream.ledger)
        self._let_go = side.world.seedream.subscribe(self._give_plans)
        self._requests_from = len(side.world.discord.requests)
        self._cpu = cpu_seconds(side.pid)
        self._own = time.process_time()
        self._begun = time.perf_counter()
        self.run = Run()

    async def ask(self, plan: TaskPlan, **options: Any) -> Followed:
        """Give one job, whose task will live by a plan."""
        mark = f"job-{next(_numbers)}"
        self._plans[mark] = plan
        followed = Followed(mark, await self._side.ask(mark, **options))
        self.run.jobs.append(followed)
        return followed

    def _give_plans(self) -> None:
        """Give each task that was just accepted the life that is meant for its job, so that all sides get the same."""
        seedream = self._side.world.seedream
        for entry in seedream.ledger[self._seen :]:
            plan = self._plans.get(_mark(entry))
            if plan is not None:
                seedream.tasks[entry.task_id].plan = plan
        self._seen = len(seedream.ledger)

    async def steadily(self, plans: Sequence[TaskPlan], rate: float, **options: Any) -> None:
        """Give jobs at even distances, whatever becomes of those before."""
        for number, plan in enumerate(plans):
            due = self._begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await self.ask(plan, **options)

    async def at_most(self, count: int, window: int, plan: TaskPlan, **options: Any) -> None:
        """Give jobs as fast as they are done, with so many under way."""
        under_way: list[Followed] = []
        while len(self.run.jobs) < count:
            under_way = [job for job in under_way if not job.pictures]
            for _ in range(min(window - len(under_way), count - len(self.run.jobs))):
                under_way.append(await self.ask(plan, **options))
            await asyncio.sleep(_LOOK)

    async def acknowledged(self) -> None:
        """Wait for the first answer to every command."""
        await self._until(
            lambda: all(job.interaction.acknowledgement or job.interaction.failed for job in self.run.jobs)
        )

    async def done(self, pictures: int = 1) -> Run:
        """Wait until every job has its pictures and nothing more happens, and return what was measured."""
        left = list(self.run.jobs)

        def delivered() -> bool:
            # A command that was not acknowledged in time brings nothing; how many there were is told with the times.
            left[:] = [job for job in left if job.pictures < pictures and not job.interaction.failed]
            return not left

        await self._until(delivered, look=5 * _LOOK)
        self.run.delivered_after = time.perf_counter() - self._begun
        await self._quiet()
        self._let_go()
        self.run.seconds = time.perf_counter() - self._begun
        self.run.cpu = cpu_seconds(self._side.pid) - self._cpu
        self.run.sandbox_busy = (time.process_time() - self._own) / self.run.seconds
        self._read()
        return self.run

    async def _quiet(self) -> None:
        world = self._side.world
        seen, since = -1, 0.0
        while seen != (now := len(world.discord.requests)) or time.perf_counter() - since < QUIET_SECONDS:
            if seen != now:
                seen, since = now, time.perf_counter()
            await asyncio.sleep(0.05)

    async def _until(self, predicate: Any, look: float = _LOOK) -> None:  # noqa: ANN401 - anything with a truth value
        deadline = time.perf_counter() + GUARD_SECONDS
        while not predicate():
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{self._side.name} did not do it\n{self._side.process.log_tail()}")
            await asyncio.sleep(look)

    def _read(self) -> None:
        world = self._side.world
        requests = world.discord.requests[self._requests_from :]
        self.run.counted = sum(request.counts_toward_global_limit for request in requests)
        tasks = self._tasks()
        uploads: dict[str, datetime] = {}
        for request in requests:
            if request.body and isinstance(request.body, dict) and request.body.get("attachments"):
                for part in request.path.split("/"):
                    uploads.setdefault(part, request.time)
        self.run.jobs = [job for job in self.run.jobs if job.pictures]
        for job in self.run.jobs:
            task = tasks[job.mark]
            job.polls = len(task.polls)
            original = job.interaction.original
            thread = original.thread if original is not None else None
            upload = uploads.get(job.interaction.token) or uploads[str(thread.id if thread is not None else 0)]
            job.delay = (upload - task.finished_at) / timedelta(seconds=1)

    def _tasks(self) -> dict[str, Task]:
        seedream = self._side.world.seedream
        entries = seedream.ledger[self._seedream_from :]
        return {_mark(entry): seedream.tasks[entry.task_id] for entry in entries}


def _mark(entry: LedgerEntry) -> str:
    return str(entry.payload["prompt"]).partition(" ")[0]
