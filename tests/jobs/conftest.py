"""One process of the job engine, over each kind of database."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.storage import Database
from bot.storage.database import BUSY_TIMEOUT
from bot.storage.migrate import upgrade
from bot.storage.postgres.backend import PostgresBackend
from bot.storage.postgres.engine import locate, working_engine
from tests.jobs.engine import Engine
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the bot's tables in it; to copy it is faster than to migrate anew."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        shutil.copy(sqlite_template, tmp_path / "jobs.db")
        url = f"sqlite+aiosqlite:///{tmp_path / 'jobs.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = await server.empty()
    # Without the look before the work, which other tests are about.
    opened = await _open(url)
    yield opened
    await opened.close()


async def _open(url: str) -> Database:
    if url.startswith("sqlite"):
        return await Database.open(url)
    return Database(PostgresBackend(working_engine(locate(url), BUSY_TIMEOUT)))


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    """A process that has not begun to work yet."""
    made = Engine.build(database=database)
    yield made
    await made.crash()


@pytest.fixture
async def quick() -> AsyncIterator[Engine]:
    """The same over memory, for tables of some hundred decisions that have little to do with the database."""
    made = Engine.build()
    yield made
    await made.crash()
