from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sandbox.clock import ManualClock
from sandbox.world import SandboxWorld
from tests.acceptance.house import House
from tests.support.conformance.fixtures import watched_sandboxes


@pytest.fixture(autouse=True)
def _conformance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold every request, answer and event to Discord's own description of its API."""
    with watched_sandboxes(monkeypatch):
        yield


@pytest.fixture
async def empty_house(tmp_path: Path) -> AsyncIterator[House]:
    """The furnished sandbox before the bot is started."""
    clock = ManualClock()
    async with SandboxWorld(clock) as world:
        house = House.build(world, clock, tmp_path)
        try:
            yield house
        finally:
            await house.stop()


@pytest.fixture
async def house(empty_house: House) -> House:
    """The sandbox with the bot in it."""
    await empty_house.start()
    return empty_house
