"""A settings file that is no TOML: the line, what is wrong, and what to do about it; never what stands there."""

from pathlib import Path

import pytest

from bot.config import load_settings
from bot.errors import ConfigInvalid


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("token = s3cret-token", 'text stands between quotation marks: key = "value"'),
        ('token = "s3cret-token', "and the second one is missing"),
        ("token = “s3cret-token”", 'use straight quotation marks: "'),
        ("token: s3cret-token", 'a key is followed by "=", not by ":"'),
        ("token =", 'there is no value after the "="'),
        ("sync_commands = True", "write true or false, in small letters"),
        ("sync_commands = no", "write true or false, in small letters"),
        ("s3cret-token", 'a line is either a comment, which begins with "#", or key = value'),
        ("[discord", "both brackets"),
        ('token = "s3cret"\ntoken = "s3cret-token"', "a second time"),
        ('gateway_url = "C:\\s3cret-token"', "a backslash is written twice"),
    ],
)
def test_the_remedy_is_named_and_nothing_of_the_line(tmp_path: Path, line: str, remedy: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"[discord]\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        load_settings(path)
    (problem,) = caught.value.problems
    assert problem.startswith("line ")
    assert remedy in problem
    assert "s3cret" not in problem
