"""Database URLs: which engine one names, and how it is shown.

https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls
"""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import DatabaseUnusable

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"


def parse(url: str) -> URL:
    """Read a URL of one of the two engines.

    Raises:
        DatabaseUnusable: no URL, or another engine's; what it says holds no password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # What cannot be read cannot be told from a password either, so it is not repeated.
        raise DatabaseUnusable(url="", detail="the database's URL cannot be understood") from error
    if parsed.drivername not in {SQLITE, POSTGRESQL}:
        detail = f"the bot keeps its jobs in SQLite or PostgreSQL; the URL begins with {SQLITE}:/// or {POSTGRESQL}://"
        raise DatabaseUnusable(url=shown(parsed), detail=detail)
    return parsed


def is_postgresql(url: str) -> bool:
    """Tell whether a URL names a PostgreSQL server's database.

    Raises:
        DatabaseUnusable: as `parse`.
    """
    return parse(url).drivername == POSTGRESQL


def shown(url: URL) -> str:
    """Return a URL as people and logs may see it: without its password and without what follows a "?"."""
    return url.set(query={}).render_as_string(hide_password=True)
