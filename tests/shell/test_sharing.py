"""What processes on one database tell of each other's settings."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.config import Settings
from bot.sharing import compare_settings
from bot.storage import Database
from tests.support.postgres import PostgresServer


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    name = await postgres.create()
    async with await Database.open(postgres.url(name)) as opened:
        yield opened
    await postgres.drop(name)


async def _started(database: Database, *, gateway: bool = True, **sections: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return what a process that starts finds otherwise: key, its own value, the one before."""
    given: dict[str, Any] = {
        "discord": {"token": "a-discord-token"},
        "seedream": {"api_token": "an-api-token"} | dict(sections.get("seedream", {})),
        "storage": {"url": "postgresql+asyncpg://bot@db.example.com/bot"},
        "cluster": dict(sections.get("cluster", {})),
    }
    with capture_logs() as logs:
        await compare_settings(database, Settings(**given), gateway=gateway)
    return [(entry["key"], entry["here"], entry["before"]) for entry in logs]


async def test_processes_that_were_given_the_same_say_nothing(database: Database) -> None:
    for number in range(2):
        assert await _started(database, cluster={"count": 2, "id": number, "shards": 4}) == []
    # A worker has no shards, and needs not be told of them.
    assert await _started(database, gateway=False) == []


async def test_what_was_given_otherwise_is_told_by_each_that_starts(database: Database) -> None:
    await _started(database, cluster={"count": 2}, seedream={"requests_per_second": 5})
    assert await _started(database, cluster={"count": 2, "id": 1, "shards": 4}) == [
        ("seedream.requests_per_second", "10", "5"),
        ("cluster.shards", "4", "2"),
    ]
    assert await _started(database, gateway=False, seedream={"max_concurrent_tasks": 3}) == [
        ("seedream.max_concurrent_tasks", "3", "10")
    ]


async def test_who_is_alone_compares_nothing() -> None:
    async with await Database.open("sqlite+aiosqlite:///:memory:") as database:
        await _started(database, seedream={"requests_per_second": 5})
        assert await _started(database) == []
