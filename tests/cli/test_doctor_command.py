"""`doctor` against both sandboxes over sockets: what passes, what fails with which remedy; it spends nothing."""

import io
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from rich.console import Console

from bot.cli.doctor import application, local, read_settings, run_doctor
from bot.cli.doctor import seedream as seedream_checks
from bot.cli.doctor.check import Check, passed, show
from bot.cli.doctor.shards import shards
from bot.cli.outcome import Guard
from bot.config import ClusterSettings, load_settings
from bot.storage import Database
from bot.telemetry.health import HealthServer
from sandbox.discord import DiscordSandbox, Intents
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import SeedreamSandbox


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as sandbox:
        yield sandbox


class Clinic:
    """A settings file for both sandboxes, and the doctor's words about it."""

    def __init__(self, folder: Path, discord: DiscordSandbox, seedream: SeedreamSandbox) -> None:
        self.path = folder / "settings.toml"
        self.sections: dict[str, dict[str, Any]] = {
            "discord": {"token": discord.token, "api_base_url": discord.api_base_url},
            "seedream": {
                "api_token": seedream.api_token,
                "api_base_url": seedream.api_base_url,
                "files_base_url": seedream.files_base_url,
            },
            "storage": {"url": f"sqlite+aiosqlite:///{folder / 'bot.db'}"},
            "health": {"port": 0},
        }
        self.said = ""

    async def examine(self) -> int:
        lines = []
        for section, keys in self.sections.items():
            lines += [f"[{section}]", *(f"{key} = {value!r}" for key, value in keys.items())]
        self.path.write_text("\n".join(lines), encoding="utf-8")
        self.path.chmod(0o600)
        screen = io.StringIO()
        code = await run_doctor(self.path, Console(file=screen, width=200), Guard())
        self.said = screen.getvalue()
        return code

    def row(self, name: str) -> str:
        """Return the lines of the table from a check's name to the next check."""
        lines = self.said.splitlines()
        start = next(number for number, line in enumerate(lines) if f" {name} " in line)
        rows = [lines[start]]
        for line in lines[start + 1 :]:
            if not line.startswith("     "):
                break
            rows.append(line)
        return "\n".join(rows)


@pytest.fixture
def clinic(tmp_path: Path, discord: DiscordSandbox, seedream: SeedreamSandbox) -> Clinic:
    return Clinic(tmp_path, discord, seedream)


async def test_everything_in_order(clinic: Clinic, discord: DiscordSandbox, seedream: SeedreamSandbox) -> None:
    assert await clinic.examine() == 0, clinic.said
    names = ["Settings", *application.NAMES, *seedream_checks.NAMES, *local.NAMES]
    for name in names:
        assert clinic.row(name).startswith("pass"), clinic.said
    assert "Everything is in order." in clinic.said
    assert discord.token not in clinic.said
    assert seedream.api_token not in clinic.said


async def test_the_invitation_stands_on_a_line_of_its_own_and_asks_for_what_the_bot_uses(
    clinic: Clinic, discord: DiscordSandbox
) -> None:
    await clinic.examine()
    link = (
        f"https://discord.com/oauth2/authorize?client_id={discord.application_id}"
        "&permissions=309237763072&scope=bot+applications.commands"
    )
    assert f"Invite the bot: {link}" in clinic.said.splitlines()


async def test_nothing_is_spent_uploaded_or_registered_and_no_database_is_made(
    clinic: Clinic, discord: DiscordSandbox, seedream: SeedreamSandbox, tmp_path: Path
) -> None:
    await clinic.examine()
    assert {record.method for record in seedream.requests} == {"GET"}
    assert {record.method for record in discord.requests} == {"GET"}
    assert not seedream.ledger
    assert not seedream.uploads
    assert not (tmp_path / "bot.db").exists()


async def test_a_settings_file_with_mistakes_tells_them_all_and_leaves_the_rest(clinic: Clinic) -> None:
    clinic.sections["seedream"]["requests_per_second"] = -1
    clinic.sections["loging"] = {"level": "info"}
    assert await clinic.examine() == 1
    assert "seedream.requests_per_second: must be greater than 0, got -1" in clinic.said
    assert "loging: unknown section; did you mean logging?" in clinic.said
    assert "not checked" not in clinic.said
    assert clinic.said.splitlines()[-2:] == ["The check failed.", "13 further checks need the settings first."]


async def test_a_missing_file_tells_how_to_make_one(tmp_path: Path) -> None:
    screen = io.StringIO()
    assert await run_doctor(tmp_path / "none.toml", Console(file=screen, width=200), Guard()) == 1
    assert "config.example.toml" in screen.getvalue()
    assert "13 further checks need the settings first." in screen.getvalue()


async def test_a_wrong_bot_token_leaves_discord_but_not_the_rest(clinic: Clinic) -> None:
    clinic.sections["discord"]["token"] = "wr0ng.t0ken.1"
    assert await clinic.examine() == 1
    assert clinic.row("Discord token").startswith("FAIL")
    assert "Discord does not accept it" in clinic.said
    assert "https://discord.com/developers/applications" in clinic.row("Discord token")
    for name in application.NAMES[1:]:
        assert "not checked: Discord did not let the bot in" in clinic.row(name)
    assert clinic.row("Seedream API").startswith("pass")
    assert clinic.row("Database").startswith("pass")
    assert "Invite the bot" not in clinic.said


async def test_a_wrong_api_token_is_told(clinic: Clinic) -> None:
    clinic.sections["seedream"]["api_token"] = "wr0ng-t0ken"
    assert await clinic.examine() == 1
    assert "refuses the token (HTTP 401)" in clinic.row("Seedream API")
    assert "seedream.api_token" in clinic.row("Seedream API")
    assert clinic.row("Seedream files").startswith("pass")


@pytest.mark.parametrize(
    ("section", "key", "names"),
    [
        ("discord", "api_base_url", ["Discord token"]),
        ("seedream", "api_base_url", ["Seedream API"]),
        ("seedream", "files_base_url", ["Seedream files"]),
    ],
)
async def test_what_cannot_be_reached_is_told_with_the_key(
    clinic: Clinic, section: str, key: str, names: list[str]
) -> None:
    clinic.sections[section][key] = f"http://127.0.0.1:{_unused_port()}"
    assert await clinic.examine() == 1
    for name in names:
        assert clinic.row(name).startswith("FAIL")
        assert f"{section}.{key}" in clinic.row(name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/users/@me$", "Discord token"),
        ("/applications/@me$", "Application"),
        ("/gateway/bot$", "Gateway"),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": FaultKind.STATUS, "status": 502},
        {"kind": FaultKind.MALFORMED, "body": "<html>"},
        {"kind": FaultKind.MALFORMED, "body": "[]"},
        {"kind": FaultKind.RESET_BEFORE},
    ],
    ids=["502", "html", "list", "reset"],
)
async def test_a_discord_that_answers_oddly_is_a_failure_in_words(
    clinic: Clinic, discord: DiscordSandbox, path: str, name: str, fault: dict[str, Any]
) -> None:
    # A repeatable request on a broken connection is sent once more by aiohttp.
    discord.faults.add(Fault(path=path, times=2, **fault))
    assert await clinic.examine() == 1
    assert clinic.row(name).startswith("FAIL")
    assert "Traceback" not in clinic.said


async def test_an_api_that_is_none_is_told(clinic: Clinic, seedream: SeedreamSandbox) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path="/v1/tasks/", status=404, body="<html>nothing here</html>"))
    assert await clinic.examine() == 1
    assert "hardly the Seedream API" in clinic.row("Seedream API")


async def test_an_api_address_without_its_version_is_told(clinic: Clinic, seedream: SeedreamSandbox) -> None:
    clinic.sections["seedream"]["api_base_url"] = seedream.api_base_url.removesuffix("/v1")
    clinic.sections["seedream"]["api_token"] = "wr0ng-t0ken"
    assert await clinic.examine() == 1
    assert clinic.row("Seedream API").startswith("FAIL")
    # Not from the table, which folds its lines.
    found, _ = await seedream_checks.checks(load_settings(clinic.path).seedream)
    assert found.detail.endswith("it answers, but knows no tasks there")
    assert found.remedy.endswith("Check seedream.api_base_url; it usually ends in /v1.")


async def test_the_file_store_is_not_said_to_be_more_than_there(clinic: Clinic) -> None:
    await clinic.examine()
    assert "uploads are not tried" in clinic.row("Seedream files")


async def test_a_file_store_in_trouble_is_told(clinic: Clinic, seedream: SeedreamSandbox) -> None:
    seedream.faults.add(Fault(FaultKind.STATUS, path="^/$", status=503))
    assert await clinic.examine() == 1
    assert "HTTP 503" in clinic.row("Seedream files")


async def test_the_gateway_that_no_log_in_is_left_for(clinic: Clinic, discord: DiscordSandbox) -> None:
    discord.world.gateway.session_starts_left = 0
    assert await clinic.examine() == 1
    assert "none of 1000 log-ins is left" in clinic.row("Gateway")
    assert "24:00:00" in clinic.row("Gateway") or "1 day" in clinic.row("Gateway")


@pytest.mark.parametrize(("left", "advised"), [(29, True), (30, False)])
async def test_few_log_ins_that_are_left_are_spoken_of(
    clinic: Clinic, discord: DiscordSandbox, left: int, advised: bool
) -> None:
    discord.world.gateway.shards = 3
    discord.world.gateway.session_starts_left = left
    assert await clinic.examine() == 0
    assert ("Restart sparingly" in clinic.row("Gateway")) is advised


@pytest.mark.parametrize(
    ("cluster", "recommended", "found", "todo"),
    [
        ({}, 3, "all of 3, as Discord recommends", ""),
        ({"shards": 2}, 1, "process 0 of 1 has 0, 1 of 2", ""),
        ({"count": 2, "id": 1}, 1, "process 1 of 2 has 1 of 2", ""),
        ({"count": 2, "id": 1, "shards": 4}, 5, "process 1 of 2 has 1, 3 of 4; Discord recommends 5", "to 5 for every"),
    ],
)
def test_the_shards_are_told(cluster: dict[str, int], recommended: int, found: str, todo: str) -> None:
    check = shards({"shards": recommended}, ClusterSettings.model_validate(cluster))
    assert (check.passed, check.detail) == (True, found)
    assert todo in check.remedy
    assert bool(todo) == bool(check.remedy)


async def test_a_gateway_that_cannot_be_reached(clinic: Clinic) -> None:
    clinic.sections["discord"]["gateway_url"] = f"ws://127.0.0.1:{_unused_port()}"
    assert await clinic.examine() == 1
    assert "discord.gateway_url" in clinic.row("Gateway")


async def test_a_gateway_that_is_none(clinic: Clinic, seedream: SeedreamSandbox) -> None:
    clinic.sections["discord"]["gateway_url"] = seedream.files_base_url.replace("http", "ws")
    assert await clinic.examine() == 1
    assert clinic.row("Gateway").startswith("FAIL")


async def test_a_gateway_that_greets_wrongly() -> None:
    async def greet(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"op": 1}')
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", greet)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession() as session:
            api = application.DiscordApi(session, "http://127.0.0.1", SecretStr("t0ken"))
            with pytest.raises(application.NoAnswer, match="greet"):
                await api.hello(f"ws://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("change", "check", "passed", "words"),
    [
        ({}, application.application, True, "Seedream (1)"),
        ({"interactions_endpoint_url": "https://e.example"}, application.application, False, "https://e.example"),
        ({"bot_require_code_grant": True}, application.application, False, "code grant"),
        ({"bot_public": False}, application.application, True, "Only its owner"),
        ({"integration_types_config": {"0": {}, "1": {}}}, application.installation, True, "people's accounts"),
        ({"integration_types_config": {"0": {}}}, application.installation, True, "people cannot add it"),
        ({"integration_types_config": {"1": {}}}, application.installation, False, "cannot be added to servers"),
        ({"integration_types_config": None}, application.installation, True, "in servers only"),
        ({}, application.installation, True, "in servers only"),
        ({"flags": 0}, application.intents, True, "none is on"),
        ({"flags": 1 << 19}, application.intents, True, "Message Content is on"),
        ({"flags": 1 << 18 | 1 << 14}, application.intents, True, "Server Members, Message Content are on"),
    ],
)
def test_what_the_application_tells_is_judged(
    change: dict[str, Any], check: Callable[[dict[str, Any]], Check], passed: bool, words: str
) -> None:
    found = check({"id": "1", "name": "Seedream", "flags": 0, **change})
    assert found.passed is passed
    assert words in f"{found.detail} {found.remedy}"
    assert passed or found.remedy


@pytest.mark.parametrize(
    ("flags", "passed", "words"),
    [
        (0, False, 'Switch on "Message Content Intent"'),
        (1 << 14, False, "discord.message_content = false"),
        (1 << 19, True, "Message Content is needed and on"),
        (1 << 18, True, "Message Content is needed and on"),
        (1 << 19 | 1 << 14, True, "Server Members is on"),
    ],
)
def test_an_intent_that_the_settings_ask_for_has_to_be_on(flags: int, passed: bool, words: str) -> None:
    found = application.intents({"flags": flags}, message_content=True)
    assert found.passed is passed
    assert words in f"{found.detail} {found.remedy}"


async def test_the_settings_say_whether_an_intent_is_needed(clinic: Clinic, discord: DiscordSandbox) -> None:
    clinic.sections["discord"]["message_content"] = "true"
    assert await clinic.examine() == 1
    assert clinic.row("Intents").startswith("FAIL")
    discord.application.privileged_intents = Intents.MESSAGE_CONTENT
    assert await clinic.examine() == 0, clinic.said


async def test_the_application_is_read_over_the_wire(clinic: Clinic, discord: DiscordSandbox) -> None:
    discord.application.interactions_endpoint_url = "https://elsewhere.example/hook"
    del discord.application.integration_types_config["0"]
    assert await clinic.examine() == 1
    assert "https://elsewhere.example/hook" in clinic.row("Application")
    assert "cannot be added to servers" in clinic.row("Installation")


async def test_a_persons_token_is_refused(clinic: Clinic, discord: DiscordSandbox) -> None:
    discord.faults.add(Fault(FaultKind.MALFORMED, path="/users/@me$", body='{"id": "1", "username": "ann"}'))
    assert await clinic.examine() == 1
    assert "belongs to a person" in clinic.row("Discord token")


async def test_a_database_that_is_there_is_sound(clinic: Clinic) -> None:
    async with await Database.open(clinic.sections["storage"]["url"]):
        pass
    assert await clinic.examine() == 0
    assert "sound and up to date" in clinic.row("Database")


async def test_a_file_that_is_no_database_is_told(clinic: Clinic, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_text("this is a shopping list, and a long one at that" * 40)
    assert await clinic.examine() == 1
    assert clinic.row("Database").startswith("FAIL")
    assert "storage.url" in clinic.row("Database")
    assert "not checked: it belongs beside the database" in clinic.row("Spool folder")


async def test_the_spool_folder_is_tried_where_it_is_to_be_and_not_made(clinic: Clinic, tmp_path: Path) -> None:
    assert await clinic.examine() == 0
    assert f"{tmp_path / 'bot.db.spool'} can be written" in clinic.row("Spool folder")
    elsewhere = tmp_path / "fast-disk"
    elsewhere.mkdir()
    clinic.sections["storage"]["spool_dir"] = str(elsewhere)
    assert await clinic.examine() == 0
    assert str(elsewhere / "bot.db-") in clinic.row("Spool folder")
    assert list(elsewhere.iterdir()) == []
    assert not (tmp_path / "bot.db.spool").exists()


async def test_a_spool_folder_that_cannot_be_is_told_with_the_key(clinic: Clinic, tmp_path: Path) -> None:
    clinic.sections["storage"]["spool_dir"] = str(tmp_path / "not-there")
    assert await clinic.examine() == 1
    assert clinic.row("Spool folder").startswith("FAIL")
    assert "storage.spool_dir" in clinic.row("Spool folder")


async def test_a_database_that_cannot_be_named_names_no_spool_folder_either(clinic: Clinic, tmp_path: Path) -> None:
    clinic.sections["storage"] = {"url": "sqlite+aiosqlite:///bot.db?mode=rw", "spool_dir": str(tmp_path)}
    assert await clinic.examine() == 1
    assert "not checked: it is named after the database" in clinic.row("Spool folder")


async def test_a_free_port_passes(clinic: Clinic) -> None:
    clinic.sections["health"]["port"] = _unused_port()
    assert await clinic.examine() == 0
    assert "is free" in clinic.row("Health port")


async def test_a_port_that_another_program_holds_fails(clinic: Clinic) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        clinic.sections["health"]["port"] = other.getsockname()[1]
        assert await clinic.examine() == 1
    assert "health.port" in clinic.row("Health port")


async def test_a_port_that_the_running_bot_holds_passes(clinic: Clinic) -> None:
    url = clinic.sections["storage"]["url"]
    async with HealthServer("127.0.0.1", 0, lambda: None) as server, await Database.open(url):
        clinic.sections["health"]["port"] = int(server.url.split(":")[2].partition("/")[0])
        assert await clinic.examine() == 0
    assert "the bot is running and answers" in clinic.row("Health port")


async def test_a_running_bot_that_is_not_well_fails_with_its_own_words(clinic: Clinic) -> None:
    url = clinic.sections["storage"]["url"]
    async with HealthServer("127.0.0.1", 0, lambda: "it sleeps") as server, await Database.open(url):
        clinic.sections["health"]["port"] = int(server.url.split(":")[2].partition("/")[0])
        assert await clinic.examine() == 1
    assert "seedream-bot is not well: it sleeps" in clinic.row("Health port")
    assert "cannot be used" not in clinic.said


@pytest.mark.parametrize("trouble", [None, "it sleeps"])
@pytest.mark.parametrize("worked_before", [True, False])
async def test_a_port_that_a_bot_with_another_database_holds_fails(
    clinic: Clinic, trouble: str | None, worked_before: bool
) -> None:
    if worked_before:
        # Its lock file stays, but nobody holds it.
        async with await Database.open(clinic.sections["storage"]["url"]):
            pass
    async with HealthServer("127.0.0.1", 0, lambda: trouble) as server:
        clinic.sections["health"]["port"] = int(server.url.split(":")[2].partition("/")[0])
        assert await clinic.examine() == 1
    assert clinic.row("Health port").startswith("FAIL")
    assert "another program answers there" in clinic.row("Health port")
    assert "health.port" in clinic.row("Health port")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o604])
async def test_a_settings_file_that_others_can_read_passes_with_a_warning(clinic: Clinic, mode: int) -> None:
    await clinic.examine()
    clinic.path.chmod(mode)
    _, check = read_settings(clinic.path)
    assert check.passed
    assert (f"chmod 600 {clinic.path}" in check.remedy) is bool(mode & 0o077)


@pytest.mark.parametrize(
    ("servers", "words"), [(0, "none yet"), (1, "in 1 server"), (3, "in 3 servers"), (201, "200 servers or more")]
)
async def test_it_tells_how_many_servers_the_bot_is_in(
    clinic: Clinic, discord: DiscordSandbox, servers: int, words: str
) -> None:
    for number in range(servers):
        discord.add_guild(f"Server {number}")
    assert await clinic.examine() == 0, clinic.said
    assert words in clinic.row("Servers")


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_on_a_narrow_screen_the_checks_are_a_list_with_whole_words() -> None:
    screen = io.StringIO()
    detail = "the folder /var/lib/seedream-bot/a-rather-long-name does not exist"
    checks = [Check("Database", False, detail, "Mend that, or set storage.url to another file."), passed("API", "fine")]
    show(checks, Console(file=screen, width=80))
    assert [line.rstrip() for line in screen.getvalue().splitlines()] == [
        "FAIL  Database",
        f"      {detail}",
        "      To do: Mend that, or set storage.url to another file.",
        "pass  API",
        "      fine",
        "1 of 2 checks failed.",
    ]
