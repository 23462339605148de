"""What whoever runs the bot reads in its log, from the start to the end."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import __version__
from sandbox.bot_process import BotProcess
from sandbox.faults import Fault, FaultKind
from sandbox.world import SandboxWorld


@pytest.fixture
async def world() -> AsyncIterator[SandboxWorld]:
    async with SandboxWorld() as world:
        yield world


def log(bot: BotProcess) -> list[dict[str, Any]]:
    text = bot.log_path.read_text(encoding="utf-8")
    # What follows the last line feed is half written.
    return [json.loads(line) for line in text.split("\n")[:-1]]


def events(bot: BotProcess) -> list[str]:
    return [line["event"] for line in log(bot)]


async def line(world: SandboxWorld, bot: BotProcess, what: Callable[[str], bool]) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        return next((entry for entry in log(bot) if what(entry["event"])), None)

    return await world.until(found, what="a line in the log", timeout=30)


async def test_it_says_when_it_is_ready_and_when_it_has_stopped(world: SandboxWorld, tmp_path: Path) -> None:
    world.discord.add_guild("Atelier")
    async with BotProcess(tmp_path, world.settings(tmp_path)) as bot:
        ready = await line(world, bot, "ready".__eq__)
        assert (ready["version"], ready["servers"], ready["database"]) == (__version__, 1, "sqlite")
        assert await bot.stop() == 0
    assert events(bot)[-2:] == ["stopping", "stopped"]
    assert not [entry for entry in log(bot) if entry["logger"].startswith("alembic")]
    assert not [event for event in events(bot) if "no server" in event or "Seedream" in event]


async def test_a_bot_in_no_server_gives_its_invitation(world: SandboxWorld, tmp_path: Path) -> None:
    async with BotProcess(tmp_path, world.settings(tmp_path)) as bot:
        told = await line(world, bot, lambda event: "no server" in event)
    assert told["level"] == "warning"
    assert told["link"] == (
        f"https://discord.com/oauth2/authorize?client_id={world.discord.application.id}"
        "&permissions=309237763072&scope=bot+applications.commands"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_token": "wrong"}, "token"),
        ({"api_base_url": "http://127.0.0.1:1"}, "Seedream"),
    ],
)
async def test_a_seedream_that_cannot_be_used_is_told_and_the_bot_goes_on(
    world: SandboxWorld, tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    world.discord.add_guild("Atelier")
    async with BotProcess(tmp_path, world.settings(tmp_path, seedream=changes)) as bot:
        told = await line(world, bot, "Seedream cannot be used now".__eq__)
        assert told["level"] == "error"
        assert words in told["problem"]
        await line(world, bot, "ready".__eq__)
        assert bot.running
        assert await bot.stop() == 0
    assert not world.seedream.ledger


async def test_an_answer_that_does_not_come_holds_nothing_up(world: SandboxWorld, tmp_path: Path) -> None:
    world.discord.add_guild("Atelier")
    world.seedream.faults.add(Fault(FaultKind.DELAY, seconds=1e6))
    async with BotProcess(tmp_path, world.settings(tmp_path)) as bot:
        await world.until(lambda: not world.seedream.faults.faults, what="the question", timeout=30)
        await line(world, bot, "ready".__eq__)
        assert await bot.stop() == 0
    assert "Seedream cannot be used now" not in events(bot)


async def test_a_gateway_that_is_away_is_told_in_one_line(world: SandboxWorld, tmp_path: Path) -> None:
    world.discord.add_guild("Atelier")
    async with BotProcess(tmp_path, world.settings(tmp_path)) as bot:
        await line(world, bot, "ready".__eq__)
        world.discord.faults.add(Fault(FaultKind.STATUS, path="^/gateway", status=503, times=None))
        await world.discord.disconnect_gateway("reset")
        told = await line(world, bot, lambda event: event.startswith("no connection to Discord"))
        assert told["level"] == "warning"
        assert told["event"].endswith("; trying again; jobs go on")
    assert "Traceback" not in bot.log_path.read_text(encoding="utf-8")
