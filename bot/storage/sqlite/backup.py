"""A copy of the database file while the bot works with it, and the way back.

A copy carries a mark with the moment it was taken. The bot finds it in a file that was put back, by whichever way, and
then knows that it may have forgotten what it has done since: see `bot.storage.restored`.
"""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import BackupFailed
from bot.storage.restored import MARK
from bot.storage.sqlite import file as files

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; of another file, it would spoil this one. https://www.sqlite.org/wal.html"""


def back_up(location: files.Location, target: Path, *, force: bool) -> int:
    """Write a consistent copy of a database to a file only its owner reads, and return its size in bytes; blocks.

    The copy is one reading transaction (https://www.sqlite.org/c3ref/backup_finish.html), which in WAL mode holds up
    no writer. It appears under its name when it is whole, checked and on the disk, and not before.

    Raises:
        BackupFailed: there is nothing to copy, the copy cannot be written, or there is a file of that name.
        DatabaseUnusable: the database is damaged, or not this version's.
    """
    source = location.path
    if source is None or not source.exists():
        raise BackupFailed(path=str(target), detail=f"there is no database {source or 'on a disk'} yet")
    _check_target(target, source, force=force)
    if files.look_into(location, thorough=False).revision is None:
        raise BackupFailed(path=str(source), detail="it is empty")
    with _new_file(target) as part:
        _copy(source, part, datetime.now(UTC))
        _check(part, target)
        _publish(part, target)
    return target.stat().st_size


def restore(location: files.Location, copy: Path, *, force: bool) -> Path | None:
    """Put a copy in the database's place, and return where the file went that was there; blocks.

    The copy is left as it is. One without a mark, made by hand, counts as taken when its file was written last.

    Raises:
        BackupFailed: the copy is not there or cannot be copied, or there is a database and `force` is not given.
        DatabaseInUse: the bot is running.
        DatabaseUnusable: the copy is damaged, or not this version's.
    """
    target = location.path
    if target is None:
        raise BackupFailed(path=location.url, detail="the settings name no file that could be restored")
    if not copy.is_file():
        raise BackupFailed(path=str(copy), detail="there is no such file")
    if target.exists() and copy.samefile(target):
        raise BackupFailed(path=str(copy), detail="it is the database itself")
    if target.exists() and not force:
        raise BackupFailed(path=str(target), detail="there is a database; --force puts it aside")
    origin = files.Location(str(copy), copy.resolve())
    with files.exclusive(location):
        if files.look_into(origin, thorough=True).revision is None:
            raise origin.unusable("the file is empty")
        with _new_file(target) as part:
            _copy(copy.resolve(), part, datetime.fromtimestamp(copy.stat().st_mtime, UTC))
            _check(part, target)
            aside = _put_aside(target)
            _publish(part, target)
    return aside


def _check_target(target: Path, source: Path, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise BackupFailed(path=str(target), detail=f"the folder {target.parent} does not exist")
    if target.is_dir():
        raise BackupFailed(path=str(target), detail="it is a folder; name a file in it")
    if target.exists() and target.samefile(source):
        raise BackupFailed(path=str(target), detail="it is the database itself")
    if target.exists() and not force:
        raise BackupFailed(path=str(target), detail="there is a file of that name; --force replaces it")


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """Make an empty file beside `target`, which nobody else reads, and remove whatever of it is left."""
    part: Path | None = None
    try:
        # 0600: https://docs.python.org/3/library/tempfile.html#tempfile.mkstemp
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(handle)
        part = Path(name)
        yield part
    except OSError as error:
        raise BackupFailed(path=str(target), detail=error.strerror or type(error).__name__) from error
    except sqlite3.Error as error:
        raise BackupFailed(path=str(target), detail=str(error)) from error
    finally:
        if part is not None:
            for name in (part.name, *(part.name + suffix for suffix in BESIDE)):
                with suppress(OSError):
                    part.with_name(name).unlink(missing_ok=True)


def _copy(source: Path, target: Path, taken: datetime) -> None:
    """Copy all of a database and mark the copy, unless what is copied is a copy itself and says how old it is."""
    with (
        # Whoever may only read leaves a write-ahead log behind: https://www.sqlite.org/wal.html#read_only_databases
        closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)
        # One file that holds everything; the bot switches the write-ahead log on again.
        writer.execute("PRAGMA journal_mode = DELETE")
        writer.execute(
            "INSERT OR IGNORE INTO facts (name, value, updated_at) "
            "VALUES (?, ?, strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
            (MARK, json.dumps({"taken": taken.isoformat()})),
        )
        writer.commit()


def _check(part: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"{part.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise BackupFailed(path=str(target), detail=f"the copy is damaged: {' '.join(str(verdict).split())}")


def _publish(part: Path, target: Path) -> None:
    """Give a file its name once all of it, and then the name, is on the disk."""
    _sync(part, os.O_RDONLY)
    part.replace(target)
    _sync(target.parent, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_aside(target: Path) -> Path | None:
    """Move a database out of the way, with what SQLite keeps beside it; return where it went."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside: Path | None = None
    for suffix in ("", *BESIDE):
        old = target.with_name(target.name + suffix)
        if old.exists():
            new = target.with_name(f"{target.name}.before-restore-{stamp}{suffix}")
            old.rename(new)
            aside = aside or new
    return aside
