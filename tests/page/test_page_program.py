"""`python -m sandbox.page`: a page over this bot, or over any other program that is one."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.page.browser import open_in_browser
from tests.page.tab import Tab
from tests.support.processes import with_default_signals

ANOTHER_BOT = """
import asyncio, os, discord
from discord import app_commands
from discord.http import Route
from discord.gateway import DiscordWebSocket
import yarl

Route.BASE = os.environ["DISCORD_API_BASE_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
client = discord.Client(intents=discord.Intents.all())
tree = app_commands.CommandTree(client)

@tree.command(description="Say hello.")
async def hello(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("hello from another bot")

@client.event
async def on_ready() -> None:
    await tree.sync()
    print("in", os.getcwd(), flush=True)

client.run(os.environ["DISCORD_TOKEN"])
"""


class Program:
    """The page's program, what it wrote, and where its page is."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/live", max_msg_size=0) as socket:
            tab = Tab(socket)
            await tab.until(lambda: tab.heard)
            yield tab


@asynccontextmanager
async def running(folder: Path, *arguments: str) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox.page", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
        preexec_fn=with_default_signals,
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        found = re.fullmatch(r"Open (http://127\.0\.0\.1:\d+) to use it yourself\. Press Ctrl-C to stop\.\n", line)
        assert found, line + (await process.stdout.read()).decode()
        yield Program(process, found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_another_bot_is_used_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "another.py").write_text(ANOTHER_BOT, encoding="utf-8")
    async with running(tmp_path, "--", sys.executable, "another.py") as program, program.tab() as tab:
        command = await tab.until(lambda: tab.one("command", name="hello"))
        channel = tab.one("channel", name="pictures")["id"]
        await tab.act("slash", channel=channel, command=command["id"])
        await tab.until(lambda: tab.message("hello from another bot"))
        await tab.until(lambda: f"in {tmp_path}" in tab.view["bot"]["log"])


async def test_a_bot_that_dies_is_told_of_on_the_terminal_each_time(tmp_path: Path) -> None:
    async with running(tmp_path, "--", sys.executable, "nosuch.py") as program, program.tab() as tab:
        assert program.process.stdout is not None
        for _ in range(2):
            async with asyncio.timeout(20):
                assert await program.process.stdout.readline() == b"The bot ended by itself (exit code 2):\n"
                assert b"can't open file" in await program.process.stdout.readline()
            await tab.until(lambda: tab.view["bot"]["state"] == "ended")
            await tab.act("bot", do="start")
            # The second time the log holds both ends.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_this_bot_is_the_default_and_ends_with_the_page(tmp_path: Path, number: signal.Signals) -> None:
    async with running(tmp_path) as program, program.tab() as tab:
        await tab.until(lambda: tab.view["bot"]["state"] == "running")
        assert tab.one("command", name="seedream") is not None
        program.process.send_signal(number)
        assert await tab.end() == aiohttp.WSCloseCode.GOING_AWAY
        async with asyncio.timeout(20):
            assert await program.process.wait() == 0


async def refused(*arguments: str, code: int = 1) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox.page", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
    )
    words = (await process.communicate())[0].decode()
    assert process.returncode == code
    return words


async def test_what_cannot_be_started_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"Port {port} is taken by another program. Name another one with --port, or leave it out"
        assert (await refused("--port", str(port))).startswith(sentence)
    for nothing in ("70000", "-1", "http"):
        sentence = await refused(f"--port={nothing}", code=2)
        assert sentence.endswith(f"argument --port: '{nothing}' is no number from 0 to 65535\n")
    assert await refused("--", "no-such-program") == (
        'The bot cannot be started: there is no program "no-such-program".\n'
    )


def test_a_missing_browser_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def note(url: str) -> bool:
        opened.append(url)
        return False

    class Thread:
        def __init__(self, *, target: object, daemon: bool, **_: object) -> None:
            assert daemon, "a browser must not keep the program from ending"
            self.start = target

    monkeypatch.setattr("sandbox.page.browser.webbrowser.open", note)
    monkeypatch.setattr("sandbox.page.browser.threading.Thread", Thread)
    open_in_browser("http://127.0.0.1:1")
    assert opened == ["http://127.0.0.1:1"]
