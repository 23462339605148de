"""`config.example.toml` is the settings' documentation, so it must name every key and tell every default truly."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Settings, load_settings
from bot.config.model import known_keys
from bot.errors import ConfigInvalid

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TOKENS = {("discord", "token"), ("seedream", "api_token")}
# Unset by default, so the example shows what a value looks like.
WITHOUT_DEFAULT = {
    ("cluster", "shards"),
    ("discord", "gateway_url"),
    ("seedream", "price_per_image"),
    ("storage", "spool_dir"),
}
KEYS = [(section, key) for section, keys in known_keys(Settings).items() for key in keys]


@pytest.fixture(scope="module")
def uncommented() -> str:
    return re.sub(r"^#(?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def shown(uncommented: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(uncommented)


def test_as_it_comes_only_the_two_tokens_are_wanting() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(EXAMPLE)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["discord.token", "seedream.api_token"]
    assert all("placeholder" in problem for problem in caught.value.problems)


def test_with_the_tokens_it_is_valid_and_equals_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_DISCORD__TOKEN", "discord-t0ken")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__API_TOKEN", "seedream-t0ken")
    assert load_settings(EXAMPLE) == load_settings(None)


def test_every_shown_value_is_valid(uncommented: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDREAM_BOT_DISCORD__TOKEN", "discord-t0ken")
    monkeypatch.setenv("SEEDREAM_BOT_SEEDREAM__API_TOKEN", "seedream-t0ken")
    path = tmp_path / "all.toml"
    path.write_text(uncommented, encoding="utf-8")
    load_settings(path)


def test_it_documents_exactly_the_keys_that_exist(shown: dict[str, dict[str, Any]]) -> None:
    assert {(section, key) for section, values in shown.items() for key in values} == set(KEYS)


@pytest.mark.parametrize(("section", "key"), sorted(set(KEYS) - TOKENS - WITHOUT_DEFAULT))
def test_every_default_is_told_truly(shown: dict[str, dict[str, Any]], section: str, key: str) -> None:
    model = Settings.model_fields[section].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    assert shown[section][key] == model.model_fields[key].get_default(call_default_factory=True)


def test_every_key_has_words_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            # A group of keys may share its words.
            above = number - 1
            while re.match(r"#?[a-z_]+ = ", lines[above]):
                above -= 1
            assert lines[above].startswith("# "), line
