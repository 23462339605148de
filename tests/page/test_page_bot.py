"""The bot's process under the page's control: a real one, with a real database that stays."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from sandbox.bot_process import BotProcess, ForeignProcess, Process
from sandbox.discord import ClientRefused
from sandbox.page.bots import ManagedBot
from sandbox.page.desk import Desk
from sandbox.page.scene import Scene, furnish
from sandbox.page.server import PageServer
from sandbox.world import SandboxWorld
from tests.page.tab import SECONDS, Browser, Tab

SLEEPER = "import time; print('\\x1b[31mhello\\x1b[0m', flush=True); time.sleep(3600)"


@pytest.fixture
async def world() -> AsyncIterator[SandboxWorld]:
    """Of real time, for a process knows no other."""
    async with SandboxWorld() as world:
        plan = world.seedream.plan
        world.seedream.plan = replace(plan, pending_seconds=0, processing_seconds=2.0, drawn_size=(160, 120))
        yield world


@pytest.fixture
async def scene(world: SandboxWorld) -> Scene:
    return await furnish(world)


@asynccontextmanager
async def serving(world: SandboxWorld, scene: Scene, process: Process) -> AsyncIterator[Tab]:
    desk = Desk(world, scene.persons, ManagedBot(process, world.discord))
    async with PageServer(desk) as server, aiohttp.ClientSession() as session:
        assert isinstance(desk.bot, ManagedBot)
        async with desk.bot, Browser(server, session).tab() as tab:
            yield tab


@pytest.fixture
async def tab(world: SandboxWorld, scene: Scene, tmp_path: Path) -> AsyncIterator[Tab]:
    """A page over the unmodified bot."""
    process = BotProcess(tmp_path, world.settings(tmp_path, seedream={"poll_first_seconds": 0.2}))
    async with serving(world, scene, process) as tab:
        yield tab


@pytest.fixture
async def sleeper(world: SandboxWorld, scene: Scene, tmp_path: Path) -> AsyncIterator[Tab]:
    """A page over a program that only sleeps."""
    async with serving(world, scene, ForeignProcess(tmp_path, [sys.executable, "-c", SLEEPER], {})) as tab:
        yield tab


async def shows(tab: Tab, state: str) -> int | None:
    """Wait until the panel shows a state; return the process."""
    await tab.until(lambda: tab.view["bot"]["state"] == state)
    pid: int | None = tab.view["bot"]["pid"]
    return pid


async def test_a_job_outlives_kill_and_start_and_is_paid_once(tab: Tab, scene: Scene) -> None:
    first = await shows(tab, "running")
    assert tab.view["bot"]["connected"]
    command = (await tab.until(lambda: tab.one("command", name="seedream")))["id"]
    fields = {"channel": str(scene.pictures.id), "command": command}
    await tab.act("slash", **fields, options={"prompt": "a red boat"})
    await tab.until(lambda: tab.view["ledger"]["requests"] == 1)
    await tab.until(lambda: next((item for item in tab.all("task") if item["polls"]), None))
    await tab.act("bot", do="kill")
    assert await shows(tab, "killed") is None
    await tab.until(lambda: not tab.view["bot"]["connected"])
    number = (await tab.act("slash", **fields, options={"prompt": "nobody hears"}))["interaction"]
    await tab.until(lambda: tab.view.get(f"interaction:{number}", {}).get("state") == "failed")
    await tab.act("bot", do="start")
    assert await shows(tab, "running") not in (None, first)
    await tab.until(lambda: next((item for item in tab.all("message") if item["seen"]["thread"]), None))
    thread = tab.one("channel", kind="thread")
    await tab.until(
        lambda: next(
            (m for m in tab.all("message") if m["attachments"] and m["channel_id"] == thread["id"]),
            None,
        )
    )
    assert tab.view["ledger"]["requests"] == 1
    await tab.until(lambda: sum("logging in" in line for line in tab.view["bot"]["log"]) == 2)


async def test_stop_start_and_restart(sleeper: Tab) -> None:
    first = await shows(sleeper, "starting")
    await sleeper.until(lambda: sleeper.view["bot"]["log"] == ["hello"])
    assert await sleeper.refusal("bot", do="start") == "The bot is running already."
    await sleeper.act("bot", do="stop")
    assert await shows(sleeper, "stopped") is None
    for deed in ("stop", "kill"):
        assert await sleeper.refusal("bot", do=deed) == "The bot is not running."
    await sleeper.act("bot", do="restart")
    second = await shows(sleeper, "starting")
    await sleeper.act("bot", do="restart")
    third = await sleeper.until(lambda: sleeper.view["bot"]["pid"] not in (None, second) and sleeper.view["bot"]["pid"])
    assert len({first, second, third}) == 3
    await sleeper.act("bot", do="kill")
    assert await shows(sleeper, "killed") is None


async def test_two_at_once(sleeper: Tab) -> None:
    first, second = await sleeper.start("bot", do="restart"), await sleeper.start("bot", do="kill")
    await sleeper.answer(first)
    with pytest.raises(Exception, match="being stopped or started already"):
        await sleeper.answer(second)


@pytest.mark.parametrize(
    ("deed", "state", "runs"), [("restart", "starting", True), ("stop", "stopped", False), ("kill", "killed", False)]
)
async def test_a_deed_is_done_though_whoever_asked_goes_away(
    world: SandboxWorld, tmp_path: Path, deed: str, state: str, *, runs: bool
) -> None:
    process = ForeignProcess(tmp_path, [sys.executable, "-c", SLEEPER], {})
    async with ManagedBot(process, world.discord) as bot:
        first, changed = bot.pid, asyncio.Event()
        bot.subscribe(changed.set)
        # As the acts of a tab are that is closed.
        asked = asyncio.create_task(bot.do(deed))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert asked.cancelled()
        while bot.state != state or bot.pid == first or process.running is not runs:
            changed.clear()
            await asyncio.wait_for(changed.wait(), SECONDS)


async def test_a_restart_is_not_finished_once_the_page_ends(world: SandboxWorld, tmp_path: Path) -> None:
    process = ForeignProcess(tmp_path, [sys.executable, "-c", SLEEPER], {})
    async with ManagedBot(process, world.discord) as bot:
        restart = asyncio.create_task(bot.do("restart"))
        await asyncio.sleep(0)
    await restart
    assert (bot.state, process.running) == ("stopped", False)
    with pytest.raises(ClientRefused, match="being stopped or started already"):
        await bot.do("start")


async def test_a_bot_that_ends_by_itself(world: SandboxWorld, scene: Scene, tmp_path: Path) -> None:
    process = ForeignProcess(tmp_path, [sys.executable, "-c", "print('that is all')"], {})
    async with serving(world, scene, process) as tab:
        await shows(tab, "ended")
        await tab.until(lambda: tab.view["bot"]["log"] == ["that is all"])


async def test_only_an_end_by_itself_counts_as_such(world: SandboxWorld, tmp_path: Path) -> None:
    process = ForeignProcess(tmp_path, [sys.executable, "-c", SLEEPER], {})
    async with ManagedBot(process, world.discord) as bot:
        ended = asyncio.create_task(bot.ended_by_itself())
        for deed in ("stop", "start", "kill", "start", "restart"):
            await bot.do(deed)
        assert not ended.done()
        assert bot.touched
        assert not process.outcome
        await process.kill()
        await ended
        assert (bot.state, process.outcome) == ("ended", "signal 9")


async def test_a_program_that_is_not_there(world: SandboxWorld, tmp_path: Path) -> None:
    bot = ManagedBot(ForeignProcess(tmp_path, ["no-such-program"], {}), world.discord)
    with pytest.raises(ClientRefused, match='cannot be started: there is no program "no-such-program"'):
        await bot.do("start")


async def test_a_bot_of_somebody_else(world: SandboxWorld, scene: Scene) -> None:
    server = PageServer(Desk(world, scene.persons))
    async with server, aiohttp.ClientSession() as session, Browser(server, session).tab() as tab:
        assert tab.view["bot"]["controllable"] is False
        assert await tab.refusal("bot", do="kill") == "This page did not start the bot and cannot kill it."


def test_of_a_long_log_the_end_is_read(tmp_path: Path) -> None:
    process = Process(tmp_path)
    assert process.log_tail() == ""
    with process.log_path.open("wb") as log:
        log.write("é".encode() * 1_000_000 + b"\n")
        log.write(b"one\ntwo\nthree\n")
    assert process.log_tail(2) == "two\nthree"
    assert len(process.log_tail()) < 1_000_000
