from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr, ValidationError

from bot.config import load_api_settings, load_settings
from bot.domain.sizes import Version
from bot.errors import ConfigInvalid, ConfigMissing
from bot.telemetry.redaction import Redactor

Write = Callable[[str], Path]
TOKENS = '[discord]\ntoken = "discord-t0ken-1"\n{}\n[seedream]\napi_token = "seedream-t0ken-1"\n{}\n'


def test_a_file_with_only_the_two_tokens_is_valid(write: Write) -> None:
    settings = load_settings(write(TOKENS.format("", "")))
    assert settings.discord.token.get_secret_value() == "discord-t0ken-1"
    assert settings.discord.api_base_url == "https://discord.com/api/v10"
    assert settings.discord.gateway_url is None
    assert settings.seedream.api_base_url == "https://api.sinancode.com/v1"
    assert settings.seedream.files_base_url == "https://files-api.sinancode.com"
    assert settings.seedream.price_per_image == {}
    assert settings.storage.url == "sqlite+aiosqlite:///seedream-bot.db"


def test_a_flag_wins_over_the_environment_which_wins_over_the_file_which_wins_over_the_default(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(TOKENS.format("", "poll_first_seconds = 2\npoll_longest_seconds = 20\npoll_deadline_minutes = 20"))
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__POLL_LONGEST_SECONDS", "30")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__POLL_DEADLINE_MINUTES", "30")
    settings = load_settings(path, {"seedream.poll_deadline_minutes": 40, "logging.level": None}).seedream
    assert settings.poll_deadline_minutes == 40
    assert settings.poll_longest_seconds == 30
    assert settings.poll_first_seconds == 2
    assert settings.requests_per_second == 10


@pytest.mark.parametrize(
    ("variable", "value", "section", "key", "expected"),
    [
        ("DISCORD__THREAD_ARCHIVE_MINUTES", "10080", "discord", "thread_archive_minutes", 10080),
        ("DISCORD__SYNC_COMMANDS", "false", "discord", "sync_commands", False),
        ("DISCORD__GATEWAY_URL", "ws://127.0.0.1:9/", "discord", "gateway_url", "ws://127.0.0.1:9"),
        ("DISCORD__GATEWAY_URL", "", "discord", "gateway_url", None),
        ("SEEDREAM__API_BASE_URL", " http://127.0.0.1:8/v1// ", "seedream", "api_base_url", "http://127.0.0.1:8/v1"),
        ("SEEDREAM__REQUESTS_PER_SECOND", "2.5", "seedream", "requests_per_second", 2.5),
        (
            "SEEDREAM__PRICE_PER_IMAGE",
            '{"5.0-lite": "0.035", "4.0": 1}',
            "seedream",
            "price_per_image",
            {Version.V5_0_LITE: Decimal("0.035"), Version.V4_0: Decimal(1)},
        ),
        ("STORAGE__URL", "sqlite+aiosqlite:////a/b.db", "storage", "url", "sqlite+aiosqlite:////a/b.db"),
        ("STORAGE__URL", "postgresql+asyncpg://a:b@c/d", "storage", "url", "postgresql+asyncpg://a:b@c/d"),
        ("HEALTH__PORT", "0", "health", "port", 0),
        ("LOGGING__LEVEL", "WARNING", "logging", "level", "warning"),
    ],
)
def test_values_come_from_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, section: str, key: str, expected: object
) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_" + variable, value)
    settings = load_settings(write(TOKENS.format("", "")))
    assert getattr(getattr(settings, section), key) == expected


def test_with_both_tokens_in_the_environment_no_file_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_DISCORD__TOKEN", " discord-t0ken-2\n")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__API_TOKEN", "seedream-t0ken-2")
    assert load_settings(None).discord.token == SecretStr("discord-t0ken-2")


def test_with_nothing_at_all_the_file_is_missing_in_the_folder_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_CONFIG", "")
    with pytest.raises(ConfigMissing) as caught:
        load_settings(None, {"logging.level": "loud"})
    assert (caught.value.path, caught.value.folder) == ("config.toml", str(tmp_path))


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        (
            {"SEEDREAM__API_TOKEN": "seedream-t0ken-2"},
            ["discord.token: is missing; set SEEDREAM_BOT_DISCORD__TOKEN"],
        ),
        (
            {"DISCORD_TOKEN": "discord-t0ken-2", "SEEDREAM__API_TOKEN": "seedream-t0ken-2"},
            [
                "SEEDREAM_BOT_DISCORD_TOKEN: unknown variable; did you mean SEEDREAM_BOT_DISCORD__TOKEN?",
                "discord.token: is missing; set SEEDREAM_BOT_DISCORD__TOKEN",
            ],
        ),
        (
            {"DISCORD__TOKEN": "", "SEEDREAM__API_TOKEN": ""},
            [
                "discord.token: is missing; set SEEDREAM_BOT_DISCORD__TOKEN",
                "seedream.api_token: is missing; set SEEDREAM_BOT_SEEDREAM__API_TOKEN",
            ],
        ),
        (
            {"HEALTH__PORT": "-1"},
            [
                "discord.token: is missing; set SEEDREAM_BOT_DISCORD__TOKEN",
                "seedream.api_token: is missing; set SEEDREAM_BOT_SEEDREAM__API_TOKEN",
                "health.port: must be at least 0, got -1 (from SEEDREAM_BOT_HEALTH__PORT)",
            ],
        ),
    ],
)
def test_mistakes_in_the_environment_are_told_as_those_of_a_file(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], problems: list[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv("SEEDREAM_BOT_" + name, value)
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(None)
    assert caught.value.source == "the environment"
    # pydantic tells a number that came as text as it came.
    assert [problem.replace('"-1"', "-1") for problem in caught.value.problems] == problems


def test_a_file_asked_for_by_name_must_be_there_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_DISCORD__TOKEN", "discord-t0ken-2")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__API_TOKEN", "seedream-t0ken-2")
    with pytest.raises(ConfigMissing):
        load_settings(tmp_path / "confg.toml")


def test_the_default_file_is_looked_for_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(TOKENS.format("sync_commands = false", ""))
    assert load_settings(None).discord.sync_commands is False


def test_the_api_settings_do_without_discord(write: Write) -> None:
    path = write('[seedream]\napi_token = "seedream-t0ken-1"\n[discord]\ntoken = ""\n')
    assert load_api_settings(path).seedream.api_token.get_secret_value() == "seedream-t0ken-1"


def test_the_api_settings_name_the_missing_file() -> None:
    with pytest.raises(ConfigMissing):
        load_api_settings(None)


def test_settings_cannot_be_changed(write: Write) -> None:
    settings = load_settings(write(TOKENS.format("", "")))
    with pytest.raises(ValidationError):
        settings.health = settings.health
    with pytest.raises(ValidationError):
        settings.health.port = 1


def test_secrets_do_not_show(write: Write) -> None:
    settings = load_settings(write(TOKENS.format("", "")))
    assert "t0ken" not in repr(settings) + str(settings)
    assert {secret.get_secret_value() for secret in settings.secrets()} == {"discord-t0ken-1", "seedream-t0ken-1"}


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql+asyncpg://bot:s3same%2Fopen@db.test/bot", "s3same/open"),
        ("postgresql+asyncpg://bot:p%40ss:word@db.test:5432/bot?sslmode=require", "p@ss:word"),
        ("postgresql+asyncpg://bot@/bot?host=/run/a:b@c", None),
        ("sqlite+aiosqlite:////a/b.db", None),
    ],
)
def test_the_password_of_the_database_is_a_secret(write: Write, url: str, password: str | None) -> None:
    settings = load_settings(write(TOKENS.format("", "") + f'\n[storage]\nurl = "{url}"\n'))
    tokens = {"discord-t0ken-1", "seedream-t0ken-1"}
    assert {secret.get_secret_value() for secret in settings.secrets()} - tokens == ({password} if password else set())
    assert url not in repr(settings) + str(settings)
    told = Redactor(settings.secrets()).text(f"cannot open {url}, password {password}")
    for form in (password, quote(password, safe="")) if password else ():
        assert form not in told


def test_two_loads_of_the_same_file_are_equal(write: Write) -> None:
    path = write(TOKENS.format("", ""))
    assert load_settings(path) == load_settings(path)


@pytest.mark.parametrize("path_is", ["directory", "not utf-8"])
def test_a_file_that_cannot_be_read_is_said_in_words(tmp_path: Path, path_is: str) -> None:
    path = tmp_path / "settings.toml"
    if path_is == "directory":
        path.mkdir()
    else:
        path.write_bytes(b'[discord]\ntoken = "\xff"')
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(path)
    assert caught.value.source == str(path)
    assert len(caught.value.problems) == 1
