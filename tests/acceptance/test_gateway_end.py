"""The connection to Discord ending for good, or staying away: words instead of tracebacks, and a truthful health."""

import asyncio
import socket
from io import StringIO
from pathlib import Path

import aiohttp
import pytest
from rich.console import Console

from bot.cli.doctor import run_doctor
from bot.cli.outcome import Guard
from bot.errors import BotError, DiscordRefused, DiscordTokenRefused, DiscordUnreachable
from sandbox.bot_process import BotProcess
from sandbox.faults import Fault, FaultKind
from sandbox.world import SandboxWorld
from tests.acceptance.house import House


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (4004, DiscordTokenRefused, "DiscordTokenRefused"),
        (4013, DiscordRefused, "intents that do not exist"),
        (4014, DiscordRefused, "Message Content Intent"),
    ],
)
async def test_a_closing_for_good_ends_the_waiting_with_its_reason(
    house: House, code: int, kind: type[BotError], words: str
) -> None:
    app, discord = house.app, house.world.discord
    assert app is not None
    # A closing that comes upon a client still busy with its greeting may look like a broken connection to it.
    await discord.until(lambda: app.discord.offline_seconds is None, what="the bot to know of its connection")
    await discord.disconnect_gateway(code)
    with pytest.raises(kind, match=words):
        await asyncio.wait_for(app.wait(), 20)
    assert app.trouble() == "it has given up its connection to Discord"


async def test_a_gateway_that_is_not_told_keeps_the_bot_from_starting(empty_house: House) -> None:
    refusal = '{"message": "403: Forbidden", "code": 0}'
    empty_house.world.discord.faults.add(Fault(FaultKind.STATUS, path="/gateway/bot$", status=403, body=refusal))
    with pytest.raises(DiscordUnreachable):
        await empty_house.start()


async def test_a_token_that_is_reset_while_the_bot_runs_is_one_readable_line(tmp_path: Path) -> None:
    async with SandboxWorld() as world, BotProcess(tmp_path, world.settings(tmp_path)) as bot:
        await world.discord.wait_ready(timeout=30)
        # Whatever the bot makes of the closing, its session is worth nothing any more.
        world.discord.application.token = "the.new.token"
        await world.discord.disconnect_gateway(4004)
        await asyncio.wait_for(bot.ended(), 30)
        assert await bot.stop() == 1
    assert bot.log_tail(1).startswith("Error: Discord does not accept the bot token.")
    assert "Traceback" not in bot.log_tail(1000)


async def test_health_tells_when_discord_is_away_for_long(empty_house: House) -> None:
    port = unused_port()
    await empty_house.start(health={"port": port})
    app, discord = empty_house.app, empty_house.world.discord
    assert app is not None

    async def healthz() -> tuple[int, str | None]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.status, (await answer.json()).get("reason")

    await discord.until(lambda: app.discord.offline_seconds is None, what="the bot to know of its connection")
    await empty_house.clock.advance(3600)
    assert await healthz() == (200, None)
    away = discord.faults.add(Fault(FaultKind.STATUS, path="^/gateway", status=503, times=None))
    await discord.disconnect_gateway("reset")
    await empty_house.world.until(lambda: app.discord.offline_seconds is not None, what="the connection to be missed")
    await empty_house.clock.advance(299 - (app.discord.offline_seconds or 0))
    assert await healthz() == (200, None)
    await empty_house.clock.advance(3661)
    assert await healthz() == (503, "it has not been connected to Discord for 66 minutes")
    discord.faults.remove(away)


async def test_a_connection_that_comes_back_is_well_again(house: House) -> None:
    app, discord = house.app, house.world.discord
    assert app is not None
    await discord.disconnect_gateway()
    await discord.until(lambda: discord.world.gateway.resumes, what="the session to be resumed")
    await discord.until(lambda: app.discord.offline_seconds is None, what="the bot to know that it is back")
    await house.clock.advance(3600)
    assert app.trouble() is None


async def test_health_tells_when_the_worker_has_ended(house: House) -> None:
    assert house.app is not None
    house.app.worker.abandon()
    await asyncio.wait_for(house.app.wait(), 20)
    assert house.app.trouble() == "it has stopped working on its jobs"


async def test_a_taken_health_port_is_one_readable_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        async with (
            SandboxWorld() as world,
            BotProcess(tmp_path, world.settings(tmp_path, health={"port": port})) as bot,
        ):
            await asyncio.wait_for(bot.ended(), 30)
            assert await bot.stop() == 1
    assert bot.log_tail(1) == (
        f"Error: The health check cannot listen on 127.0.0.1:{port}: the port is taken by another program. "
        "Choose another with health.port, or 0 to switch it off."
    )


async def test_doctor_beside_the_running_bot_finds_everything_in_order(tmp_path: Path) -> None:
    port = unused_port()
    async with SandboxWorld() as world, BotProcess(tmp_path, world.settings(tmp_path, health={"port": port})):
        await world.discord.wait_ready(timeout=30)
        screen = StringIO()
        code = await run_doctor(tmp_path / "config.toml", Console(file=screen, width=200), Guard())
    said = screen.getvalue()
    assert code == 0, said
    assert f"{port} on 127.0.0.1: the bot is running and answers" in said
    assert "is sound and up to date" in said
