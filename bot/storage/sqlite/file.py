"""SQLite's file: where it is, whose it is, and how to look into it without touching it."""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import DatabaseInUse, DatabaseUnusable
from bot.storage import urls
from bot.storage.migrate import known_revisions, newest_revision

DRIVER = urls.SQLITE
OLDEST_SQLITE = (3, 35, 0)
"""The first with `UPDATE … RETURNING` (https://www.sqlite.org/lang_returning.html)."""
CHECKED_AT_START = 512 * 1024 * 1024
"""Bytes up to which a file is read through for damage before it is used; a larger one would hold up the start."""
_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a database is: `path` is None for one in memory, which ends with its `Database`."""

    url: str
    path: Path | None

    def unusable(self, detail: str) -> DatabaseUnusable:
        """Return the error that says why this database cannot be used."""
        return DatabaseUnusable(url=self.url, detail=detail)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: `revision` is None in an empty one."""

    revision: str | None


def locate(url: str) -> Location:
    """Read a database URL (https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#connect-strings).

    Raises:
        DatabaseUnusable: no URL, or another engine's.
    """
    parsed = urls.parse(url)
    shown = urls.shown(parsed)
    if parsed.drivername != DRIVER:
        raise DatabaseUnusable(url=shown, detail=f"a SQLite file's URL begins with {DRIVER}:///")
    name = parsed.database
    if name is None or name in {"", ":memory:"}:
        return Location(shown, None)
    if name.startswith("file:") or parsed.query or parsed.host:
        raise DatabaseUnusable(url=shown, detail=f"the URL has to be {DRIVER}:/// and the path of a file, nothing more")
    return Location(shown, Path(name).resolve())


@contextmanager
def exclusive(location: Location) -> Iterator[None]:
    """Keep every other process of the bot away from the file for as long as the context lasts.

    The lock is the kernel's (https://man7.org/linux/man-pages/man2/flock.2.html), so it ends with the process however
    that ends. The file beside the database stays: to remove it would let two processes lock two files of one name.

    Raises:
        DatabaseInUse: another process has the lock.
        DatabaseUnusable: there is no folder, or nothing can be written in it.
    """
    if location.path is None:
        yield
        return
    check_place(location, location.path)
    lock = _lock_of(location.path)
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise location.unusable(f"{lock} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseInUse(path=str(location.path)) from error
        except OSError as error:
            raise location.unusable(f"{lock} cannot be locked: {error.strerror}") from error
        yield
    finally:
        os.close(handle)


def is_locked(location: Location) -> bool:
    """Tell whether a process of the bot works with the file; leaves no lock file behind where there is none."""
    if location.path is None:
        return False
    try:
        handle = os.open(_lock_of(location.path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, and for a moment: two who look do not take each other for the bot.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def check_place(location: Location, path: Path) -> None:
    """Check what can be known before a file is opened.

    Raises:
        DatabaseUnusable: no such folder, no file, or a SQLite library that is too old.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise location.unusable(f"Python's SQLite is {sqlite3.sqlite_version}; {wanted} or newer is needed")
    if not path.parent.is_dir():
        raise location.unusable(f"the folder {path.parent} does not exist")
    if path.exists() and not path.is_file():
        raise location.unusable(f"{path} is not a file")


def look_into(location: Location, *, thorough: bool) -> Contents:
    """Look into a database without changing a byte of it; blocks.

    Args:
        location: where it is.
        thorough: whether to read a large file through, too.

    Raises:
        DatabaseUnusable: damaged, somebody else's, or of a newer version of the bot.
    """
    path = location.path
    if path is None or not path.exists():
        return Contents(None)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size and file.read(len(_MAGIC)) != _MAGIC:
                raise location.unusable("the file is not a SQLite database")
        with closing(_connect_untouched(path)) as connection:
            if thorough or size <= CHECKED_AT_START:
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if verdict != "ok":
                    what = " ".join(str(verdict).split())
                    raise location.unusable(f"the file is damaged: {what}; restore a backup, or move the file aside")
            return Contents(_revision(location, connection))
    except OSError as error:
        raise location.unusable(f"the file cannot be read: {error.strerror}") from error
    except sqlite3.Error as error:
        raise location.unusable(f"the file cannot be read: {error}") from error


def _connect_untouched(path: Path) -> sqlite3.Connection:
    # Without a write-ahead log nobody has the file open, and "immutable" keeps SQLite from making one.
    # https://www.sqlite.org/uri.html#uriimmutable
    busy = path.with_name(path.name + "-wal").exists()
    return sqlite3.connect(f"{path.as_uri()}?mode=ro{'' if busy else '&immutable=1'}", uri=True)


def _revision(location: Location, connection: sqlite3.Connection) -> str | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in tables:
        if tables:
            raise location.unusable("the file is another program's database: it has tables, but none of the bot's")
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = str(row[0]) if row else None
    if revision is not None and revision not in known_revisions():
        raise location.unusable(
            f"the file was made by a newer version of the bot (revision {revision}; this one knows up to "
            f"{newest_revision()}); run that version, or restore a backup from before the update"
        )
    return revision


def prepare(path: Path) -> None:
    """Make sure that a file can be written, and make one where there is none, which only its owner reads.

    SQLite would open a file that it may not write, and say so at the first write only. Its files beside the database
    get the permissions of that.

    Raises:
        OSError: it cannot be written.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def can_be_written(path: Path) -> str | None:
    """Return why the file, or a new one of that name, could not be written, or None; leaves nothing behind."""
    effective = os.access in os.supports_effective_ids
    if path.exists() and not os.access(path, os.W_OK, effective_ids=effective):
        return f"{path} may not be written"
    try:
        with tempfile.TemporaryFile(dir=path.parent) as trial:
            trial.write(bytes(4096))
    except OSError as error:
        return f"nothing can be written in {path.parent}: {error.strerror}"
    return None
