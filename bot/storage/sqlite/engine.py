"""SQLite's connections: one that writes, some that read, and the pragmas of both."""

import sqlite3
from datetime import timedelta
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import StaticPool

from bot.storage.sqlite.file import Location

READERS = 4


def writing_engine(location: Location, busy_timeout: timedelta) -> Engine:
    """Return the engine of the one writer: one plain connection, usable in any thread.

    Errors of the engine never repeat what was to be written, which holds secrets.
    """
    url = URL.create("sqlite+pysqlite", database=str(location.path) if location.path else ":memory:")
    connect_args: dict[str, Any] = {"check_same_thread": False, "timeout": busy_timeout.total_seconds()}
    if location.path is None:
        engine = create_engine(url, connect_args=connect_args, hide_parameters=True, poolclass=StaticPool)
    else:
        engine = create_engine(url, connect_args=connect_args, hide_parameters=True, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def reading_engine(location: Location, busy_timeout: timedelta) -> Engine | None:
    """Return the engine that reads beside the writer; None in memory, where there is only one connection."""
    if location.path is None:
        return None
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(location.path)),
        connect_args={"check_same_thread": False, "timeout": busy_timeout.total_seconds()},
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        pool_size=READERS,
        max_overflow=0,
        # A statement on its own leaves nothing to roll back.
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
    )
    event.listen(engine, "connect", _prepare_reader)
    return engine


def _prepare_writer(dbapi_connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by SQLAlchemy's word, never by the driver's guess.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    try:
        # Readers and the writer do not wait for each other: https://www.sqlite.org/wal.html
        cursor.execute("PRAGMA journal_mode = WAL")
        # A commit is on the disk when it returns, not merely with the kernel.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
    finally:
        cursor.close()


def _prepare_reader(dbapi_connection: DBAPIConnection, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    try:
        cursor.execute("PRAGMA query_only = ON")
    finally:
        cursor.close()


def _begin_immediately(connection: Connection) -> None:
    # Taking the write lock at once waits for its turn; taking it midway can fail instead.
    # https://www.sqlite.org/lang_transaction.html#deferred_immediate_and_exclusive_transactions
    connection.exec_driver_sql("BEGIN IMMEDIATE")
