"""A PostgreSQL server: what is refused, what is told, what outlives the server's going away."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.ext.asyncio import AsyncTransaction

from bot.domain.job import Job, Status
from bot.errors import DatabaseUnusable, StorageUnavailable
from bot.presentation.errors import describe
from bot.storage import (
    Database,
    FactStore,
    SqlAdmissionLine,
    SqlJobStore,
    SqlRequestRate,
    check,
    in_use,
    reckon_with_restoration,
)
from bot.storage.migrate import newest_revision
from bot.storage.postgres import engine as engines
from bot.storage.postgres.backend import PostgresBackend
from bot.storage.restored import MARK
from bot.storage.tables import jobs
from sandbox.clock import EPOCH, ManualClock
from tests.support.postgres import GUARDED, GUARDED_PASSWORD, PostgresServer

JobMaker = Callable[..., Job]


@pytest.fixture
async def name(postgres: PostgresServer) -> AsyncIterator[str]:
    """A database with nothing in it."""
    made = await postgres.create()
    yield made
    await postgres.drop(made)


@pytest.fixture
async def url(postgres: PostgresServer, name: str) -> str:
    return postgres.url(name)


async def _run(postgres: PostgresServer, name: str, *statements: str) -> None:
    connection = await postgres.connect(name)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _dump(postgres: PostgresServer, name: str) -> list[tuple[object, ...]]:
    """Return the tables, and what the bot's small ones hold."""
    connection = await postgres.connect(name)
    try:
        rows = await connection.fetch(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        dump: list[tuple[object, ...]] = [tuple(row) for row in rows]
        if any(row[0] == "alembic_version" for row in dump):
            dump += [tuple(row) for row in await connection.fetch("SELECT * FROM alembic_version")]
        return dump
    finally:
        await connection.close()


async def _unused(url: str) -> None:
    """The server takes a moment to see that somebody is gone."""
    used = [await in_use(url) for _ in range(50)]
    assert not used[-1]


async def _refused(url: str, words: str) -> None:
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match=words) as caught:
            await refuse(url)
        assert GUARDED_PASSWORD not in f"{caught.value} {describe(caught.value)}"


async def test_the_check_leaves_no_trace(postgres: PostgresServer, name: str, url: str) -> None:
    found = await check(url)
    assert (found.exists, found.revision) == (True, None)
    assert found.url == f"postgresql+asyncpg://postgres@/{name}"
    assert await _dump(postgres, name) == []


async def test_a_server_is_not_one_process(url: str) -> None:
    async with await Database.open(url) as one, await Database.open(url) as other:
        assert not one.exclusive
        await FactStore(one).set("a", "b")
        assert await FactStore(other).get("a") == "b"
        assert await in_use(url)
    await _unused(url)


@pytest.mark.parametrize("several", [2, 5])
async def test_processes_that_start_at_once_migrate_once(
    postgres: PostgresServer, name: str, url: str, several: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.storage import migrate

    upgraded: list[bool] = []
    real = migrate.upgrade

    def counting(connection: Connection) -> bool:
        upgraded.append(real(connection))
        return upgraded[-1]

    monkeypatch.setattr(migrate, "upgrade", counting)
    opened = await asyncio.gather(*(Database.open(url) for _ in range(several)))
    for database in opened:
        await database.close()
    assert upgraded.count(True) == 1
    assert (newest_revision(),) in await _dump(postgres, name)


async def test_a_migration_that_fails_leaves_nothing_half_done(
    postgres: PostgresServer, name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.storage import migrate

    real = migrate.upgrade

    def half(connection: Connection) -> bool:
        real(connection)
        connection.exec_driver_sql("CREATE TABLE jobs (id TEXT)")
        return True

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "upgrade", half)
        with pytest.raises(DatabaseUnusable, match="already exists"):
            await Database.open(url)
    assert await _dump(postgres, name) == []
    await (await Database.open(url)).close()


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["UPDATE alembic_version SET version_num = '9999'"], r"newer version of the bot \(revision 9999; this one"),
        (["DROP TABLE rates"], "damaged.*without the table rates"),
        (["DROP TABLE jobs, facts", "UPDATE alembic_version SET version_num = 'x'"], "another program's"),
        (["DROP TABLE alembic_version"], "another program's, with tables such as drafts"),
    ],
    ids=["newer", "damaged", "another's revision", "another's tables"],
)
async def test_a_database_that_is_not_ours_to_use_is_refused_and_not_touched(
    postgres: PostgresServer, name: str, url: str, statements: list[str], words: str
) -> None:
    await (await Database.open(url)).close()
    await _run(postgres, name, *statements)
    before = await _dump(postgres, name)
    await _refused(url, words)
    assert await _dump(postgres, name) == before


async def test_a_replica_is_refused(postgres: PostgresServer, name: str, url: str) -> None:
    await _run(postgres, name, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await _refused(url, "takes no writes")


async def test_an_old_server_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.postgres.visit.OLDEST_SERVER", 99)
    await _refused(url, "99 or newer is needed")


async def test_what_the_server_refuses_is_told_without_the_password(postgres: PostgresServer, name: str) -> None:
    wrong = f"{GUARDED_PASSWORD}-wrong"
    await _refused(postgres.url(name, GUARDED, wrong), "password authentication failed")
    await _refused(postgres.url("not_there", GUARDED, GUARDED_PASSWORD), "not_there.* does not exist")
    await _refused(postgres.url(name, GUARDED, GUARDED_PASSWORD), "permission denied|may make no tables")
    with pytest.raises(DatabaseUnusable, match="no server answers"):
        await in_use("postgresql+asyncpg://bot@/bot?host=/nowhere")


async def test_the_owner_of_a_database_needs_no_more(postgres: PostgresServer) -> None:
    name = await postgres.create(owner=GUARDED)
    url = postgres.url(name, GUARDED, GUARDED_PASSWORD)
    try:
        async with await Database.open(url) as database:
            await FactStore(database).set("a", "b")
            found = await check(url)
            assert found.url == f"postgresql+asyncpg://{GUARDED}:***@/{name}"
    finally:
        await postgres.drop(name)


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CONNECT_TIMEOUT", timedelta(milliseconds=50))

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with silent:
        with pytest.raises(DatabaseUnusable, match="did not answer in time"):
            await check(f"postgresql+asyncpg://bot:x@127.0.0.1:{port}/bot?sslmode=disable")
    with pytest.raises(DatabaseUnusable, match="no server answers"):
        await check(f"postgresql+asyncpg://bot:x@127.0.0.1:{port}/bot")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+asyncpg://me:secret-word@db.test", "names no database"),
        ("postgresql+asyncpg://me:x@db.test/bot?password=secret-word", "not password"),
        ("postgresql+asyncpg://me:secret-word@db.test/bot?sslmode=maybe", "sslmode is one of"),
    ],
)
async def test_urls_that_say_too_little_or_too_much(url: str, words: str) -> None:
    for refuse in (Database.open, check, in_use):
        with pytest.raises(DatabaseUnusable, match=words) as caught:
            await refuse(url)
        assert "secret-word" not in str(caught.value)


def test_the_mode_of_libpq_is_handed_to_the_driver() -> None:
    target = engines.locate("postgresql+asyncpg://me@db.test/bot?sslmode=verify-full")
    assert dict(target.connect.query) == {"ssl": "verify-full"}


async def test_without_the_driver_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for refuse in (Database.open, check, in_use):
        with pytest.raises(DatabaseUnusable, match=r'-m pip install "asyncpg') as caught:
            await refuse("postgresql+asyncpg://me:secret-word@db.test/bot")
        assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_server_that_comes_back_is_found_again_and_nothing_is_lost(
    postgres: PostgresServer, url: str, make_job: JobMaker, clock: ManualClock, mode: str
) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        job = make_job()
        await store.add(job)
        await asyncio.gather(*(store.get(job.id) for _ in range(20)))
        await asyncio.to_thread(postgres.stop, mode)
        try:
            moved = replace(job, status=Status.PREPARING)
            for _ in range(2):
                with pytest.raises(StorageUnavailable) as caught:
                    await store.save(moved, was=Status.ACCEPTED)
                assert caught.value.retryable
                with pytest.raises(StorageUnavailable):
                    await store.get(job.id)
        finally:
            await asyncio.to_thread(postgres.start)
        saved = await store.save(moved, was=Status.ACCEPTED)
        assert await store.get(job.id) == saved
        assert await store.renew() == 1


async def test_a_restart_between_two_statements_is_not_even_noticed(
    postgres: PostgresServer, url: str, make_job: JobMaker, clock: ManualClock
) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        await store.add(make_job())
        await asyncio.gather(*(store.get(make_job().id) for _ in range(20)))
        await asyncio.to_thread(postgres.stop, "fast")
        await asyncio.to_thread(postgres.start)
        assert await store.get(make_job().id) == make_job()
        await store.save(make_job(status=Status.PREPARING), was=Status.ACCEPTED)


async def test_a_commit_whose_answer_is_lost_is_found_out(
    url: str, make_job: JobMaker, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = 0

    def losing(real: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def answer(*arguments: Any) -> object:
            nonlocal lost
            value = await real(*arguments)
            if lost:
                lost -= 1
                raise ConnectionResetError("cut off")
            return value

        return answer

    monkeypatch.setattr(PostgresBackend, "_read", losing(PostgresBackend._read))
    monkeypatch.setattr(AsyncTransaction, "commit", losing(AsyncTransaction.commit))
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        lost = 1
        await store.add(make_job())
        lost = 1
        saved = await store.save(make_job(status=Status.PREPARING), was=Status.ACCEPTED)
        assert (saved.revision, await store.get(saved.id)) == (1, saved)
        # Claiming twice would claim other jobs; what was claimed comes out later.
        await store.release()
        lost = 1
        with pytest.raises(StorageUnavailable, match="cut off"):
            await store.claim(10)
        assert await store.claim(10) == []
        line = SqlAdmissionLine(database, "me", 5)
        lost = 1
        with pytest.raises(StorageUnavailable, match="cut off"):
            await line.enter(saved.id)
        assert await line.enter(saved.id)
        assert await line.admit() == [saved.id]
        assert [claim.job_id for claim in await store.held()] == [saved.id]


async def test_deadlocked_transactions_are_both_carried_out(url: str, make_job: JobMaker, clock: ManualClock) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        for number in (1, 2):
            await store.add(make_job(number))

        def crossing(first: int, second: int) -> Callable[[Connection], None]:
            def work(connection: Connection) -> None:
                for number in (first, second):
                    raised = update(jobs).where(jobs.c.id == make_job(number).id).values(attempts=jobs.c.attempts + 1)
                    connection.execute(raised)
                    connection.execute(text("SELECT pg_sleep(0.05)"))

            return work

        await asyncio.gather(database.write(crossing(1, 2)), database.write(crossing(2, 1)))
        stored = [await store.get(make_job(number).id) for number in (1, 2)]
        assert [job.attempts for job in stored if job is not None] == [2, 2]


async def test_a_lock_that_is_held_too_long_asks_to_try_again(
    postgres: PostgresServer, name: str, url: str, make_job: JobMaker, clock: ManualClock
) -> None:
    async with await Database.open(url, busy_timeout=timedelta(milliseconds=50)) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        await store.add(make_job())
        holder = await postgres.connect(name)
        async with holder.transaction():
            await holder.execute("SELECT * FROM jobs FOR UPDATE")
            with pytest.raises(StorageUnavailable, match="lock timeout"):
                await store.save(make_job(status=Status.PREPARING), was=Status.ACCEPTED)
            # A claim goes by what another one is at.
            await SqlJobStore(database, "other", timedelta(minutes=1)).claim(10)
        await holder.close()
        await store.save(make_job(status=Status.PREPARING), was=Status.ACCEPTED)


async def test_a_statement_that_hangs_is_given_up_and_its_connection_with_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "STATEMENT_TIMEOUT", timedelta(milliseconds=100))
    async with await Database.open(url) as database:
        for way in (database.read, database.write):
            with pytest.raises(StorageUnavailable, match="statement timeout"):
                await way(lambda connection: connection.execute(text("SELECT pg_sleep(30)")).scalar_one())
        await FactStore(database).set("a", "b")
        assert await FactStore(database).get("a") == "b"


@pytest.mark.parametrize("statement", ["DROP TABLE jobs", "ALTER TABLE jobs DROP COLUMN turn"])
async def test_tables_that_somebody_changed_are_storage_that_is_unavailable(
    postgres: PostgresServer, name: str, url: str, make_job: JobMaker, clock: ManualClock, statement: str
) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        await store.add(make_job())
        await _run(postgres, name, statement)
        with pytest.raises(StorageUnavailable, match="does not exist"):
            await store.save(make_job(status=Status.PREPARING), was=Status.ACCEPTED)


async def test_a_column_that_a_newer_version_adds_harms_no_statement_made_before(
    postgres: PostgresServer, name: str, url: str, make_job: JobMaker, clock: ManualClock
) -> None:
    async with await Database.open(url) as database:
        store = SqlJobStore(database, "me", timedelta(minutes=1), clock)
        await store.add(make_job())
        await asyncio.gather(*(store.get(make_job().id) for _ in range(20)))
        await _run(postgres, name, "ALTER TABLE jobs ALTER COLUMN speed_class TYPE text")
        assert await store.get(make_job().id) == make_job()


async def test_two_who_claim_at_once_share_without_waiting(url: str, make_job: JobMaker) -> None:
    async with await Database.open(url) as one, await Database.open(url) as other:
        before = SqlJobStore(one, "before", timedelta(minutes=1))
        for number in range(40):
            await before.add(make_job(number))
        await before.release()
        stores = [SqlJobStore(one, "a", timedelta(minutes=1)), SqlJobStore(other, "b", timedelta(minutes=1))]
        rounds = await asyncio.gather(*(stores[number % 2].claim(10) for number in range(8)))
        taken = [claim.job_id for claims in rounds for claim in claims]
        assert len(taken) == len(set(taken))
        rest = [claim.job_id for claim in await stores[0].claim(40)]
        assert sorted(taken + rest) == sorted(make_job(number).id for number in range(40))


async def test_of_processes_that_start_at_once_on_a_restored_database_one_reckons_with_it(
    url: str, make_job: JobMaker
) -> None:
    async with await Database.open(url) as one, await Database.open(url) as other:
        await SqlJobStore(one, "before", timedelta(seconds=60)).add(make_job())
        await FactStore(one).set(MARK, '{"taken": "2026-01-31T03:00:00+00:00"}')
        found = await asyncio.gather(*(reckon_with_restoration(database, EPOCH) for database in (one, other)))
        assert sorted(restored is not None for restored in found) == [False, True]
        stored = await SqlJobStore(other, "after", timedelta(seconds=60)).get(make_job().id)
    assert stored is not None
    assert stored.status is Status.UNKNOWN


async def test_a_slot_of_a_rate_does_not_wait_for_the_disk(url: str) -> None:
    behind = text("SELECT pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()")
    async with await Database.open(url) as database:
        rate, unflushed = SqlRequestRate(database, "seedream", 10.0), False
        for _ in range(200):
            # The server writes in the background, too, and may have been faster than the question.
            await rate.reserve()
            unflushed = await database.read(lambda connection: connection.execute(behind).scalar_one())
            if unflushed:
                break
        assert unflushed
        setting = text("SHOW synchronous_commit")
        # For that alone: whatever else is stored waits.
        assert await database.read(lambda connection: connection.execute(setting).scalar_one()) == "on"
