"""Two real processes on one PostgreSQL: together they keep to the limits, and one ends what the other has begun."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.bot_process import BotProcess
from sandbox.discord import Interaction
from sandbox.seedream import TaskPlan
from sandbox.world import SandboxWorld
from tests.acceptance.house import words
from tests.support.postgres import PostgresServer

PLACES = 3
QUICK = 5
PER_SECOND = 6.0
WORKING = 1.0
FAST = TaskPlan(pending_seconds=0, processing_seconds=WORKING, drawn_size=(64, 64), image_format="png")
SLOW = TaskPlan(pending_seconds=1e9)
DELAY = 2.0
"""Seconds that a request may be on its way on a busy machine, so that two come closer together than they were sent."""
LEASE = 10


@pytest.fixture
async def world() -> AsyncIterator[SandboxWorld]:
    async with SandboxWorld() as world:
        world.seedream.plan = FAST
        yield world


@pytest.fixture
async def name(postgres: PostgresServer) -> AsyncIterator[str]:
    made = await postgres.create()
    yield made
    await postgres.drop(made)


def _process(world: SandboxWorld, folder: Path, url: str) -> BotProcess:
    folder.mkdir()
    seedream = {
        "max_concurrent_tasks": PLACES,
        "requests_per_second": PER_SECOND,
        "poll_first_seconds": 0.1,
        "poll_longest_seconds": 0.1,
    }
    sections = world.settings(folder, seedream=seedream, storage={"url": url}, jobs={"lease_seconds": LEASE})
    return BotProcess(folder, sections)


async def _owners(postgres: PostgresServer, name: str) -> list[str]:
    connection = await postgres.connect(name)
    try:
        return [row["owner"] for row in await connection.fetch("SELECT DISTINCT owner FROM jobs WHERE owner <> ''")]
    finally:
        await connection.close()


async def _share_out(postgres: PostgresServer, name: str) -> None:
    """Let half of the jobs be claimed by whoever comes first, and wait until two processes have some."""
    connection = await postgres.connect(name)
    try:
        while len(await _owners(postgres, name)) < 2:
            await connection.execute(
                "UPDATE jobs SET owner = NULL, lease_until = NULL WHERE open AND turn = 'line'"
                " AND ctid IN (SELECT ctid FROM jobs WHERE turn = 'line' ORDER BY created_at OFFSET 4)"
            )
            await asyncio.sleep(LEASE / 10)
    finally:
        await connection.close()


def _most_at_once(begins: Sequence[datetime]) -> int:
    """Return how many tasks of `WORKING` seconds ran at the same time; who comes back for their end comes later."""
    working = timedelta(seconds=WORKING)
    return max(sum(begin <= moment < begin + working for begin in begins) for moment in begins)


def _most_above_the_pace(moments: Sequence[datetime]) -> float:
    """Return how many requests any span of time had beyond those that fall due in it."""
    seconds = [(moment - moments[0]).total_seconds() for moment in moments]
    return max(
        last - first + 1 - PER_SECOND * (seconds[last] - seconds[first])
        for first in range(len(seconds))
        for last in range(first, len(seconds))
    )


@pytest.mark.timeout(400)
async def test_limits_hold_over_two_processes_and_one_of_them_ends_what_the_other_has_begun(
    world: SandboxWorld, tmp_path: Path, postgres: PostgresServer, name: str
) -> None:
    channel = world.discord.add_guild("Atelier").add_text_channel("pictures")
    persons = [world.discord.add_person(each) for each in ("mara", "ivo", "lea")]
    processes = [_process(world, tmp_path / each, postgres.url(name)) for each in ("first", "second")]
    # Slow ones hold every place while the processes share out the jobs, and again when one of them is killed, so that
    # it is not in the midst of a POST: of that nobody could know the outcome.
    for plan in [SLOW] * PLACES + [FAST] * QUICK + [SLOW] * PLACES:
        world.seedream.plan_next(plan)

    def all_places_taken(posts: int) -> bool:
        asked = {request.path.rpartition("/")[2] for request in world.seedream.requests}
        return len(world.seedream.ledger) == posts and all(entry.task_id in asked for entry in world.seedream.ledger)

    def hurry() -> None:
        for task in world.seedream.tasks.values():
            task.plan = FAST

    def told(interaction: Interaction) -> bool:
        return interaction.original is not None and "Outcome:" in words(interaction.original)

    async with processes[0] as first:
        await world.discord.wait_ready(timeout=60)
        # Before the second one is there, which would be told of each command as well.
        interactions = [
            await person.slash(channel, "seedream", prompt=f"harbour {number}")
            for number, person in enumerate(persons * 4)
        ]
        await world.until(lambda: all_places_taken(PLACES), what="the first tasks", timeout=60)
        async with processes[1] as second:
            await asyncio.wait_for(_share_out(postgres, name), 60)
            hurry()
            await world.until(lambda: all_places_taken(2 * PLACES + QUICK), what="most tasks", timeout=60)
            await first.kill()
            hurry()
            await world.until(lambda: all(map(told, interactions)), what="all outcomes", timeout=120)
            assert second.running
    ledger, requests = world.seedream.ledger, world.seedream.requests
    assert sorted(str(entry.payload["prompt"]) for entry in ledger) == sorted(f"harbour {n}" for n in range(12))
    for interaction in interactions:
        assert interaction.original is not None
        assert "Done: 1 picture" in words(interaction.original)
        assert interaction.original.thread is not None
        assert sum(len(message.attachments) for message in interaction.original.thread.messages) == 1
    assert _most_at_once([entry.at for entry in ledger[PLACES:]]) <= PLACES
    api = [request.at for request in requests if "/v1/" in request.path]
    assert len(api) > PER_SECOND * DELAY * 2
    assert _most_above_the_pace(api) <= PER_SECOND * (1 + DELAY)
