"""`seedream-bot demo`, as a process of its own, and what it says when it cannot."""

import asyncio
import re
import sys
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from sandbox.demo import run_demo


async def test_it_shows_the_main_job_and_saves_the_pictures(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--once", "--out", str(tmp_path / "out")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    assert re.search(r"acknowledged +after \d+ ms", output)
    assert re.search(r"thread +“The boat of image 2", output)
    assert re.search(r"task ID +[0-9a-f]{8}-[0-9a-f-]{27}\n", output)
    assert re.search(r"status +pending\n +processing\n +completed\n", output)
    assert re.search(r"paid +1 request, 2 pictures", output)
    saved = sorted((tmp_path / "out").iterdir())
    assert len(saved) == 2
    for path in saved:
        assert str(path) in output
        with Image.open(BytesIO(path.read_bytes())) as image:
            assert image.size == (2048, 2048)


async def test_what_it_says_to_discord_is_looked_at_too(tmp_path: Path) -> None:
    # In this process, where the fixture that compares with Discord's document sees the sandbox.
    assert await run_demo(once=True, out=tmp_path / "out", console=Console(file=StringIO(), width=200)) == 0


async def test_it_ends_with_the_reason_when_the_bot_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.bot_process.sys.executable", "/bin/false")
    console = Console(file=StringIO(), width=200)
    assert await run_demo(once=True, out=tmp_path, console=console) == 1
    assert isinstance(console.file, StringIO)
    assert "The demo failed: the bot did not come up" in console.file.getvalue()


@pytest.mark.parametrize("below", [".", "pictures/today"])
async def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    monkeypatch.setattr("sandbox.demo.BotProcess", None)
    a_file = tmp_path / "file"
    a_file.touch()
    console = Console(file=StringIO(), width=60)
    assert await run_demo(once=True, out=a_file / below, console=console) == 1
    assert isinstance(console.file, StringIO)
    assert f"The folder {a_file / below} cannot be written to." in console.file.getvalue()
