"""An empty database of each kind per test, and jobs to put into it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import Job, Requester, Status
from bot.domain.place import Place, Venue
from bot.domain.request import GenerationRequest
from bot.storage import Database, SqlJobStore
from sandbox.clock import ManualClock
from tests.support.postgres import PostgresServer

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
JobMaker = Callable[..., Job]
StoreMaker = Callable[..., SqlJobStore]


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'jobs.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return await server.empty()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with await Database.open(url) as opened:
        yield opened


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def make_store(database: Database, clock: ManualClock) -> StoreMaker:
    def make(owner: str = "me", lease: timedelta = timedelta(seconds=60)) -> SqlJobStore:
        return SqlJobStore(database, owner, lease, clock)

    return make


@pytest.fixture
def store(make_store: StoreMaker) -> SqlJobStore:
    return make_store()


@pytest.fixture
def make_job() -> JobMaker:
    def make(number: int = 1, **changes: Any) -> Job:
        place = Place(
            venue=Venue.THREAD,
            application_id=900,
            guild_id=100,
            channel_id=200,
            card_id=0,
            token="a-secret-token",
            token_expires_at=START + timedelta(minutes=15),
            upload_limit=10 * 1024 * 1024,
        )
        job = Job(
            id=f"job{number:013}",
            status=Status.ACCEPTED,
            requester=Requester(42, "Ada", "en-US"),
            place=place,
            request=GenerationRequest("a fox in clay"),
            created_at=START + timedelta(seconds=number),
        )
        return replace(job, **changes)

    return make
