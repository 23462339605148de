"""Bots as processes of their own: the unmodified bot, pointed at the sandbox by its settings alone, or another."""

import asyncio
import errno
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from sandbox import tether

ENVIRONMENT_PREFIX = "SEEDREAM_BOT_"
"""Said here once more: the sandbox imports nothing of the bot, so that it can stand beside any other `bot.py`."""
STOP_SECONDS = 20.0
_TAIL_BYTES = 256 * 1024


def write_config(path: Path, sections: Mapping[str, Mapping[str, Any]]) -> None:
    """Write settings as TOML, readable by their owner only."""
    lines: list[str] = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in keys.items()]
        lines.append("")
    path.touch(mode=0o600)
    path.write_text("\n".join(lines), encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Process:
    """A bot as a child process; its log goes to `folder/bot.log`.

    On Linux it is told to end when the process that started it ends, however that comes about. An async context
    manager; a process that was stopped or has ended can be started again.

    Args:
        folder: an existing folder, for the log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.log_path = folder / "bot.log"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process's id; None before it was started."""
        return self._process.pid if self._process is not None else None

    @property
    def outcome(self) -> str:
        """How the process ended, as "exit code 2" or "signal 9"; empty while it runs and before it was started."""
        code = self._process.returncode if self._process is not None else None
        if code is None:
            return ""
        return f"exit code {code}" if code >= 0 else f"signal {-code}"

    async def ended(self) -> None:
        """Wait until the process has ended, by itself or not."""
        if self._process is not None:
            await self._process.wait()
            await _let_go()

    async def start(self) -> None:
        """Start the process.

        Raises:
            OSError: it cannot be started.
        """
        raise NotImplementedError

    async def _run(self, arguments: list[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        """Run Python with these arguments."""
        log = await asyncio.to_thread(self.log_path.open, "ab")
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *tether.arguments(*arguments),
                cwd=cwd,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C at the terminal is for the sandbox, which then stops the bot in good order.
                start_new_session=True,
            )
        finally:
            log.close()

    async def stop(self) -> int | None:
        """Send SIGTERM, wait, and kill what does not end; return the exit code."""
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
            await _let_go()
        return process.returncode

    async def kill(self) -> None:
        """Send SIGKILL: what a crash is like."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            await _let_go()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log, however long it has grown."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - _TAIL_BYTES))
            end = log.read().decode("utf-8", errors="replace")
        return "\n".join(end.splitlines()[-lines:])


class BotProcess(Process):
    """`seedream-bot run`, or `worker`, in a child process.

    Args:
        folder: an existing folder, the process's working directory.
        sections: its settings.
        command: which of the two.
    """

    def __init__(self, folder: Path, sections: Mapping[str, Mapping[str, Any]], command: str = "run") -> None:
        super().__init__(folder)
        self._sections = sections
        self._command = command

    async def start(self) -> None:
        """Start the process; the settings of whoever runs the sandbox stay out of it."""
        config = self._folder / "config.toml"
        await asyncio.to_thread(write_config, config, self._sections)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT_PREFIX)}
        await self._run(["-m", "bot", self._command, "--config", str(config)], cwd=self._folder, environment=kept)


class ForeignProcess(Process):
    """Any program that is a bot, in a child process, where whoever runs the sandbox stands.

    Args:
        folder: an existing folder, for the log.
        command: the program and its arguments.
        environment: what it is told beside the environment of whoever runs the sandbox.
    """

    def __init__(self, folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
        super().__init__(folder)
        self._command = list(command)
        self._environment = dict(environment)

    async def start(self) -> None:
        """Start the process.

        Raises:
            FileNotFoundError: there is no such program.
        """
        program = await asyncio.to_thread(shutil.which, self._command[0])
        if program is None:
            name = self._command[0]
            raise FileNotFoundError(errno.ENOENT, f'there is no program "{name}"', name)
        become = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
        arguments = ["-c", become, program, *self._command[1:]]
        await self._run(arguments, cwd=Path.cwd(), environment=os.environ | self._environment)


async def _let_go() -> None:
    """Let asyncio close what it kept of an ended process; it does so in its next rounds, not with the exit."""
    for _ in range(3):
        await asyncio.sleep(0)
