"""A SQLite file: opening, refusing, migrating, checking, closing."""

import asyncio
import gc
import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from sqlalchemy import Connection, text

from bot.errors import DatabaseInUse, DatabaseUnusable, StorageUnavailable
from bot.storage import Database, FactStore, check
from bot.storage.migrate import newest_revision, upgrade
from bot.storage.sqlite import file as files

NOBODY = 65534


def _content(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


async def _make(url: str) -> None:
    async with await Database.open(url) as database:
        await FactStore(database).set("tree", "abc")


def _edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of somebody who is not root, as whom the test runs; file permissions do not stop root."""
    folder = Path(mkdtemp())
    if os.geteuid() != 0:
        yield folder
    else:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)
    for item in (folder, *folder.iterdir()):
        item.chmod(0o700)
    rmtree(folder)


async def test_facts_outlive_a_restart_and_nothing_stays_open(url: str, path: Path) -> None:
    before = set(threading.enumerate())
    await _make(url)
    async with await Database.open(url) as database:
        facts = FactStore(database)
        assert await facts.get("tree") == "abc"
        assert await facts.get("other") is None
        await facts.set("tree", "def")
        assert await facts.get("tree") == "def"
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not {name for name in left if not name.startswith("asyncio")}
    assert set(_content(path.parent)) == {"jobs.db", "jobs.db.lock"}


async def test_a_new_file_is_private(url: str, path: Path) -> None:
    async with await Database.open(url):
        assert {item.stat().st_mode & 0o777 for item in path.parent.iterdir()} == {0o600}


async def test_the_pragmas_hold_on_both_kinds_of_connection(database: Database) -> None:
    def pragmas(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    written = await database.write(pragmas)
    assert written == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "query_only": 0,
    }
    read = await database.read(pragmas)
    assert (read["journal_mode"], read["busy_timeout"], read["query_only"]) == ("wal", 5000, 1)


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StorageUnavailable, match="readonly"):
        await database.read(lambda connection: connection.execute(text("DELETE FROM jobs")).rowcount)


async def test_a_second_open_in_the_same_process_is_refused(url: str, path: Path) -> None:
    async with await Database.open(url):
        with pytest.raises(DatabaseInUse) as caught:
            await Database.open(url)
        assert caught.value.path == str(path)
    async with await Database.open(url):
        pass


async def test_a_second_process_is_refused_until_the_first_is_killed(url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from bot.storage import Database\n"
        "async def main():\n"
        "    database = await Database.open(sys.argv[1])\n"
        "    print('open', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"open\n"
        with pytest.raises(DatabaseInUse):
            await Database.open(url)
        assert (await check(url)).revision == newest_revision()
    finally:
        process.kill()
        await process.wait()
    await _make(url)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'jobs.db'}"
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match="does not exist"):
            await refuse(url)
    assert _content(tmp_path) == {}


async def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="is not a file"):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("no url at all", "cannot be understood"),
        ("mysql://me:secret@db.test/bot", "keeps its jobs in SQLite or PostgreSQL"),
        ("sqlite:///jobs.db", "keeps its jobs in SQLite or PostgreSQL"),
        ("sqlite+aiosqlite:///file:jobs.db?mode=ro&uri=true", "nothing more"),
        ("sqlite+aiosqlite://host/jobs.db", "nothing more"),
    ],
)
async def test_other_urls_are_refused_without_repeating_a_password(url: str, words: str) -> None:
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match=words) as caught:
            await refuse(url)
        assert "secret" not in str(caught.value)


def _text(path: Path) -> None:
    path.write_text("these are my notes, not a database\n" * 100)


def _many_facts() -> list[str]:
    return [f"INSERT INTO facts VALUES ('{n}', hex(zeroblob(250)), '2026-01-01')" for n in range(100)]  # noqa: S608 - a number


def _cut_off(path: Path) -> None:
    _edit(path, *_many_facts())
    path.write_bytes(path.read_bytes()[:-20_000])


def _scribbled(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes([0x5A]) * (size - 4096))


def _break_a_row(path: Path) -> None:
    """Damage one page that nobody reads who does not look for it."""
    _edit(path, *_many_facts())
    content = bytearray(path.read_bytes())
    content[-4096:-2048] = bytes(2048)
    path.write_bytes(content)


def _newer(path: Path) -> None:
    _edit(path, "UPDATE alembic_version SET version_num = '9999'")


def _foreign(path: Path) -> None:
    path.unlink()
    _edit(path, "CREATE TABLE cats (name TEXT)")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_text, "not a SQLite database"),
        (_cut_off, "damaged|malformed"),
        (_scribbled, "damaged|malformed"),
        (_newer, r"newer version of the bot \(revision 9999; this one knows up to 0003\)"),
        (_foreign, "another program's database"),
    ],
    ids=["text", "cut off", "scribbled", "newer", "foreign"],
)
async def test_a_file_that_is_not_ours_to_use_is_refused_and_not_touched(
    url: str, path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    await _make(url)
    spoil(path)
    before = _content(path.parent)
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match=words) as caught:
            await refuse(url)
        assert caught.value.url == url
        assert _content(path.parent) == before
    with pytest.raises(DatabaseUnusable):
        await Database.open(url)


async def test_a_newer_file_that_was_not_closed_is_not_touched_either(url: str, path: Path, tmp_path: Path) -> None:
    await _make(url)
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        for item in (path, path.with_name("jobs.db-wal"), path.with_name("jobs.db-shm")):
            (copy / item.name).write_bytes(item.read_bytes())
    before = _content(copy)
    assert len(before) == 3
    with pytest.raises(DatabaseUnusable, match="9999"):
        await Database.open(f"sqlite+aiosqlite:///{copy / 'jobs.db'}")
    after = _content(copy)
    assert {name: after[name] for name in ("jobs.db", "jobs.db-wal")} == {
        name: before[name] for name in ("jobs.db", "jobs.db-wal")
    }


async def test_a_file_left_by_a_killed_process_is_opened(url: str, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    async with await Database.open(url) as database:
        await FactStore(database).set("tree", "abc")
        for item in (path, path.with_name("jobs.db-wal")):
            (copy / item.name).write_bytes(item.read_bytes())
    async with await Database.open(f"sqlite+aiosqlite:///{copy / 'jobs.db'}") as again:
        assert await FactStore(again).get("tree") == "abc"


async def test_a_read_only_file_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "jobs.db"
    url = f"sqlite+aiosqlite:///{path}"
    await _make(url)
    path.chmod(0o400)
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match=r"(may not|cannot) be written"):
            await refuse(url)


async def test_a_read_only_folder_is_refused(unprivileged: Path) -> None:
    await asyncio.to_thread(unprivileged.chmod, 0o500)
    for refuse in (Database.open, check):
        with pytest.raises(DatabaseUnusable, match=r"can(not)? be written"):
            await refuse(f"sqlite+aiosqlite:///{unprivileged / 'jobs.db'}")


async def test_an_unreadable_file_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "jobs.db"
    path.write_bytes(b"")
    path.chmod(0o200)
    with pytest.raises(DatabaseUnusable, match="cannot be read"):
        await Database.open(f"sqlite+aiosqlite:///{path}")


async def test_a_file_locked_by_another_program_is_refused_at_start(url: str, path: Path) -> None:
    await _make(url)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnusable, match="locked"):
            await Database.open(url, busy_timeout=timedelta(milliseconds=1))
    await _make(url)


async def test_an_old_sqlite_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(DatabaseUnusable, match=r"99\.0\.0 or newer"):
        await Database.open(url)


async def test_a_large_file_is_read_through_by_the_check_but_not_at_start(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _make(url)
    _break_a_row(path)
    with pytest.raises(DatabaseUnusable, match=r"damaged|malformed"):
        await Database.open(url)
    with pytest.raises(DatabaseUnusable, match=r"damaged|malformed"):
        await check(url)
    monkeypatch.setattr(files, "CHECKED_AT_START", 0)
    async with await Database.open(url) as database:
        assert await FactStore(database).get("tree") == "abc"


async def test_the_check_leaves_no_trace(url: str, path: Path) -> None:
    found = await check(url)
    assert (found.exists, found.revision, found.newest_revision) == (False, None, "0003")
    assert list(path.parent.iterdir()) == []
    await _make(url)
    before = _content(path.parent)
    found = await check(url)
    assert (found.url, found.exists, found.revision) == (url, True, "0003")
    assert _content(path.parent) == before


async def test_the_check_works_while_the_bot_does(url: str) -> None:
    async with await Database.open(url) as database:
        await FactStore(database).set("a", "b")
        assert (await check(url)).revision == newest_revision()
        await FactStore(database).set("a", "c")


async def test_in_memory_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"):
        async with await Database.open(url) as one, await Database.open(url) as other:
            await FactStore(one).set("a", "b")
            assert await FactStore(one).get("a") == "b"
            assert await FactStore(other).get("a") is None
        assert (await check(url)).exists is False
    assert _content(tmp_path) == {}


async def test_a_closed_database_says_so(url: str) -> None:
    database = await Database.open(url)
    await database.close()
    await database.close()
    facts = FactStore(database)
    with pytest.raises(StorageUnavailable, match="closed"):
        await facts.set("a", "b")
    with pytest.raises(StorageUnavailable, match="closed"):
        await facts.get("a")


async def test_reads_cut_short_leave_no_connection_behind(url: str) -> None:
    # On Python 3.13 a connection that nobody closed is a warning, and so an error.
    for turns in range(12):
        async with await Database.open(url) as database:
            facts = FactStore(database)
            await facts.set("a", "b")
            tasks = [asyncio.create_task(facts.get("a")) for _ in range(8)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            assert set(answers[1::2]) == {"b"}
        gc.collect()


async def test_a_migration_that_fails_leaves_nothing_half_done(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: Connection) -> bool:
        upgrade(connection)
        connection.exec_driver_sql("CREATE TABLE jobs (id TEXT)")
        return True

    with monkeypatch.context() as patch:
        patch.setattr("bot.storage.migrate.upgrade", half)
        with pytest.raises(DatabaseUnusable, match="already exists"):
            await Database.open(url)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    await _make(url)
