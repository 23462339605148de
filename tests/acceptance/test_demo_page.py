"""`seedream-bot demo` with its page: where it is, what it shows, and what can be done without ending the demo."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import aiohttp
import pytest
from rich.console import Console

from sandbox.demo import PageWish, run_demo
from tests.page.tab import Tab
from tests.support.processes import with_default_signals


class Demo:
    """A demo without a terminal, and what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.printed = ""

    async def prints(self, pattern: str) -> re.Match[str]:
        """Wait until something has been printed."""
        assert self.process.stdout is not None
        while (found := re.search(pattern, self.printed)) is None:
            async with asyncio.timeout(45):
                line = await self.process.stdout.readline()
            assert line, self.printed
            self.printed += line.decode()
        return found

    async def ended(self) -> int:
        """Wait until it has ended; return its exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(45):
            self.printed += (await self.process.stdout.read()).decode()
            return await self.process.wait()

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        """Open its page as the first person."""
        url = (await self.prints(r"Open (http://127\.0\.0\.1:\d+) to use it yourself\."))[1]
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/live", max_msg_size=0) as socket:
            tab = Tab(socket)
            await tab.until(lambda: tab.heard)
            yield tab


@asynccontextmanager
async def demo(folder: Path, *arguments: str) -> AsyncIterator[Demo]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--out", str(folder), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        preexec_fn=with_default_signals,
    )
    try:
        yield Demo(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_page_shows_the_job_as_it_happens_and_stays(tmp_path: Path) -> None:
    async with demo(tmp_path, "--port", "0") as running:
        await running.prints(r"Open http://127\.0\.0\.1:\d+ to use it yourself")
        assert "bot started" not in running.printed, "the address comes first"
        async with running.tab() as tab:
            statuses: list[str] = []
            while "completed" not in statuses:
                task = await tab.until(lambda: next((t for t in tab.all("task") if t["status"] not in statuses), None))
                statuses.append(task["status"])
            assert statuses == ["pending", "processing", "completed"]
            thread = await tab.until(lambda: tab.one("channel", kind="thread"))
            assert thread["parent"] == tab.one("channel", name="pictures")["id"]
            assert tab.view["ledger"]["images"] == 2
            await running.prints("Ctrl-C ends everything")
            await tab.act("bot", do="kill")
            await tab.until(lambda: tab.view["bot"]["state"] == "killed")
            await tab.act("bot", do="start")
            await tab.until(lambda: tab.view["bot"]["state"] == "running")
            running.process.send_signal(signal.SIGINT)
            assert await tab.end() == aiohttp.WSCloseCode.GOING_AWAY
            assert await running.ended() == 0
            assert "Stopping." in running.printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_it_ends_in_good_order_with_a_tab_open(tmp_path: Path, number: signal.Signals) -> None:
    async with demo(tmp_path, "--port", "0") as running, running.tab():
        await running.prints("acknowledged")
        running.process.send_signal(number)
        assert await running.ended() == 128 + number, running.printed
        assert "Traceback" not in running.printed


async def test_a_job_that_was_spoilt_on_the_page_does_not_end_the_demo(tmp_path: Path) -> None:
    async with demo(tmp_path, "--port", "0") as running, running.tab() as tab:
        await tab.act("fault", name="seedream-failed", on=True)
        await running.prints(r"The demo failed: the task ended as failed")
        await running.prints("Ctrl-C ends everything")
        await tab.act("fault", name="seedream-failed", on=False)
        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 0


async def test_with_once_the_page_is_there_while_it_lasts(tmp_path: Path) -> None:
    async with demo(tmp_path, "--once", "--port", "0") as running, running.tab() as tab:
        await tab.until(lambda: tab.view["ledger"]["images"] == 2)
        assert await running.ended() == 0
        assert "paid             1 request, 2 pictures" in running.printed


async def test_without_a_terminal_there_is_no_page_unless_it_is_asked_for(tmp_path: Path) -> None:
    console = Console(file=StringIO(), width=100)
    assert await run_demo(once=True, out=tmp_path, console=console) == 0
    assert isinstance(console.file, StringIO)
    assert "to use it yourself" not in console.file.getvalue()


async def test_a_taken_port_is_said_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_: object) -> None:
        raise AssertionError("the bot was started")

    monkeypatch.setattr("sandbox.demo.BotProcess.start", start)
    console = Console(file=StringIO(), width=60)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wish = PageWish(port=taken.getsockname()[1])
        assert await run_demo(once=False, out=tmp_path, console=console, page=wish) == 1
    assert isinstance(console.file, StringIO)
    assert f"Port {wish.port} is taken by another program. Name another one with --port" in console.file.getvalue()


async def test_the_browser_is_opened_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("sandbox.demo.open_in_browser", opened.append)
    console = Console(file=StringIO(), width=100)
    assert await run_demo(once=True, out=tmp_path, console=console, page=PageWish(open_browser=True)) == 0
    assert isinstance(console.file, StringIO)
    assert [f"Open {url} to use it yourself." in console.file.getvalue() for url in opened] == [True]
