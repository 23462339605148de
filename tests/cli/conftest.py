"""A clean environment, an empty working directory, and the sandboxes the commands are pointed at."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from sandbox.clock import ManualClock
from sandbox.seedream import SeedreamSandbox, TaskPlan
from tests.support.conformance.fixtures import watched_sandboxes

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _conformance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold every request, answer and event to Discord's own description of its API."""
    with watched_sandboxes(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def _clean_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("SEEDREAM_BOT_"):
            monkeypatch.delenv(name)
    # Rich and Typer would colour and fold by the surroundings.
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def seedream(clock: ManualClock) -> AsyncIterator[SeedreamSandbox]:
    async with SeedreamSandbox(clock=clock, plan=TaskPlan(drawn_size=(64, 64))) as sandbox:
        yield sandbox


@pytest.fixture
def drive(clock: ManualClock, seedream: SeedreamSandbox) -> Callable[[Awaitable[T]], Awaitable[T]]:
    """Run something to its end, moving the clock whenever nothing else happens."""

    async def drive(work: Awaitable[T]) -> T:
        task = asyncio.ensure_future(work)
        while not task.done():
            # Real time only for sockets and threads.
            await asyncio.sleep(0.002)
            wait = clock.next_wake()
            if wait is not None and not seedream.busy:
                await clock.advance(wait)
        return task.result()

    return drive


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str, str], Path]:
    def picture(name: str, colour: str) -> Path:
        path = tmp_path / name
        Image.new("RGB", (64, 48), colour).save(path)
        return path

    return picture
