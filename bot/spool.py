"""The folder for pictures on their way: beside the database, this process's own, and empty at every start.

Not in the machine's folder for temporary files, which is in memory on many systems and in containers; and at a place
that is known beforehand, so that what a killed process left behind is found and removed.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SpoolUnusable
from bot.storage.sqlite.file import locate
from bot.storage.urls import is_postgresql

SUFFIX = ".spool"
_TEMPORARY = "seedream-bot-"
"""What the names of folders begin with that belong to no database file."""
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Spool:
    """The folders in use; both exist."""

    references: Path
    results: Path


def spool_folder(database_url: str, spool_dir: str | None) -> Path | None:
    """Return the folder that belongs to a database; None for one in memory or on a server, which has none of its own.

    Args:
        database_url: whose lock makes the folder one process's.
        spool_dir: where to make the folder instead of beside the database. Its name then tells databases of one name
            apart, and nothing else in there is ever touched.
    """
    path = None if is_postgresql(database_url) else locate(database_url).path
    if path is None:
        return None
    if spool_dir is None:
        return path.with_name(path.name + SUFFIX)
    whose = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    return Path(spool_dir).resolve() / f"{path.name}-{whose}{SUFFIX}"


@asynccontextmanager
async def open_spool(database_url: str, spool_dir: str | None = None) -> AsyncIterator[Spool]:
    """Make the folder, or empty it of what a killed process left there; remove it at the end.

    To be called while the database's lock is held: nobody else uses the folder then. Of a database on a server each
    process has a folder of its own, with a lock in it, and removes those whose process is gone.

    Raises:
        SpoolUnusable: it cannot be made or emptied.
    """
    folder = spool_folder(database_url, spool_dir)
    with ExitStack() as locks:
        spool = await asyncio.to_thread(_prepare, folder, spool_dir, locks)
        try:
            yield spool
        finally:
            # What cannot be removed now is removed by the next start, or told by it.
            await asyncio.to_thread(_remove, spool.results.parent)


def check_spool(database_url: str, spool_dir: str | None) -> Path:
    """Return where the folder is, or would be made, having tried whether it can be written; changes nothing there.

    Raises:
        SpoolUnusable: it cannot.
        DatabaseUnusable: the database's URL cannot be understood.
    """
    folder = spool_folder(database_url, spool_dir)
    where = folder or Path(spool_dir or tempfile.gettempdir())
    try:
        with tempfile.TemporaryFile(dir=where if where.exists() else where.parent):
            return where
    except OSError as error:
        raise SpoolUnusable(path=str(where), detail=error.strerror or str(error)) from error


def _prepare(folder: Path | None, spool_dir: str | None, locks: ExitStack) -> Spool:
    place = Path(spool_dir or tempfile.gettempdir())
    try:
        if folder is None:
            _sweep(place)
            folder = _temporary(place, locks)
        else:
            folder.mkdir(mode=0o700, exist_ok=True)
            # A folder made by hand, or by a careless umask, is nobody else's business either.
            folder.chmod(0o700)
            _empty(folder)
        spool = Spool(folder / "references", folder / "results")
        for part in (spool.references, spool.results):
            part.mkdir()
    except OSError as error:
        raise SpoolUnusable(path=str(folder or place), detail=error.strerror or str(error)) from error
    return spool


def _temporary(place: Path, locks: ExitStack) -> Path:
    """Make a folder that is locked for as long as the stack is open, however the process ends."""
    # Under its name only once it is locked, or another process that starts now would take it for a dead one's.
    made = Path(tempfile.mkdtemp(prefix=f".{_TEMPORARY}", dir=place))
    handle = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    locks.callback(os.close, handle)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return made.rename(made.with_name(made.name.removeprefix(".") + SUFFIX))


def _sweep(place: Path) -> None:
    """Remove what killed processes of this user left: folders whose lock nobody holds."""
    for folder in place.glob(f"{_TEMPORARY}*{SUFFIX}"):
        with suppress(OSError), ExitStack() as stack:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    with suppress(OSError):
        _empty(folder)
        folder.rmdir()


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
