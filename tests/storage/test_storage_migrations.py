"""The history of the tables on both engines: up and down, with data in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BindParameter, Connection, bindparam, create_engine, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.ext.asyncio import create_async_engine

from bot.domain.job import Job, Status
from bot.domain.sources import TaskResults
from bot.storage import Database, SqlJobStore, check
from bot.storage.documents import to_row
from bot.storage.migrate import current_revision, downgrade, known_revisions, newest_revision, upgrade
from bot.storage.tables import jobs, metadata
from sandbox.clock import ManualClock
from tests.support.postgres import PostgresServer

JobMaker = Callable[..., Job]
REVISIONS = sorted(known_revisions())
LATER = {"revision", "turn", "sources", "remarks", "root_id"}
OF_0001 = [column.name for column in jobs.columns if column.name not in LATER]


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'jobs.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(await server.create())


async def _migrate(url: str, revision: str) -> None:
    """Bring a database to any revision, as an older version of the bot would have left it."""

    def work(connection: Connection) -> None:
        upgrade(connection)
        if revision != newest_revision():
            downgrade(connection, revision)

    await _in(url, work)


async def _in(url: str, work: Callable[[Connection], object]) -> None:
    if url.startswith("sqlite"):
        engine = create_engine(url.replace("+aiosqlite", ""))
        with engine.begin() as connection:
            work(connection)
        engine.dispose()
        return
    asynchronous = create_async_engine(url)
    async with asynchronous.begin() as started:
        await started.run_sync(work)
    await asynchronous.dispose()


def _fill(make_job: JobMaker) -> Callable[[Connection], None]:
    """Return what puts a job of every status, and a fact, into a database of the first revision."""
    columns = ", ".join(f'"{name}"' for name in OF_0001)
    values = ", ".join(f":{name}" for name in OF_0001)
    statement = text(f"INSERT INTO jobs ({columns}) VALUES ({values})")  # noqa: S608 - names of columns
    statement = statement.bindparams(*(_typed(name) for name in OF_0001))

    def work(connection: Connection) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        held = {"owner": "somebody", "lease_until": now, "updated_at": now}
        rows = [to_row(make_job(number, status=status), now) | held for number, status in enumerate(Status)]
        connection.execute(statement, [{name: row[name] for name in OF_0001} for row in rows])
        connection.execute(text("INSERT INTO facts VALUES ('tree', 'abc', '2026-01-01 00:00:00.000000')"))

    return work


def _typed(name: str) -> BindParameter[object]:
    return bindparam(name, type_=jobs.c[name].type)


async def test_migrations_make_exactly_the_tables_and_take_them_back(url: str) -> None:
    def work(connection: Connection) -> None:
        assert upgrade(connection) is True
        assert upgrade(connection) is False
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert current_revision(connection) == newest_revision()
        downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert current_revision(connection) is None
        assert upgrade(connection) is True

    await _in(url, work)


def _words(index: ReflectedIndex) -> dict[str, str]:
    return {name: str(option) for name, option in index.get("dialect_options", {}).items()}


async def test_partial_indexes_are_the_same_in_migration_and_metadata(url: str) -> None:
    # Alembic does not compare the WHERE of an index.
    def indexes(connection: Connection) -> set[str]:
        found = inspect(connection).get_multi_indexes()
        return {repr({**index, "dialect_options": _words(index)}) for of_table in found.values() for index in of_table}

    def work(connection: Connection) -> None:
        upgrade(connection)
        migrated = indexes(connection)
        assert any("_where" in index for index in migrated)
        downgrade(connection, "base")
        metadata.create_all(connection)
        assert indexes(connection) == migrated

    await _in(url, work)


@pytest.mark.parametrize("earlier", REVISIONS)
async def test_jobs_of_every_revision_are_worked_on_by_this_version(
    url: str, earlier: str, make_job: JobMaker, clock: ManualClock
) -> None:
    await _migrate(url, "0001")
    await _in(url, _fill(make_job))
    if earlier != "0001":
        await _in(url, upgrade)
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        claims = await store.claim(100)
        assert [claim.status for claim in claims] == list(Status)
        for number, status in enumerate(Status):
            job = await store.get(make_job(number).id)
            assert job == make_job(number, status=status)
            assert job is not None
            await store.save(job, was=status)
        places = text("SELECT id FROM jobs WHERE turn = 'api'")
        turns = await database.read(lambda connection: connection.execute(places).all())
        at_api = [make_job(number).id for number, s in enumerate(Status) if s in {Status.SUBMITTING, Status.WAITING}]
        assert sorted(row.id for row in turns) == at_api
    assert (await check(url)).revision == newest_revision()


@pytest.mark.parametrize("earlier", REVISIONS)
async def test_going_back_keeps_what_the_earlier_version_knows(url: str, earlier: str, make_job: JobMaker) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1))
        for number in range(3):
            await store.add(make_job(number, status=Status.WAITING))
    seen: list[object] = []

    def back_and_look(connection: Connection) -> None:
        downgrade(connection, earlier)
        assert current_revision(connection) == earlier
        columns = {column["name"] for column in inspect(connection).get_columns("jobs")}
        assert columns >= set(OF_0001)
        assert ("turn" in columns) is (earlier != "0001")
        seen.extend(connection.execute(text("SELECT id, owner, status FROM jobs ORDER BY id")).all())
        upgrade(connection)

    await _in(url, back_and_look)
    assert seen == [(make_job(number).id, "me", "waiting") for number in range(3)]
    async with await Database.open(url) as database:
        assert len(await SqlJobStore(database, "me", timedelta(minutes=1)).held()) == 3


async def test_a_job_that_has_not_gathered_its_references_is_not_taken_back(url: str, make_job: JobMaker) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1))
        await store.add(make_job(sources=(TaskResults("task-1"),)))

    def back(connection: Connection) -> None:
        with pytest.raises(RuntimeError, match="gathering their references"):
            downgrade(connection, "0002")

    await _in(url, back)
