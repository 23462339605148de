"""Bringing a database's tables to what this version of the bot needs."""

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

VERSION_TABLE = "alembic_version"
_HERE = Path(__file__).parent / "migrations"
_ALEMBIC = threading.Lock()
"""Alembic keeps the migration it is in the midst of in module globals, so there can be one at a time in a process."""


@cache
def newest_revision() -> str:
    """Return the revision that this version of the bot works with."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("the package comes without its migrations")
    return head


@cache
def known_revisions() -> frozenset[str]:
    """Return every revision that this version of the bot can upgrade from, and its own."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at; None if it has no tables of ours yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> bool:
    """Bring a database to the newest revision, within the transaction the connection is in; True if it was behind."""
    newest = newest_revision()
    if current_revision(connection) == newest:
        return False
    with _ALEMBIC:
        command.upgrade(_config(connection), newest)
    return True


def downgrade(connection: Connection, revision: str) -> None:
    """Take a database back to an earlier revision, or to none by "base", within the connection's transaction."""
    with _ALEMBIC:
        command.downgrade(_config(connection), revision)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    # Alembic interpolates its options, so a percent sign in the path of the installation is doubled.
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
