from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.config import checks, load_settings
from bot.errors import ConfigInvalid

Write = Callable[[str], Path]
SHARED = '[storage]\nurl = "postgresql+asyncpg://bot@db/bot"'
SECRET = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


def problems(path: Path, overrides: Mapping[str, object] | None = None) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(path, overrides or {})
    assert caught.value.source == str(path)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return list(caught.value.problems)


def file(discord: str = "", seedream: str = "", rest: str = "") -> str:
    return (
        f'[discord]\ntoken = "discord-t0ken"\n{discord}\n[seedream]\napi_token = "seedream-t0ken"\n{seedream}\n{rest}'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            file(discord='reactions = "all"'),
            "discord.reactions: needs message_content = true, or Discord does not show the bot other people's pictures",
        ),
        (file(seedream="requests_per_second = -1"), "seedream.requests_per_second: must be greater than 0, got -1"),
        (file(seedream="requests_per_second = inf"), "seedream.requests_per_second: must be a finite number, got inf"),
        (
            file(seedream='requests_per_second = "fast"'),
            'seedream.requests_per_second: must be a number, got "fast"',
        ),
        (
            file(seedream="max_concurrent_tasks = 1.5"),
            "seedream.max_concurrent_tasks: must be a whole number, got 1.5",
        ),
        (file(seedream="max_concurrent_tasks = 0"), "seedream.max_concurrent_tasks: must be at least 1, got 0"),
        (
            file(seedream='reference_mode = "send"'),
            'seedream.reference_mode: must be one of "upload" or "direct", got "send"',
        ),
        (
            file(seedream="poll_first_seconds = 9"),
            "seedream.poll_longest_seconds: must not be less than poll_first_seconds (9)",
        ),
        (
            file(seedream="total_timeout_seconds = 1.5"),
            "seedream.total_timeout_seconds: must not be less than connect_timeout_seconds (10)",
        ),
        (file(rest="[cluster]\ncount = 0"), "cluster.count: must be at least 1, got 0"),
        (
            file(rest="[cluster]\nid = 1"),
            "cluster.id: must be less than cluster.count (1), as the first process is 0",
        ),
        (
            file(rest=f"{SHARED}\n[cluster]\ncount = 3\nshards = 2"),
            "cluster.shards: must not be less than cluster.count (3): each process needs one",
        ),
        (
            file(rest="[cluster]\ncount = 2"),
            (
                "cluster: several processes need a database they can share: set storage.url to one of PostgreSQL, "
                '"postgresql+asyncpg://…", or leave cluster.count at 1'
            ),
        ),
        (file(seedream='currency = ""'), "seedream.currency: must not be empty"),
        (
            file(seedream='currency = "Swiss francs"'),
            'seedream.currency: must have at most 8 characters, got "Swiss francs"',
        ),
        (
            file(seedream='price_per_image = { "6.0" = 1 }'),
            'seedream.price_per_image.6.0: must be one of "5.0-lite", "4.5" or "4.0", got "6.0"',
        ),
        (
            file(seedream='price_per_image = { "4.5" = "cheap" }'),
            'seedream.price_per_image.4.5: must be a number, got "cheap"',
        ),
        (file(seedream='price_per_image = { "4.5" = -1 }'), "seedream.price_per_image.4.5: must be at least 0, got -1"),
        (
            file(seedream='price_per_image = "0.03"'),
            'seedream.price_per_image: must be a JSON object in one line, such as {"5.0-lite": "0.035"}',
        ),
        (
            file(seedream='price_per_image = "{"'),
            'seedream.price_per_image: must be a JSON object in one line, such as {"5.0-lite": "0.035"}',
        ),
        (file(seedream="price_per_image = 3"), "seedream.price_per_image: must be a table, got 3"),
        (file('sync_commands = "perhaps"'), 'discord.sync_commands: must be true or false, got "perhaps"'),
        (
            file("thread_archive_minutes = 5"),
            "discord.thread_archive_minutes: must be one of 60, 1440, 4320 or 10080, got 5",
        ),
        (file("gateway_url = 5"), "discord.gateway_url: must be text, got 5"),
        (file('gateway_url = "https://x"'), "discord.gateway_url: must be a ws:// or wss:// address"),
        (file('api_base_url = "discord.com"'), "discord.api_base_url: must be an http:// or https:// address"),
        (file('api_base_url = "http://"'), "discord.api_base_url: must be an http:// or https:// address"),
        (file('api_base_url = "http://h:port"'), "discord.api_base_url: must be an http:// or https:// address"),
        (file('api_base_url = "http://a b"'), "discord.api_base_url: must be an http:// or https:// address"),
        (file('api_base_url = "http://u:p@h"'), "discord.api_base_url: must not carry a user name or password"),
        (file('api_base_url = "http://h/?v=10"'), "discord.api_base_url: must not carry a ? or # part"),
        (
            file(rest='[storage]\nurl = "sqlite:///x.db"'),
            'storage.url: must begin with "sqlite+aiosqlite:///" or "postgresql+asyncpg://" instead of "sqlite://"',
        ),
        (
            file(rest='[storage]\nurl = "postgres://u:p@h/d"'),
            'storage.url: must begin with "sqlite+aiosqlite:///" or "postgresql+asyncpg://" instead of "postgres://"',
        ),
        *(
            (
                file(rest=f'[storage]\nurl = "{url}"'),
                "storage.url: names a database in memory, which would lose every job at a restart; name a file",
            )
            for url in ("sqlite+aiosqlite://", "sqlite+aiosqlite:///", "sqlite+aiosqlite:///:memory:")
        ),
        (
            file(rest='[storage]\nurl = "postgresql+asyncpg://u:p@h"'),
            'storage.url: names no database; it looks like "postgresql+asyncpg://user:password@host/name"',
        ),
        (
            file(rest='[storage]\nurl = "x.db"'),
            'storage.url: must begin with "sqlite+aiosqlite:///" or "postgresql+asyncpg://"',
        ),
        (file(rest="[health]\nport = 70000"), "health.port: must be at most 65535, got 70000"),
        (file(rest="[jobs]\nlease_seconds = true"), "jobs.lease_seconds: must be at least 10, got true"),
        (file("tokn = 1"), "discord.tokn: unknown key; did you mean token?"),
        (file(rest="[helth]\nport = 1"), "helth: unknown section; did you mean health?"),
        (file(rest="[zzz]\nport = 1"), "zzz: unknown section"),
        ("token = 1\n" + file(), "token: unknown key outside of any section"),
        (
            "health = 8080\n" + file(),
            "health: must be a section, written as [health] with its keys below",
        ),
        ('[seedream]\napi_token = "seedream-t0ken"', "discord.token: is missing"),
    ],
)
def test_each_mistake_is_one_line_with_its_key(write: Write, text: str, expected: str) -> None:
    assert problems(write(text)) == [expected]


def test_all_mistakes_are_reported_at_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_HEALTH__PORT", "high")
    monkeypatch.setenv("SEEDREAM_BOT_HEALTH__PROT", "1")
    monkeypatch.setenv("SEEDREAM_BOT_TOKEN", SECRET)
    text = '[discord]\nunknown = 1\n[seedream]\nrequests_per_second = -1\n[nowhere]\n[storage]\nurl = ""\n'
    assert sorted(problems(write(text), {"logging.format": "loud"})) == [
        "SEEDREAM_BOT_HEALTH__PROT: unknown variable; did you mean SEEDREAM_BOT_HEALTH__PORT?",
        "SEEDREAM_BOT_TOKEN: unknown variable; did you mean SEEDREAM_BOT_DISCORD__TOKEN?",
        "discord.token: is missing",
        "discord.unknown: unknown key",
        'health.port: must be a whole number, got "high" (from SEEDREAM_BOT_HEALTH__PORT)',
        'logging.format: must be one of "auto", "json" or "text", got "loud" (from logging.format on the command line)',
        "nowhere: unknown section",
        "seedream.api_token: is missing",
        "seedream.requests_per_second: must be greater than 0, got -1",
        'storage.url: must begin with "sqlite+aiosqlite:///" or "postgresql+asyncpg://"',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[discord]\ntoken = \n", "line 2, column 9: not valid TOML: Invalid value"),
        ("[discord]\ntoken = ", "is not valid TOML: Invalid value, at the end of the file"),
        ("[discord\n", "line 1, column 9: not valid TOML: "),
        ('[discord]\ntoken = "abc', "is not valid TOML: "),
    ],
)
def test_a_toml_mistake_is_said_with_line_and_column_and_nothing_else(write: Write, text: str, expected: str) -> None:
    (problem,) = problems(write(text))
    assert problem.startswith(expected)
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("your-token-here", "placeholder"),
        ("YOUR_DISCORD_TOKEN", "placeholder"),
        ("<token>", "placeholder"),
        ("changeme", "placeholder"),
        ("xxxxXXXX", "placeholder"),
        ("...", "placeholder"),
        (f"Bot {SECRET}", 'without "Bot " in front'),
        (f"Bearer {SECRET}", 'without "Bearer " in front'),
        (f"{SECRET} {SECRET}", "white space in the middle"),
        (f"{SECRET}…", "no token has"),
        (f"{SECRET}\x07", "no token has"),
    ],
)
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        checks.token(SecretStr(token))
    assert SECRET not in str(caught.value)


@given(st.from_regex(r"[\w-]{24}\.[\w-]{6}\.[\w-]{38}", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_what_looks_like_a_real_token_is_taken(token: str) -> None:
    if checks.token(SecretStr(f" {token} ")).get_secret_value() != token:
        raise AssertionError(token)


@pytest.mark.parametrize(
    "text",
    [
        f'discord = "{SECRET}"\n[seedream]\napi_token = "seedream-t0ken"',
        file("api_base_url = " + f'"{SECRET}"'),
        file(rest=f'[logging]\nlevel = "{SECRET}"'),
        file(rest='[logging]\nlevel = "discord-t0ken"'),
        file(rest='[logging]\nformat = "seedream-t0ken"'),
        file(rest=f'[storage]\nurl = "mysql://root:{SECRET}@h/d"'),
        file(rest=f'[storage]\nurl = "postgresql+asyncpg://root:{SECRET}@h"'),
        file(rest='[storage]\nurl = "postgresql+asyncpg://u:db-t0ken@h/d"\n[logging]\nlevel = "db-t0ken"'),
        file(f'tokn = "{SECRET}"'),
        file(f"token_file = ['{SECRET}']"),
        f'[discord]\ntoken = ["{SECRET}"]\n[seedream]\napi_token = "seedream-t0ken"',
    ],
)
def test_no_complaint_shows_a_secret(write: Write, text: str) -> None:
    shown = "\n".join(problems(write(text)))
    assert SECRET not in shown
    assert "t0ken" not in shown
