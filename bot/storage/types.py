"""Column types and expressions that mean the same on every engine."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Double, Float, Table, TypeDecorator, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC with microseconds so that the database itself can compare two of them.

    PostgreSQL keeps it as `timestamptz`; SQLite, which has no such type, as `YYYY-MM-DD HH:MM:SS.ffffff`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment in UTC.

        Raises:
            ValueError: the moment has no time zone, so nobody can know which one is meant.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DatabaseTime(FunctionElement[datetime]):
    """The present by the database's own clock, the only one that several processes share, plus some seconds."""

    name = "database_time"
    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, offset: timedelta = timedelta()) -> None:
        super().__init__(literal(offset.total_seconds(), Float()))


@compiles(DatabaseTime, "sqlite")
def _sqlite_time(element: DatabaseTime, compiler: SQLCompiler, **kw: Any) -> str:
    # Milliseconds are all SQLite offers; the zeros make it comparable with what UtcDateTime writes.
    # https://www.sqlite.org/lang_datefunc.html
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', ({compiler.process(element.clauses, **kw)}) || ' seconds')"


@compiles(DatabaseTime, "postgresql")
def _postgresql_time(element: DatabaseTime, compiler: SQLCompiler, **kw: Any) -> str:
    # Not now(): that is the start of the transaction, which may have waited for a lock since.
    # https://www.postgresql.org/docs/current/functions-datetime.html
    return f"clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)})"


class DatabaseSeconds(FunctionElement[float]):
    """The present by the database's own clock in seconds since 1970, plus some more; for reckoning with durations."""

    name = "database_seconds"
    type = Double()
    inherit_cache = True

    def __init__(self, offset: float = 0.0) -> None:
        super().__init__(literal(offset, Double()))


@compiles(DatabaseSeconds, "sqlite")
def _sqlite_seconds(element: DatabaseSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    # 2440587.5 is the Julian day of the first of January 1970.
    return f"((julianday('now') - 2440587.5) * 86400.0 + ({compiler.process(element.clauses, **kw)}))"


@compiles(DatabaseSeconds, "postgresql")
def _postgresql_seconds(element: DatabaseSeconds, compiler: SQLCompiler, **kw: Any) -> str:
    seconds = "extract(epoch from clock_timestamp())::double precision"
    return f"({seconds} + ({compiler.process(element.clauses, **kw)}))"


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the INSERT of this connection's engine that knows ON CONFLICT, which SQLite has of PostgreSQL.

    https://www.sqlite.org/lang_upsert.html
    """
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
