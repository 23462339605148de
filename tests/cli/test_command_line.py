"""The shell around the commands: options, exit codes, and that failures are words."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import typer
from aiohttp import web
from pydantic import SecretStr
from rich.console import Console
from typer.testing import CliRunner

from bot import __version__
from bot.cli import app
from bot.cli.health import Health, probe, probe_url
from bot.cli.outcome import failures_in_words
from bot.cli.words import operator_words
from bot.errors import BotError, DiscordTokenRefused
from bot.storage import Database
from bot.telemetry.health import HealthServer
from sandbox.clock import ManualClock
from sandbox.demo import PageWish
from sandbox.discord import DiscordSandbox
from sandbox.seedream import SeedreamSandbox, TaskPlan
from tests.support.errors import sample
from tests.support.processes import with_default_signals

ROOT = Path(__file__).parents[2]
TOKENS = '[discord]\ntoken = "discord-t0ken"\n[seedream]\napi_token = "seedream-t0ken"\n'


@pytest.fixture
def invoke() -> Callable[..., tuple[int, str, str]]:
    def invoke(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.stdout, result.stderr

    return invoke


Invoke = Callable[..., tuple[int, str, str]]


async def run_for_real(*arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def test_version(invoke: Invoke) -> None:
    assert invoke("--version") == (0, f"seedream-bot {__version__}\n", "")


def test_help_names_the_commands_but_not_the_probe(invoke: Invoke) -> None:
    code, out, _ = invoke("--help")
    assert code == 0
    for command in ("run", "worker", "demo", "doctor", "sync", "generate"):
        assert f" {command} " in out
    assert " health " not in out


@pytest.mark.parametrize(
    "command", ["run", "worker", "demo", "doctor", "sync", "generate", "backup", "restore", "health"]
)
def test_every_command_has_help(invoke: Invoke, command: str) -> None:
    assert invoke(command, "--help")[0] == 0


def test_the_help_of_the_log_level_names_its_key(invoke: Invoke) -> None:
    assert "as in logging.level" in invoke("run", "--help")[1]


async def test_help_waits_for_no_heavy_import() -> None:
    script = (
        "import sys; from bot.cli import app; from typer.main import get_command; get_command(app); "
        "print(sorted({'discord', 'sqlalchemy', 'aiohttp', 'PIL', 'pydantic_settings', 'sandbox'} & set(sys.modules)))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate"], "Give either a PROMPT or --task ID."),
        (["generate", "a boat", "--task", "1"], "Give either a PROMPT or --task ID."),
        (["generate", "a boat", "--max-images", "many"], "must be a whole number or auto."),
        (["generate", "a boat", "--image", "no-such-file.png"], "There is no file no-such-file.png."),
        (["generate", "a boat", "--out", "file/below"], "cannot be made"),
        (["sync", "--guild", "name"], "--guild"),
        (["sync", "--remove"], "needs --guild ID."),
        (["runn"], "No such command"),
        (["run", "--nonsense"], "No such option"),
    ],
)
def test_what_is_not_understood_exits_2(invoke: Invoke, arguments: list[str], words: str) -> None:
    Path("file").touch()
    code, _, err = invoke(*arguments)
    assert code == 2
    assert words in err


@pytest.mark.parametrize("command", [["run"], ["worker"], ["sync"], ["generate", "a boat"], ["health"]])
def test_without_settings_every_command_says_what_is_missing(invoke: Invoke, command: list[str]) -> None:
    code, out, err = invoke(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: There is no config.toml in {Path.cwd()}, and no SEEDREAM_BOT_… variable is set. ")
    assert err.count("\n") == 1


def test_mistakes_in_the_environment_are_listed(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_DISCORD_TOKEN", "discord-t0ken")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__API_TOKEN", "seedream-t0ken")
    code, _, err = invoke("run")
    assert code == 1
    assert err.splitlines() == [
        "Error: The settings in the environment need mending:",
        "  SEEDREAM_BOT_DISCORD_TOKEN: unknown variable; did you mean SEEDREAM_BOT_DISCORD__TOKEN?",
        "  discord.token: is missing; set SEEDREAM_BOT_DISCORD__TOKEN",
    ]


def test_mistakes_in_the_settings_are_listed(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(TOKENS + "[health]\nport = -1\n[nowhere]\n")
    one_of = 'must be one of "debug", "info", "warning" or "error"'
    code, _, err = invoke("run", "--config", str(path), "--log-level", "loud")
    assert code == 1
    first, *lines = err.splitlines()
    assert str(path) in first
    assert lines == [
        "  health.port: must be at least 0, got -1",
        f'  logging.level: {one_of}, got "loud" (from logging.level on the command line)',
        "  nowhere: unknown section",
    ]


def test_the_file_can_be_named_by_the_environment(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_CONFIG", "elsewhere.toml")
    assert "There is no settings file elsewhere.toml." in invoke("run")[2]


def test_generate_refuses_a_broken_rule_in_words(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[seedream]\napi_token = "seedream-t0ken"\n')
    code, out, err = invoke("generate", "a boat", "--max-images", "99", "--version", "6")
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert "99" in err
    assert err.endswith("\nNothing was spent.\n")


def test_generate_ends_a_refused_reference_with_what_it_cost(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[seedream]\napi_token = "seedream-t0ken"\n')
    (tmp_path / "notes.txt").write_text("no picture")
    code, out, err = invoke("generate", "a boat", "--image", "notes.txt")
    assert (code, out) == (1, "")
    assert "Error: Image 1, notes.txt: not an image." in err
    assert err.endswith("\nNothing was spent.\n")


def test_an_error_of_the_bot_is_words_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, failures_in_words():
        raise DiscordTokenRefused
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err.startswith("Error: Discord does not accept the bot token.")


def test_what_is_noted_on_an_error_ends_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    error = DiscordTokenRefused()
    error.add_note("Nothing was spent.")
    with pytest.raises(typer.Exit), failures_in_words():
        raise error
    assert capsys.readouterr().err.endswith("set discord.token.\nNothing was spent.\n")


def test_an_unforeseen_error_shows_where_but_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with failures_in_words() as guard:
            guard.keep([SecretStr("s3cret-value")])
            raise ZeroDivisionError("s3cret-value")

    with pytest.raises(typer.Exit) as caught:
        fail()
    assert caught.value.exit_code == 1
    told = capsys.readouterr().err
    assert "s3cret-value" not in told
    assert "Traceback" in told
    assert "Error: something unforeseen went wrong (ZeroDivisionError)." in told


@pytest.mark.parametrize("kind", [kind for kind in operator_words.registry if kind not in {object, BotError}])
def test_words_for_the_operator_do_not_send_them_to_themselves(kind: type[BotError]) -> None:
    words = operator_words(sample(kind))
    assert "please tell them" not in words
    assert words.endswith((".", "?"))


async def test_the_probe_tells_well_from_unwell() -> None:
    async with HealthServer("127.0.0.1", 0, lambda: None) as server:
        assert await asyncio.to_thread(probe, server.url) == (Health.WELL, f"seedream-bot {__version__} is well")
    async with HealthServer("127.0.0.1", 0, lambda: "it sleeps") as server:
        url = server.url
        assert await asyncio.to_thread(probe, url) == (Health.UNWELL, "seedream-bot is not well: it sleeps")
    health, words = await asyncio.to_thread(probe, url)
    assert health is Health.SILENT
    assert "does not answer" in words


async def test_the_probe_is_not_fooled_by_another_server() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    other = web.Application()
    other.router.add_get("/healthz", answer)
    runner = web.AppRunner(other)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        health, words = await asyncio.to_thread(probe, f"http://127.0.0.1:{runner.addresses[0][1]}/healthz")
    finally:
        await runner.cleanup()
    assert health is Health.SILENT
    assert words.endswith("but not as seedream-bot does")


def test_the_probe_wants_an_http_address() -> None:
    assert probe("ftp://127.0.0.1") == (Health.SILENT, "ftp://127.0.0.1 is no http:// address")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/healthz"),
        (str(IPv4Address(0)), "http://127.0.0.1:8080/healthz"),
        ("::", "http://[::1]:8080/healthz"),
        ("localhost", "http://localhost:8080/healthz"),
    ],
)
def test_the_probe_asks_this_machine(host: str, url: str) -> None:
    assert probe_url(host, 8080) == url


async def test_the_health_command_asks_where_the_settings_say(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    async with HealthServer("127.0.0.1", 0, lambda: None) as server:
        url = server.url
        port = url.split(":")[2].partition("/")[0]
        path.write_text(f"{TOKENS}[health]\nport = {port}\n")
        assert await run_for_real("health", "--config", str(path)) == (
            0,
            f"seedream-bot {__version__} is well\n",
            "",
        )
    code, out, err = await run_for_real("health", url)
    assert (code, out) == (1, "")
    assert "does not answer" in err


async def test_the_health_command_asks_for_readiness(tmp_path: Path) -> None:
    async def unready() -> list[str]:
        return ["it is starting"]

    path = tmp_path / "settings.toml"
    async with HealthServer("127.0.0.1", 0, lambda: None, unready=unready) as server:
        path.write_text(f"{TOKENS}[health]\nport = {server.url.split(':')[2].partition('/')[0]}\n")
        code, out, err = await run_for_real("health", "--ready", "--config", str(path))
    assert (code, out, err) == (1, "", "seedream-bot is not ready: it is starting\n")


def test_backup_and_restore_say_what_they_did_and_what_stands_in_the_way(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(TOKENS)
    code, _, err = invoke("backup", "copy.db")
    assert code == 1
    assert "there is no database" in err
    asyncio.run(_make_database())
    code, out, _ = invoke("backup", "copy.db")
    assert (code, "copy.db is a sound copy of the database" in out) == (0, True)
    code, _, err = invoke("backup", "copy.db")
    assert code == 1
    assert "--force replaces it. Nothing was changed." in err
    code, _, err = invoke("restore", "copy.db")
    assert code == 1
    assert "--force puts it aside. Nothing was changed." in err
    code, out, _ = invoke("restore", "copy.db", "--force")
    assert code == 0
    assert "The former database is kept as" in out
    assert "copy.db is restored." in out


async def _make_database() -> None:
    async with await Database.open("sqlite+aiosqlite:///seedream-bot.db"):
        pass


def test_a_health_check_that_is_switched_off_says_so(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"{TOKENS}[health]\nport = 0\n")
    code, _, err = invoke("health")
    assert code == 1
    assert "switched off" in err


async def test_generate_as_a_process_prints_nothing_but_paths_on_stdout(tmp_path: Path) -> None:
    # The unknown status is logged, and a log line has no business among the paths.
    plan = TaskPlan(
        pending_seconds=0, unknown_status="resting", unknown_seconds=0.2, processing_seconds=0, drawn_size=(64, 64)
    )
    async with SeedreamSandbox(plan=plan) as seedream:
        code, out, err = await run_for_real(
            "generate",
            "a red boat",
            "--out",
            str(tmp_path / "new" / "folder"),
            SEEDREAM_BOT_SEEDREAM__API_TOKEN=seedream.api_token,
            SEEDREAM_BOT_SEEDREAM__API_BASE_URL=seedream.api_base_url,
            SEEDREAM_BOT_SEEDREAM__FILES_BASE_URL=seedream.files_base_url,
        )
    assert (code, len(out.splitlines())) == (0, 1), err
    assert await asyncio.to_thread(Path(out.strip()).is_file)
    assert f"Task {seedream.ledger[0].task_id}" in err
    assert '"task_status": "resting"' in err


async def test_ctrl_c_ends_with_130_without_a_traceback() -> None:
    async with SeedreamSandbox(plan=TaskPlan(pending_seconds=3600), clock=ManualClock()) as seedream:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "generate",
            "a red boat",
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SEEDREAM_BOT_SEEDREAM__API_TOKEN": seedream.api_token,
                "SEEDREAM_BOT_SEEDREAM__API_BASE_URL": seedream.api_base_url,
                "SEEDREAM_BOT_SEEDREAM__FILES_BASE_URL": seedream.files_base_url,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=with_default_signals,
        )
        await seedream.until(lambda: seedream.tasks and next(iter(seedream.tasks.values())).polls, timeout=30)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
    assert f"seedream-bot generate --task {seedream.ledger[0].task_id}".encode() in err


def bot_settings(discord: DiscordSandbox, folder: Path, **more: str) -> dict[str, str]:
    return {
        "SEEDREAM_BOT_DISCORD__TOKEN": discord.token,
        "SEEDREAM_BOT_DISCORD__API_BASE_URL": discord.api_base_url,
        "SEEDREAM_BOT_SEEDREAM__API_TOKEN": "seedream-t0ken",
        "SEEDREAM_BOT_STORAGE__URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
        "SEEDREAM_BOT_HEALTH__PORT": "0",
        **more,
    }


COMMANDS = ["seedream", "Edit with Seedream", "Add to references"]


async def test_sync_registers_the_commands_and_says_how_many(tmp_path: Path) -> None:
    async with DiscordSandbox() as discord:
        told = await run_for_real("sync", **bot_settings(discord, tmp_path))
    assert told == (0, "Registered 3 commands everywhere.\n", "")


async def test_sync_for_one_server_says_which(tmp_path: Path) -> None:
    async with DiscordSandbox() as discord:
        guild = discord.add_guild("Gallery")
        told = await run_for_real("sync", "--guild", str(guild.id), **bot_settings(discord, tmp_path))
    assert told == (
        0,
        (
            f"Registered 3 commands for server {guild.id}. `run` also registers them everywhere, so people there may "
            f"see them twice; take these away with: seedream-bot sync --guild {guild.id} --remove\n"
        ),
        "",
    )


async def test_what_was_registered_for_one_server_can_be_taken_away(tmp_path: Path) -> None:
    async with DiscordSandbox() as discord:
        guild = discord.add_guild("Gallery")
        settings = bot_settings(discord, tmp_path)
        for arguments in (["sync"], ["sync", "--guild", str(guild.id)]):
            assert (await run_for_real(*arguments, **settings))[0] == 0
        assert discord.commands.names(guild.id) == COMMANDS
        code, out, err = await run_for_real("sync", "--guild", str(guild.id), "--remove", **settings)
        assert discord.commands.names(guild.id) == []
        assert discord.commands.names() == COMMANDS
    assert (code, err) == (0, "")
    assert out.startswith(f"Took the commands of server {guild.id} away.")


async def test_sync_for_a_server_without_the_bot_says_so(tmp_path: Path) -> None:
    async with DiscordSandbox() as discord:
        code, out, err = await run_for_real("sync", "--guild", "12345", **bot_settings(discord, tmp_path))
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].endswith("The bot is not in server 12345 (or that is no server's ID).")
    assert "Traceback" not in err


@pytest.mark.parametrize("command", [["run"], ["sync"], ["sync", "--guild", "1"]])
async def test_an_address_that_is_not_discords_is_told_without_its_page(tmp_path: Path, command: list[str]) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(status=404, text="<!doctype html><h1>Nothing here</h1>", content_type="text/html")

    other = web.Application()
    other.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(other)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with DiscordSandbox() as discord:
            wrong = bot_settings(discord, tmp_path, SEEDREAM_BOT_DISCORD__API_BASE_URL=url)
            code, _, err = await run_for_real(*command, **wrong)
    finally:
        await runner.cleanup()
    assert code == 1
    assert err.splitlines()[-1] == (
        f"Error: What answers at {url} is hardly Discord (HTTP 404). Check discord.api_base_url."
    )


@pytest.mark.parametrize("command", ["run", "sync"])
async def test_a_token_that_discord_refuses_is_one_line_and_exit_code_1(tmp_path: Path, command: str) -> None:
    async with DiscordSandbox() as discord:
        wrong = bot_settings(discord, tmp_path, SEEDREAM_BOT_DISCORD__TOKEN="wr0ng.t0ken.1")
        code, _, err = await run_for_real(command, **wrong)
    assert code == 1
    assert err.splitlines()[-1].startswith("Error: Discord does not accept the bot token.")
    assert "Traceback" not in err
    assert "wr0ng" not in err


@pytest.mark.parametrize("arguments", [[], ["--once"], ["--out", "elsewhere"]])
def test_demo_ends_after_one_run_where_there_is_no_terminal_and_hands_its_exit_code_on(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    asked = []

    async def run_demo(*, once: bool, out: Path, console: Console, page: PageWish) -> int:
        assert not page.wanted
        asked.append((once, out, console.is_terminal))
        return 1

    monkeypatch.setattr("sandbox.demo.run_demo", run_demo)
    assert invoke("demo", *arguments)[0] == 1
    assert asked == [(True, Path("elsewhere" if "--out" in arguments else "demo-output"), False)]


@pytest.mark.parametrize(
    ("arguments", "once", "wish"),
    [
        (["--port", "8123"], False, PageWish(8123)),
        (["--port", "0"], False, PageWish(0)),
        (["--open"], False, PageWish(None, open_browser=True)),
        (["--once", "--port", "8123"], True, PageWish(8123)),
    ],
)
def test_demo_serves_its_page_without_a_terminal_where_it_is_asked_to(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, arguments: list[str], once: bool, wish: PageWish
) -> None:
    asked = []

    async def run_demo(*, once: bool, out: Path, console: Console, page: PageWish) -> int:
        asked.append((once, out, console.is_terminal, page))
        return 0

    monkeypatch.setattr("sandbox.demo.run_demo", run_demo)
    assert invoke("demo", *arguments)[0] == 0
    assert asked == [(once, Path("demo-output"), False, wish)]


@pytest.mark.parametrize("port", ["65536", "-1", "many"])
def test_demo_takes_only_what_can_be_a_port(invoke: Invoke, port: str) -> None:
    assert invoke("demo", "--port", port)[0] == 2
