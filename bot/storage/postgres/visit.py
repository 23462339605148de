"""A look into a PostgreSQL database before it is worked on, and its migrations, under a lock that processes share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection, inspect, text

from bot.errors import DatabaseUnusable
from bot.storage import migrate
from bot.storage.backend import DatabaseFacts
from bot.storage.postgres import errors
from bot.storage.postgres.engine import APPLICATION, Target, locate, visiting_engine
from bot.storage.tables import metadata

T = TypeVar("T")

OLDEST_SERVER = 14
"""The oldest version with support in 2026: https://www.postgresql.org/support/versioning/"""
MIGRATION_LOCK = 0x5EED_0001
"""The number of the advisory lock of whoever migrates; another program in the same database would have to pick it."""
MIGRATION_PATIENCE = timedelta(minutes=2)
"""How long a process waits for another one to migrate, and a migration for the locks it needs."""
_OF_ITS_OWN = "give the bot a database of its own"
_OF_EVERY_REVISION = {"jobs", "facts"}
_WRITE_RIGHTS = text("SELECT has_table_privilege('jobs', 'INSERT') AND has_table_privilege('jobs', 'UPDATE')")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: `revision` is None in an empty one."""

    revision: str | None


async def bring_up_to_date(target: Target) -> None:
    """Run the migrations that are missing, all of them or none; of several processes that start at once, one does.

    Raises:
        DatabaseUnusable: it cannot be reached, is not ours to use, or refuses a migration; nothing was changed.
    """

    def work(connection: Connection) -> None:
        if look_into(target, connection).revision == migrate.newest_revision():
            return
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        # Another process may have done it meanwhile, or a newer one more than that.
        look_into(target, connection)
        migrate.upgrade(connection)

    await _visit(target, work)


async def check(url: str) -> DatabaseFacts:
    """Look into a database and leave it as it is.

    Raises:
        DatabaseUnusable: it cannot be reached or written, or is not ours to use.
    """
    target = locate(url)

    def work(connection: Connection) -> DatabaseFacts:
        contents = look_into(target, connection)
        _check_rights(target, connection, contents)
        return DatabaseFacts(target.shown, True, contents.revision, migrate.newest_revision())

    return await _visit(target, work)


async def in_use(url: str) -> bool:
    """Tell whether a process of the bot is connected to a database.

    Raises:
        DatabaseUnusable: it cannot be asked.
    """
    others = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :us")
    return await _visit(
        locate(url), lambda connection: bool(connection.execute(others, {"us": APPLICATION}).scalar_one())
    )


def look_into(target: Target, connection: Connection) -> Contents:
    """Look what a database holds.

    Raises:
        DatabaseUnusable: too old a server, a read-only one, a newer version's tables, or another program's.
    """
    version = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if version < OLDEST_SERVER * 10_000:
        raise target.unusable(f"the server is PostgreSQL {version // 10_000}; {OLDEST_SERVER} or newer is needed")
    if connection.execute(text("SELECT current_setting('transaction_read_only')")).scalar_one() == "on":
        raise target.unusable("the server takes no writes; is it a replica?")
    if connection.execute(text("SELECT current_schema()")).scalar_one() is None:
        raise target.unusable("the database has no schema that this user may work in")
    tables = set(inspect(connection).get_table_names())
    ours = set(metadata.tables)
    revision = migrate.current_revision(connection) if migrate.VERSION_TABLE in tables else None
    if revision is None:
        others = tables - {migrate.VERSION_TABLE}
        if others:
            raise target.unusable(f"it is another program's, with tables such as {min(others)}; {_OF_ITS_OWN}")
        return Contents(None)
    if revision not in migrate.known_revisions():
        if not tables >= _OF_EVERY_REVISION:
            raise target.unusable(f"it is another program's, at a revision {revision}; {_OF_ITS_OWN}")
        raise target.unusable(
            f"it was made by a newer version of the bot (revision {revision}; this one knows up to "
            f"{migrate.newest_revision()})"
        )
    missing = (ours if revision == migrate.newest_revision() else _OF_EVERY_REVISION) - tables
    if missing:
        raise target.unusable(f"it is damaged: at revision {revision}, but without the table {min(missing)}")
    return Contents(revision)


def _check_rights(target: Target, connection: Connection, contents: Contents) -> None:
    if contents.revision is not None and not connection.execute(_WRITE_RIGHTS).scalar_one():
        raise target.unusable("this user may not write to the bot's tables")
    if contents.revision != migrate.newest_revision():
        create = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
        if not connection.execute(create).scalar_one():
            raise target.unusable("this user may make no tables in it; let it own the database")


async def _visit(target: Target, work: Callable[[Connection], T]) -> T:
    engine = visiting_engine(target, patience=MIGRATION_PATIENCE)
    failure: DatabaseUnusable
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    except errors.FOREIGN as error:
        failure = target.unusable(_in_words(error)).with_cause(error)
    finally:
        await engine.dispose()
    raise failure


def _in_words(error: BaseException) -> str:
    words = errors.words(error)
    if errors.sqlstate(error) is None and isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return f"no server answers there ({words})"
    return words
