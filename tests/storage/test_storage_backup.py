import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.job import END_PART, Job, Sent, Status
from bot.domain.place import Venue
from bot.errors import BackupElsewhere, BackupFailed, DatabaseInUse, DatabaseUnusable, JobRestored
from bot.presentation.errors import describe
from bot.storage import Database, FactStore, SqlJobStore, back_up, reckon_with_restoration, restore
from bot.storage.restored import SEEN
from bot.storage.sqlite import backup as sqlite_backup
from sandbox.clock import EPOCH, ManualClock
from tests.support.jobs import delivering_job, make_job, make_place, waiting_job

OLD = EPOCH - timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "backup.db"


def store_of(database: Database) -> SqlJobStore:
    return SqlJobStore(database, owner="me", lease=timedelta(seconds=60), clock=ManualClock())


def files_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def content(path: Path) -> bytes:
    return path.read_bytes()


def overwrite(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def cut_off(path: Path) -> None:
    os.truncate(path, 20000)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def fill(url: str, *jobs: Job) -> None:
    async with await Database.open(url) as database:
        for job in jobs:
            await store_of(database).add(job)


async def test_a_copy_made_while_the_bot_writes_is_whole_private_and_one_file(url: str, copy: Path) -> None:
    async with await Database.open(url) as database:
        store = store_of(database)
        await store.add(make_job())
        writing = [asyncio.create_task(store.add(make_job(f"{n:016}"))) for n in range(200)]
        size = await back_up(url, copy)
        await asyncio.gather(*writing)
    assert files_in(copy.parent) == {"backup.db"}
    assert (size, mode(copy)) == (len(content(copy)), 0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert 1 <= connection.execute("SELECT count(*) FROM jobs").fetchone()[0] <= 201


async def test_a_copy_of_a_stopped_bots_database_leaves_that_as_it_was(url: str, path: Path, copy: Path) -> None:
    await fill(url, make_job())
    before = (files_in(path.parent), content(path))
    await back_up(url, copy)
    assert (files_in(path.parent), content(path)) == before


async def test_an_existing_file_is_replaced_only_by_force(url: str, copy: Path) -> None:
    await fill(url)
    overwrite(copy, b"precious")
    with pytest.raises(BackupFailed, match="--force"):
        await back_up(url, copy)
    assert content(copy) == b"precious"
    await back_up(url, copy, force=True)
    assert content(copy).startswith(b"SQLite format 3")
    assert mode(copy) == 0o600


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere/backup.db", "the folder .*/nowhere does not exist"),
        ("copies", "it is a folder"),
        ("jobs.db", "it is the database itself"),
    ],
)
async def test_a_place_where_no_copy_can_be_is_named(
    url: str, copy: Path, tmp_path: Path, target: str, words: str
) -> None:
    await fill(url)
    before = (tmp_path / "jobs.db").read_bytes()
    with pytest.raises(BackupFailed, match=words) as caught:
        await back_up(url, tmp_path / target, force=True)
    assert describe(caught.value).endswith("Nothing was changed.")
    assert (tmp_path / "jobs.db").read_bytes() == before
    assert files_in(copy.parent) == set()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device"),
        (sqlite3.OperationalError("database or disk is full"), "database or disk is full"),
    ],
)
async def test_a_full_disk_leaves_the_old_copy_and_no_half_one(
    url: str, copy: Path, error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(url)
    await back_up(url, copy)
    before = content(copy)

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(sqlite_backup, "_check", full)
    with pytest.raises(BackupFailed, match=words):
        await back_up(url, copy, force=True)
    assert content(copy) == before
    assert files_in(copy.parent) == {"backup.db"}


async def test_no_database_and_an_empty_one_are_no_backup(url: str, path: Path, copy: Path) -> None:
    with pytest.raises(BackupFailed, match="there is no database"):
        await back_up(url, copy)
    overwrite(path, b"")
    with pytest.raises(BackupFailed, match="it is empty"):
        await back_up(url, copy)
    assert files_in(copy.parent) == set()


async def test_a_damaged_database_is_not_copied_over_a_good_copy(url: str, path: Path, copy: Path) -> None:
    await fill(url, *(make_job(f"{n:016}") for n in range(100)))
    await back_up(url, copy)
    good = content(copy)
    cut_off(path)
    with pytest.raises(DatabaseUnusable, match=r"damaged|malformed"):
        await back_up(url, copy, force=True)
    assert content(copy) == good


@pytest.mark.parametrize(
    ("way", "command"),
    [
        (back_up, "pg_dump --format=custom --file=dump --dbname=postgresql://bot@db.example:5433/seedream"),
        (restore, "pg_restore --clean --if-exists --dbname=postgresql://bot@db.example:5433/seedream dump"),
    ],
)
async def test_postgresql_is_told_its_own_command_without_the_password(way: object, command: str) -> None:
    url = "postgresql+asyncpg://bot:s3cret-pass@db.example:5433/seedream"
    with pytest.raises(BackupElsewhere) as caught:
        await way(url, Path("dump"))  # type: ignore[operator]  # one of the two above
    assert caught.value.command == command
    assert "s3cret-pass" not in describe(caught.value) + str(caught.value)


async def test_restoring_puts_the_former_database_and_its_log_aside(url: str, path: Path, copy: Path) -> None:
    await fill(url, make_job("1" * 16))
    await back_up(url, copy)
    await fill(url, make_job("2" * 16))
    # Of another file, SQLite would read this into the restored one.
    overwrite(path.with_name("jobs.db-wal"), b"another file's")
    with pytest.raises(BackupFailed, match="--force"):
        await restore(url, copy)
    aside = await restore(url, copy, force=True)
    assert aside is not None
    assert content(aside.with_name(aside.name + "-wal")) == b"another file's"
    assert (mode(path), files_in(path.parent) >= {"jobs.db-wal"}) == (0o600, False)
    async with await Database.open(url) as database:
        assert await store_of(database).get("1" * 16) is not None
        assert await store_of(database).get("2" * 16) is None


async def test_a_running_bot_keeps_its_database(url: str, copy: Path) -> None:
    async with await Database.open(url):
        await back_up(url, copy)
        with pytest.raises(DatabaseInUse):
            await restore(url, copy, force=True)


async def test_a_spoilt_copy_is_not_restored(url: str, path: Path, copy: Path) -> None:
    await fill(url, *(make_job(f"{n:016}") for n in range(100)))
    await back_up(url, copy)
    cut_off(copy)
    before = content(path)
    with pytest.raises(DatabaseUnusable):
        await restore(url, copy, force=True)
    with pytest.raises(BackupFailed, match="no such file"):
        await restore(url, copy.with_name("another.db"), force=True)
    assert content(path) == before


async def test_what_may_have_been_paid_or_posted_since_is_not_done_again(url: str, copy: Path) -> None:
    delivered = delivering_job(2, "8" * 16, status=Status.DELIVERED, told=True)
    await fill(
        url,
        make_job("1" * 16),
        make_job("2" * 16, status=Status.PREPARING),
        make_job("3" * 16, status=Status.SUBMITTING),
        waiting_job("4" * 16, sent={}),
        delivering_job(12, "5" * 16, sent={"from-1": Sent("n", 1, 7002, tuple(range(1, 11)))}),
        waiting_job("6" * 16, place=make_place(venue=Venue.INTERACTION), thread_id=None, sent={}),
        make_job("7" * 16, status=Status.FAILED),
        delivered,
    )
    async with await Database.open(url) as database:
        await FactStore(database).set("commands:1", "abc")
    await back_up(url, copy)
    await restore(url, copy, force=True)
    async with await Database.open(url) as database:
        found = await reckon_with_restoration(database, EPOCH)
        assert found is not None
        assert found.taken is not None
        assert (found.unknown, found.resumed) == (4, 3)
        store = store_of(database)
        jobs = {digit: await store.get(digit * 16) for digit in "12345678"}
        assert await FactStore(database).get("commands:1") is None
        assert await FactStore(database).get(SEEN) is not None
        # Once only: what happens from now on is known.
        assert await reckon_with_restoration(database, EPOCH) is None
    for digit in "1236":
        job = jobs[digit]
        assert job is not None
        assert (job.status, job.told) == (Status.UNKNOWN, False)
        assert isinstance(job.failure, JobRestored)
        assert "not sent again" in describe(job.failure)
    waiting, delivering, failed = jobs["4"], jobs["5"], jobs["7"]
    assert waiting is not None
    assert waiting.status is Status.WAITING
    assert set(waiting.sent) == {"task", "from-1"}
    assert delivering is not None
    assert {part: sent.images for part, sent in delivering.sent.items() if sent.message_id is None} == {
        "task": (),
        "from-11": (11,),
        "from-12": (12,),
    }
    assert failed is not None
    assert [part for part, sent in failed.sent.items() if sent.message_id is None] == [END_PART]
    # Its token was wiped when it was stored.
    assert jobs["8"] == replace(delivered, place=replace(delivered.place, token=""))


async def test_a_database_that_was_not_restored_is_left_as_it_is(url: str) -> None:
    await fill(url, make_job())
    async with await Database.open(url) as database:
        assert await reckon_with_restoration(database, EPOCH) is None
        job = await store_of(database).get(make_job().id)
        assert job is not None
        assert job.status is Status.ACCEPTED


async def test_a_copy_of_a_copy_is_as_old_as_the_first_and_one_made_by_hand_as_its_file(
    url: str, path: Path, copy: Path, tmp_path: Path
) -> None:
    await fill(url)
    by_hand = tmp_path / "by-hand.db"
    overwrite(by_hand, content(path))
    os.utime(by_hand, (OLD.timestamp(), OLD.timestamp()))
    await restore(url, by_hand, force=True)
    await back_up(url, copy)
    await restore(url, copy, force=True)
    async with await Database.open(url) as database:
        found = await reckon_with_restoration(database, datetime.now(UTC))
    assert found is not None
    assert found.taken == OLD
