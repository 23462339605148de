import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.files import open_file


async def test_a_file_is_closed_however_often_its_task_is_cancelled(tmp_path: Path) -> None:
    """A crash cancels a step, then the loop's end cancels it again, while every thread may be busy."""
    path, gate, opened = tmp_path / "a", threading.Event(), asyncio.Event()
    path.write_bytes(b"picture")
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    files = []

    async def hold() -> None:
        async with open_file(path, "rb") as file:
            files.append(file)
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await opened.wait()
    busy = loop.run_in_executor(None, gate.wait)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await busy
    await asyncio.to_thread(lambda: None)
    assert files[0].closed


async def test_a_file_that_is_still_being_opened_is_closed_too(tmp_path: Path) -> None:
    path, gate = tmp_path / "a", threading.Event()
    path.write_bytes(b"picture")
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    busy = loop.run_in_executor(None, gate.wait)

    async def hold() -> None:
        async with open_file(path, "rb"):
            pytest.fail("it was cancelled before")

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await busy
    # A leak would be a ResourceWarning, and so a failure.
    await asyncio.to_thread(lambda: None)
