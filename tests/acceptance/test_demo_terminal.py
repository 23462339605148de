"""`seedream-bot demo` on a terminal: it keeps running, and says by its exit code how that ended."""

import asyncio
import os
import pty
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.processes import with_default_signals

# Makes the terminal the process's own, so that a typed Ctrl-C becomes a signal; then becomes the demo.
ON_A_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, '-m', 'bot', *sys.argv[1:]])"
)
CTRL_C = b"\x03"


class Terminal:
    """A program on a pseudo-terminal, what it shows, and a keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, handle: int) -> None:
        self.process = process
        self._handle = handle
        self._shown = bytearray()
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        asyncio.get_running_loop().add_reader(handle, self._read)

    @property
    def screen(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._shown.decode(errors="replace")).replace("\r\n", "\n")

    def press(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    async def shows(self, pattern: str) -> re.Match[str]:
        """Wait until something stands on the screen."""
        async with asyncio.timeout(50):
            while (found := re.search(pattern, self.screen)) is None:
                assert self.process.returncode is None, self.screen
                self._changed.clear()
                await self._changed.wait()
            return found

    async def ended(self) -> int:
        """Wait until the program has ended and everything it wrote stands on the screen; return its exit code."""
        async with asyncio.timeout(30):
            await self._over.wait()
            return await self.process.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)

    def _read(self) -> None:
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            # What Linux says where others say end of file: nobody has the other side open any more.
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._handle)
            self._over.set()
        self._shown += data
        self._changed.set()


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", ON_A_TERMINAL, "demo", "--out", str(tmp_path)),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=with_default_signals,
        )
    finally:
        os.close(theirs)
    terminal = Terminal(process, ours)
    try:
        yield terminal
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        terminal.close()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pictures(folder: Path) -> list[Path]:
    return list(folder.glob("*.*"))


async def test_ctrl_c_stops_everything_and_is_no_failure(terminal: Terminal, tmp_path: Path) -> None:
    await terminal.shows(r"Go on yourself at http://127\.0\.0\.1:\d+; Ctrl-C ends everything\.\s*$")
    bot = int((await terminal.shows(r"The bot is process (\d+)"))[1])
    assert is_running(bot)
    terminal.press(CTRL_C)
    await terminal.shows("Stopping.")
    assert re.search(r"Open http://127\.0\.0\.1:\d+ to use it yourself\.[\s\S]*bot started", terminal.screen)
    assert await terminal.ended() == 0, terminal.screen
    assert not is_running(bot)
    assert "Traceback" not in terminal.screen
    assert len(pictures(tmp_path)) == 2


async def test_a_bot_that_dies_meanwhile_is_a_failure(terminal: Terminal) -> None:
    bot = int((await terminal.shows(r"The bot is process (\d+)"))[1])
    os.kill(bot, signal.SIGKILL)
    assert await terminal.ended() == 1, terminal.screen
    assert "The bot has ended by itself." in terminal.screen


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, and only Linux tells of a dead parent")


def folder_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/cwd").readlink()


def child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii"))


async def end_of(pid: int) -> None:
    """Wait until a process that is not this one's child has ended."""
    over = asyncio.Event()
    handle = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(handle, over.set)
    try:
        async with asyncio.timeout(30):
            await over.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


@on_linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_demo_that_is_told_to_end_takes_the_bot_and_its_folder_along(
    terminal: Terminal, number: signal.Signals
) -> None:
    bot = int((await terminal.shows(r"The bot is process (\d+)"))[1])
    folder = folder_of(bot)
    terminal.process.send_signal(number)
    assert await terminal.ended() == 128 + number, terminal.screen
    assert not is_running(bot)
    assert not await asyncio.to_thread(folder.exists)
    assert "Traceback" not in terminal.screen


@on_linux
async def test_it_may_be_told_so_while_the_job_is_under_way(terminal: Terminal) -> None:
    await terminal.shows("acknowledged")
    bot = child_of(terminal.process.pid)
    folder = folder_of(bot)
    terminal.process.terminate()
    terminal.process.terminate()
    assert await terminal.ended() == 128 + signal.SIGTERM, terminal.screen
    assert not is_running(bot)
    assert not await asyncio.to_thread(folder.exists)


@on_linux
async def test_the_bot_ends_even_if_the_demo_is_killed(terminal: Terminal) -> None:
    bot = int((await terminal.shows(r"The bot is process (\d+)"))[1])
    folder = folder_of(bot)
    end = asyncio.ensure_future(end_of(bot))
    await asyncio.sleep(0)
    terminal.process.kill()
    await end
    await asyncio.to_thread(shutil.rmtree, folder)
