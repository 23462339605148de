"""Thousands of open jobs in one process: the start with them, their memory, and the loop's lag meanwhile."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from sqlalchemy import Connection, insert

from benchmarks.measuring import memory_kib, quantile
from benchmarks.scale import Scale
from benchmarks.sections import Figures
from benchmarks.sides import OURS, Side, make, running
from bot.domain.job import TASK_PART, Job, Requester, Sent, Status, TaskStatus
from bot.domain.place import Place, Venue
from bot.domain.request import GenerationRequest
from bot.storage import Database
from bot.storage.documents import to_row
from bot.storage.tables import jobs
from sandbox.seedream.rules import read_order
from sandbox.seedream.tasks import Task, TaskPlan
from sandbox.world import SandboxWorld

REQUESTS_PER_SECOND = 50
START_SECONDS = 120.0
_ENDLESS = TaskPlan(pending_seconds=0, processing_seconds=10**6)
_PROMPT = "a calm harbour in the morning, fishing boats, gulls, long shadows on the wet stones of the quay"


async def waiting(scale: Scale, folder: Path, say: Callable[[str], None]) -> Figures:
    """Start a bot with many open jobs at the API, and one with few, and compare their memory."""
    figures: dict[str, list[float]] = {}
    for repetition in range(scale.repetitions):
        few, _, _, _ = await _watched(scale.waiting_few, scale, folder / f"{repetition}-few", say)
        many, start, lags, polled = await _watched(scale.waiting, scale, folder / f"{repetition}-many", say)
        for name, value in {
            "KiB a job": (many - few) / (scale.waiting - scale.waiting_few),
            "MiB with few": few / 1024,
            "MiB with many": many / 1024,
            "start": start,
            "lag p99": quantile(lags, 0.99),
            "lag most": max(lags),
            "polls a second": polled,
        }.items():
            figures.setdefault(name, []).append(round(value, 4))
    return {OURS: figures}


async def _watched(
    count: int, scale: Scale, folder: Path, say: Callable[[str], None]
) -> tuple[int, float, list[float], float]:
    """Return KiB resident, seconds until all jobs were held, the loop's lags after that, and polls a second."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    async with SandboxWorld() as world:
        side = make(OURS, folder, world, probed=True, seedream={"requests_per_second": REQUESTS_PER_SECOND})
        say(f"{count} open jobs: storing them")
        await _fill(side, folder, count)
        say(f"{count} open jobs: starting")
        begun = time.perf_counter()
        async with running(side):
            start = await _all_held(side, count) - begun
            say(f"{count} open jobs: watching")
            await side.process.lags()
            polls, since = len(world.seedream.requests), time.perf_counter()
            await asyncio.sleep(scale.settle)
            lags = await side.process.lags()
            polled = (len(world.seedream.requests) - polls) / (time.perf_counter() - since)
            return memory_kib(side.pid), start, lags, polled


async def _all_held(side: Side, count: int) -> float:
    """Wait until the process says that it holds that many jobs at the API; return when that was."""
    deadline = time.perf_counter() + START_SECONDS
    while await asyncio.to_thread(_at_api, side.port) < count:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not all {count} jobs are held\n{side.process.log_tail()}")
        await asyncio.sleep(0.05)
    return time.perf_counter()


def _at_api(port: int) -> float:
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("seedream_bot_tasks_at_api ")), 0.0)


async def _fill(side: Side, folder: Path, count: int) -> None:
    """Store jobs as a process that was stopped has left them, their tasks at the API and shown in their threads."""
    now = datetime.now(UTC)
    made = [_job(side, number, now) for number in range(count)]
    rows = [to_row(job, now) | {"owner": None, "lease_until": None, "updated_at": now, "revision": 3} for job in made]

    def work(connection: Connection) -> None:
        connection.execute(insert(jobs), rows)

    async with await Database.open(f"sqlite+aiosqlite:///{folder / 'seedream-bot.db'}") as database:
        await database.write(work)
    world = side.world
    order = read_order({"prompt": _PROMPT, "max_images": 1})
    for job in made:
        task_id = job.task_id or ""
        world.seedream.tasks[task_id] = Task(
            task_id, order, _ENDLESS, now, 2048, 2048, references=(), tiles=(), clock=world.clock
        )


def _job(side: Side, number: int, now: datetime) -> Job:
    job_id = f"{number:016x}"
    thread = 10**18 + number
    channel = side.channels[number % len(side.channels)]
    return Job(
        id=job_id,
        status=Status.WAITING,
        requester=Requester(side.people[number % len(side.people)].id, "Ada", "en-US"),
        place=Place(
            venue=Venue.THREAD,
            application_id=side.world.discord.application_id,
            guild_id=channel.guild.id if channel.guild is not None else None,
            channel_id=channel.id,
            card_id=thread,
            token="t" * 64,
            token_expires_at=now + timedelta(minutes=15),
            upload_limit=10 * 1024 * 1024,
        ),
        request=GenerationRequest(_PROMPT),
        created_at=now,
        thread_id=thread,
        task_id=f"01234567-89ab-cdef-0123-{number:012x}",
        task_status=TaskStatus.PROCESSING,
        task_since=now,
        task_shown=TaskStatus.PROCESSING,
        submitted_at=now,
        sent={TASK_PART: Sent(f"{job_id}.task", thread, 2 * 10**18 + number)},
        revision=3,
    )
