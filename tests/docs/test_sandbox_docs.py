"""The sandbox's page of documentation, held to its word: the code in it is run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.clock import ManualClock
from sandbox.discord import DiscordSandbox, Permissions, rate_limit_fault
from sandbox.faults import Fault, FaultKind

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def block(beginning: str) -> str:
    (found,) = (text for text in BLOCKS if beginning in text)
    return str(found)


async def test_the_test_in_ten_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("my_bot")
    exec(block("class MyBot"), module.__dict__)  # noqa: S102 - our own documentation
    monkeypatch.setitem(sys.modules, "my_bot", module)
    names: dict[str, object] = {}
    exec(block("async def test_hello"), names)  # noqa: S102 - our own documentation
    test = names["test_hello"]
    assert callable(test)
    await test()


def test_a_file_of_somebody_elses_called_bot_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("raise SystemExit('somebody else\\'s bot was started')\n", encoding="utf-8")
    (tmp_path / "cogs.py").write_text("raise SystemExit('somebody else\\'s cogs were loaded')\n", encoding="utf-8")
    code = "import sandbox.discord, sandbox.page.__main__, sandbox.world"
    environment = os.environ | {"PYTHONPATH": str(PAGE.parents[1])}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)  # noqa: S603 - our own
    assert (done.returncode, done.stderr) == (0, b"")


async def test_the_ways_to_disturb_a_bot() -> None:
    body = "\n".join(f"    {line}" for line in block("sandbox.faults.add").splitlines())
    names: dict[str, object] = {
        "Fault": Fault,
        "FaultKind": FaultKind,
        "Permissions": Permissions,
        "rate_limit_fault": rate_limit_fault,
    }
    exec(f"async def disturb(sandbox, channel):\n{body}", names)  # noqa: S102 - our own documentation
    disturb = names["disturb"]
    assert callable(disturb)
    async with DiscordSandbox(clock=ManualClock()) as sandbox:
        channel = sandbox.add_guild("Studio").add_text_channel("general")
        await disturb(sandbox, channel)
        assert len(sandbox.faults.faults) == 2
        assert Permissions.SEND_MESSAGES not in channel.permissions_of(sandbox.bot)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http)([^)#]+)", PAGE.read_text(encoding="utf-8")))))
def test_links_lead_somewhere(path: str) -> None:
    assert (PAGE.parent / path).exists()
