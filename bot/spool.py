"""The folder for pictures on their way: beside the database, this process's own, and empty at every start.

Not in the machine's folder for temporary files, which is in memory on many systems and in containers; and at a place
that is known beforehand, so that what a killed process left behind is found and removed.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SpoolUnusable
from bot.storage.sqlite.file import locate
from bot.storage.urls import is_postgresql

SUFFIX = ".spool"


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

    To be called while the database's lock is held: nobody else uses the folder then.

    Raises:
        SpoolUnusable: it cannot be made or emptied.
    """
    folder = spool_folder(database_url, spool_dir)
    spool = await asyncio.to_thread(_prepare, folder, spool_dir)
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


def _prepare(folder: Path | None, spool_dir: str | None) -> Spool:
    try:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="seedream-bot-", suffix=SUFFIX, dir=spool_dir))
        folder.mkdir(mode=0o700, exist_ok=True)
        # A folder made by hand, or by a careless umask, is nobody else's business either.
        folder.chmod(0o700)
        _empty(folder)
        spool = Spool(folder / "references", folder / "results")
        for part in (spool.references, spool.results):
            part.mkdir()
    except OSError as error:
        where = folder or Path(spool_dir or tempfile.gettempdir())
        raise SpoolUnusable(path=str(where), detail=error.strerror or str(error)) from error
    return spool


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
