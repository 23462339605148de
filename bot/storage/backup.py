"""Backing up and restoring whatever database the settings name."""

import asyncio
import shlex
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BackupElsewhere
from bot.storage.sqlite import backup as sqlite
from bot.storage.sqlite.file import locate


async def back_up(url: str, target: Path, *, force: bool = False) -> int:
    """Write a copy of the database to a file, while the bot works or not, and return its size in bytes.

    Raises:
        BackupElsewhere: PostgreSQL has a program of its own for that, which the error names.
        BackupFailed: the copy cannot be made.
        DatabaseUnusable: the database is damaged, or not this version's.
    """
    server = _postgresql(url)
    if server is not None:
        arguments = ["pg_dump", "--format=custom", f"--file={target}", f"--dbname={_plain(server)}"]
        raise BackupElsewhere(command=shlex.join(arguments))
    return await asyncio.to_thread(sqlite.back_up, locate(url), target, force=force)


async def restore(url: str, copy: Path, *, force: bool = False) -> Path | None:
    """Put a copy in the database's place and return where the former one was put, if there was any.

    Raises:
        BackupElsewhere: PostgreSQL has a program of its own for that, which the error names.
        BackupFailed: the copy cannot be put there.
        DatabaseInUse: the bot is running.
        DatabaseUnusable: the copy is damaged, or not this version's.
    """
    server = _postgresql(url)
    if server is not None:
        arguments = ["pg_restore", "--clean", "--if-exists", f"--dbname={_plain(server)}", str(copy)]
        raise BackupElsewhere(command=shlex.join(arguments))
    return await asyncio.to_thread(sqlite.restore, locate(url), copy, force=force)


def _postgresql(url: str) -> URL | None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return parsed if parsed.get_backend_name() == "postgresql" else None


def _plain(url: URL) -> str:
    """Return the URL as libpq reads it, without the password: others on the machine see what a program is called with.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return bare.render_as_string(hide_password=False)
