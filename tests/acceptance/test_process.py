"""The bot as a process: it starts, stops in good order, keeps secrets, and is the only one on its database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.bot_process import BotProcess
from sandbox.discord import Channel, Person
from sandbox.seedream import TaskPlan
from sandbox.world import SandboxWorld
from tests.acceptance.house import words

FAST = TaskPlan(pending_seconds=0, processing_seconds=0.1, drawn_size=(64, 64))


@pytest.fixture
async def world() -> AsyncIterator[SandboxWorld]:
    async with SandboxWorld() as world:
        world.seedream.plan = FAST
        yield world


def furnish(world: SandboxWorld) -> tuple[Channel, Person]:
    channel = world.discord.add_guild("Atelier").add_text_channel("pictures")
    return channel, world.discord.add_person("mara")


async def test_sigterm_ends_it_in_good_order_and_the_next_start_goes_on(world: SandboxWorld, tmp_path: Path) -> None:
    channel, person = furnish(world)
    world.seedream.plan = TaskPlan(pending_seconds=1e9)
    bot = BotProcess(tmp_path, world.settings(tmp_path, seedream={"poll_first_seconds": 0.1}))
    async with bot:
        await world.discord.wait_ready(timeout=30)
        interaction = await person.slash(channel, "seedream", prompt="a harbour")
        await world.until(lambda: world.seedream.ledger, what="the POST")
        assert await bot.stop() == 0
    world.seedream.tasks[world.seedream.ledger[0].task_id].plan = FAST
    async with bot:

        def outcome() -> bool:
            return interaction.original is not None and "Outcome:" in words(interaction.original)

        await world.until(outcome, what="the outcome", timeout=30)
    assert len(world.seedream.ledger) == 1


async def test_no_secret_is_logged_even_at_debug_level(world: SandboxWorld, tmp_path: Path) -> None:
    channel, person = furnish(world)
    sections = world.settings(tmp_path, logging={"level": "debug"}, seedream={"poll_first_seconds": 0.1})
    async with BotProcess(tmp_path, sections) as bot:
        await world.discord.wait_ready(timeout=30)
        interaction = await person.slash(channel, "seedream", prompt="a harbour")

        def outcome() -> bool:
            return interaction.original is not None and "Outcome:" in words(interaction.original)

        await world.until(outcome, what="the outcome", timeout=30)
    log = bot.log_path.read_text(encoding="utf-8")
    assert "job accepted" in log
    for secret in (world.discord.token, world.seedream.api_token, interaction.token):
        assert secret not in log


async def test_pictures_on_their_way_do_not_outlive_a_killed_process_for_long(
    world: SandboxWorld, tmp_path: Path
) -> None:
    spool = tmp_path / "seedream-bot.db.spool"
    bot = BotProcess(tmp_path, world.settings(tmp_path))
    async with bot:
        await world.discord.wait_ready(timeout=30)
        await bot.kill()
        left = spool / "results" / "1"
        left.write_bytes(b"half a picture")
        await world.discord.until(lambda: not world.discord.world.gateway.ready, what="the bot to be missed")
        await bot.start()
        await world.discord.wait_ready(timeout=30)
        assert spool.is_dir()
        assert not left.exists()
        assert await bot.stop() == 0
    assert not spool.exists()


async def test_a_second_process_on_the_same_database_is_refused(world: SandboxWorld, tmp_path: Path) -> None:
    async with BotProcess(tmp_path, world.settings(tmp_path)):
        await world.discord.wait_ready(timeout=30)
        second_folder = tmp_path / "second"
        second_folder.mkdir()
        second = BotProcess(second_folder, world.settings(tmp_path))
        async with second:
            await second.ended()
            assert await second.stop() == 1
        assert "Another seedream-bot already works with" in second.log_tail()
        assert "Traceback" not in second.log_tail()


async def test_a_refused_bot_token_is_one_readable_line(world: SandboxWorld, tmp_path: Path) -> None:
    bot = BotProcess(tmp_path, world.settings(tmp_path, discord={"token": "not.the.token"}))
    async with bot:
        await bot.ended()
        assert await bot.stop() == 1
    assert "Discord does not accept the bot token." in bot.log_tail()
    assert "Traceback" not in bot.log_tail()
