"""PostgreSQL's connections: where the server is, how many there are, and how long each of them waits for what."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import DatabaseUnusable
from bot.storage import urls

APPLICATION = "seedream-bot"
"""What the processes of the bot are called in `pg_stat_activity`."""
CONNECTIONS = 10
"""Of one process; a server takes a hundred in all by default."""
CONNECT_TIMEOUT = timedelta(seconds=10)
STATEMENT_TIMEOUT = timedelta(seconds=30)
"""Longer than any statement of the bot takes; the client gives up a little later than the server."""
IDLE_IN_TRANSACTION = timedelta(seconds=10)
"""How long a process that was stopped in the midst of a transaction keeps its locks from the others."""
POOL_TIMEOUT = timedelta(seconds=30)
RECYCLE = timedelta(minutes=30)

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class Target:
    """Which database is meant: `connect` goes to the driver, `shown` to people."""

    connect: URL
    shown: str

    def unusable(self, detail: str) -> DatabaseUnusable:
        """Return the error that says why this database cannot be used."""
        return DatabaseUnusable(url=self.shown, detail=detail)


def locate(url: str) -> Target:
    """Read a PostgreSQL URL: `postgresql+asyncpg://user:password@host:port/name`, with `?sslmode=` and `?host=`.

    Raises:
        DatabaseUnusable: it names no database, or says more than that.
    """
    parsed = urls.parse(url)
    target = Target(parsed, urls.shown(parsed))
    if not parsed.database:
        raise target.unusable(f"the URL names no database; it looks like {urls.POSTGRESQL}://user:password@host/name")
    unknown = sorted(set(parsed.query) - {"host", "sslmode", "ssl"})
    if unknown:
        # The names only: a value may be a password.
        raise target.unusable(f"the URL may only have ?sslmode= and ?host=, not {', '.join(unknown)}")
    mode = parsed.query.get("sslmode", parsed.query.get("ssl"))
    query = {name: value for name, value in parsed.query.items() if name == "host"}
    if mode is not None:
        if mode not in _SSL_MODES:
            raise target.unusable(f"sslmode is one of {', '.join(_SSL_MODES)}")
        # asyncpg takes libpq's modes under its own name: https://magicstack.github.io/asyncpg/current/api/index.html#connection
        query["ssl"] = mode
    return Target(parsed.set(query=query), target.shown)


def working_engine(target: Target, lock_timeout: timedelta) -> AsyncEngine:
    """Return the engine that the bot works with; its errors never repeat what was to be written, which holds secrets.

    Args:
        target: the database.
        lock_timeout: how long a statement waits for another transaction's lock.
    """
    return create_async_engine(
        target.connect,
        connect_args={
            "timeout": CONNECT_TIMEOUT.total_seconds(),
            "command_timeout": STATEMENT_TIMEOUT.total_seconds() + 5,
            "server_settings": _server_settings(
                application_name=APPLICATION,
                statement_timeout=STATEMENT_TIMEOUT,
                lock_timeout=lock_timeout,
                idle_in_transaction_session_timeout=IDLE_IN_TRANSACTION,
            ),
        },
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT.total_seconds(),
        pool_recycle=int(RECYCLE.total_seconds()),
    )


def visiting_engine(target: Target, *, patience: timedelta) -> AsyncEngine:
    """Return an engine that keeps no connection: for the look and the migrations before the work, and for `doctor`.

    Args:
        target: the database.
        patience: how long a statement waits for locks; statements themselves may take as long as they like.
    """
    return create_async_engine(
        target.connect,
        connect_args={
            "timeout": CONNECT_TIMEOUT.total_seconds(),
            "server_settings": _server_settings(application_name=f"{APPLICATION} visit", lock_timeout=patience),
        },
        hide_parameters=True,
        poolclass=NullPool,
    )


def _server_settings(*, application_name: str, **timeouts: timedelta) -> dict[str, Any]:
    """Return what a session is opened with.

    https://www.postgresql.org/docs/current/runtime-config-client.html
    """
    milliseconds = {name: str(round(timeout.total_seconds() * 1000)) for name, timeout in timeouts.items()}
    # Short statements gain nothing from being compiled.
    return {"application_name": application_name, "jit": "off", **milliseconds}
