"""SIGTERM and SIGINT: nothing new is taken, with words; what runs ends or is parked; and it ends, whatever hangs."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import aiohttp
import discord
import pytest

from bot.app import App, Patience
from bot.cli.running import END_SECONDS
from bot.config import Settings
from bot.storage.sqlite.file import is_locked, locate
from sandbox.bot_process import BotProcess
from sandbox.discord import Channel, Person
from sandbox.faults import Fault, FaultKind
from sandbox.world import SandboxWorld
from tests.acceptance.house import SMALL, House, picture, words
from tests.acceptance.test_gateway_end import unused_port
from tests.support.processes import with_default_signals

SHORT = Patience(admission=0.05, steps=0.05, grace=0.05, discord=0.05, closing=0.3)
RESTARTING = "The bot is being restarted and takes nothing new for a moment. Please try again in a minute."


def test_stopping_takes_less_than_twenty_seconds_in_all() -> None:
    assert Patience().total < END_SECONDS < 20


async def start(house: House, patience: Patience) -> App:
    app = App(Settings.model_validate(house.world.settings(house.folder)), clock=house.clock, patience=patience)
    await app.start()
    house.app = app
    house.world.bot_busy = lambda: app.worker.busy
    await house.world.discord.wait_ready()
    await house.world.discord.until(lambda: app.api_asked, what="the question that follows the start")
    return app


async def test_whoever_asks_while_the_bot_stops_is_told_so_at_no_cost(empty_house: House) -> None:
    house = empty_house
    app = await start(house, Patience(steps=60.0))
    post = house.world.seedream.faults.add(Fault(FaultKind.DELAY, path="/generate/", seconds=30))
    first = await house.ask()
    await house.world.until(lambda: post.struck, what="the POST")
    stopping = asyncio.create_task(house.stop())
    await asyncio.sleep(0)
    assert await house.refused(prompt="a lighthouse") == f"{RESTARTING}\nNothing was spent."
    assert not stopping.done()
    assert app.trouble() is None
    assert "it is being stopped" in await app.monitor.unready()
    # The answer to the POST is waited for, and its task is the next start's.
    await house.world.until(stopping.done, what="the end")
    await stopping
    assert house.paid == 1
    await house.start()
    await house.done(first)
    assert (house.paid, len(house.pictures(first))) == (1, 1)


@pytest.mark.parametrize(
    ("path", "what", "paid"),
    [
        ("/api/upload/file", "an upload", 0),
        ("/generate/", "the POST", 0),
        ("/channels/.*/messages$", "the task message", 1),
    ],
)
async def test_what_hangs_is_parked_and_gone_on_with(empty_house: House, path: str, what: str, paid: int) -> None:
    house = empty_house
    await start(house, SHORT)
    faults = (house.world.discord if path.startswith("/channels") else house.world.seedream).faults
    fault = faults.add(Fault(FaultKind.DELAY, path=path, method="POST", seconds=1e6))
    interaction = await house.ask(image1=picture())
    await house.world.until(lambda: fault.struck, what=what)
    await house.stop()
    assert house.paid == paid
    await house.start()
    card = await house.done(interaction)
    if what == "the POST":
        assert "it cannot be known whether it was taken" in words(card)
        assert house.paid == 0
    else:
        assert (house.paid, len(house.pictures(interaction))) == (1, 1)


async def test_a_discord_that_does_not_answer_the_goodbye_is_left_all_the_same(
    empty_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = asyncio.Event()

    async def silent(_: discord.shard.Shard) -> None:
        await gone.wait()

    monkeypatch.setattr(discord.shard.Shard, "close", silent)
    app = await start(empty_house, SHORT)
    await empty_house.stop()
    gone.set()
    assert app.discord.client.is_closed()
    monkeypatch.undo()
    await empty_house.start()


async def test_a_database_that_does_not_answer_holds_nothing_up(empty_house: House) -> None:
    house = empty_house
    house.replan(processing_seconds=30)
    await start(house, SHORT)
    url = str(house.world.settings(house.folder)["storage"]["url"])
    interaction = await house.ask()
    await house.world.until(lambda: len(house.messages(interaction)) == 1, what="the task message")
    with closing(sqlite3.connect(house.folder / "seedream-bot.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        await house.stop()
    # In this process the writer's thread goes on until SQLite gives up waiting; then the file's lock is free.
    await house.world.discord.until(lambda: not is_locked(locate(url)), what="the lock")
    await house.start()
    await house.done(interaction)
    assert (house.paid, len(house.pictures(interaction))) == (1, 1)


@pytest.fixture
async def world() -> AsyncIterator[SandboxWorld]:
    async with SandboxWorld() as world:
        world.seedream.plan = SMALL
        yield world


def furnish(world: SandboxWorld) -> tuple[Channel, Person]:
    return world.discord.add_guild("Atelier").add_text_channel("pictures"), world.discord.add_person("mara")


async def ended(bot: BotProcess, number: signal.Signals) -> int | None:
    assert bot.pid is not None
    os.kill(bot.pid, number)
    await asyncio.wait_for(bot.ended(), 50)
    return await bot.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_with_everything_hanging_at_once_it_ends_in_good_order(
    world: SandboxWorld, tmp_path: Path, number: signal.Signals
) -> None:
    channel, person = furnish(world)
    async with BotProcess(tmp_path, world.settings(tmp_path, seedream={"poll_first_seconds": 0.1})) as bot:
        await world.discord.wait_ready(timeout=30)
        post = world.seedream.faults.add(Fault(FaultKind.DELAY, path="/generate/", seconds=1e6))
        interaction = await person.slash(channel, "seedream", prompt="a harbour")
        await world.until(lambda: post.struck, what="the POST", timeout=30)
        world.discord.faults.add(Fault(FaultKind.DELAY, path="/messages", seconds=1e6, times=None))
        with closing(sqlite3.connect(tmp_path / "seedream-bot.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await ended(bot, number) == 0
        world.discord.faults.clear()
        await world.discord.until(lambda: not world.discord.world.gateway.ready, what="the bot to be missed")
        await bot.start()

        def told() -> bool:
            return interaction.original is not None and "cannot be known" in words(interaction.original)

        await world.until(told, what="the words", timeout=40)
    assert not world.seedream.ledger


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_probes_are_answered_and_a_stop_is_heeded_while_discord_lets_it_wait(
    world: SandboxWorld, tmp_path: Path
) -> None:
    login = world.discord.faults.add(Fault(FaultKind.DELAY, path="/users/@me", seconds=1e6))
    port = unused_port()
    async with BotProcess(tmp_path, world.settings(tmp_path, health={"port": port})) as bot:
        await world.until(lambda: login.struck, what="the login", timeout=30)
        assert (await get(f"http://127.0.0.1:{port}/healthz"))[0] == 200
        status, body = await get(f"http://127.0.0.1:{port}/readyz")
        assert (status, "it is starting" in body) == (503, True)
        assert await ended(bot, signal.SIGTERM) == 0
        assert "stopped before it had started" in bot.log_tail()


async def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    program = (
        "import asyncio, threading\n"
        "from bot.cli.running import LastResort\n"
        "last = LastResort(0.2)\n"
        "last.begin(); last.begin()\n"
        "asyncio.run(asyncio.wait_for(asyncio.to_thread(threading.Event().wait), 0.01))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stderr=asyncio.subprocess.PIPE, preexec_fn=with_default_signals
    )
    await asyncio.wait_for(process.communicate(), 50)
    assert process.returncode == 0


def test_the_last_resort_is_called_off_where_nothing_hangs() -> None:
    from bot.cli.running import LastResort

    struck: list[int] = []
    last: Callable[[int], object] = struck.append
    resort = LastResort(0.0, last)
    resort.settle()
    assert struck == []
