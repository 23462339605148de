"""Settings are read from a clean environment and an empty working directory."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

BOTH_TOKENS = '[discord]\ntoken = "discord-t0ken-1"\n[seedream]\napi_token = "seedream-t0ken-1"\n'


@pytest.fixture(autouse=True)
def _clean_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("SEEDREAM_BOT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
