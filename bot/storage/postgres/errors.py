"""PostgreSQL's errors, sorted by their codes: what is the program's mistake, what may pass, what may be tried again.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import asyncpg
from sqlalchemy import exc

from bot.errors import StorageUnavailable

_MISTAKES = ("22", "23", "42")
"""Classes of a statement that would fail again: bad data, a broken constraint, bad SQL."""
_NOT_MISTAKES = frozenset({"42501", "42P01", "42703"})
"""No right to a table, no such table or column: the database's state, which somebody can mend."""
_UNDONE = frozenset({"40001", "40P01"})
"""The server has taken the transaction back for the sake of another: serialization, deadlock."""
_NO_SERVER = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What connecting raises as it is."""
FOREIGN = (exc.DBAPIError, exc.TimeoutError, *_NO_SERVER)
"""Every error that is to be translated."""


def translated(error: BaseException) -> Exception:
    """Return the error to raise in place of one of `FOREIGN`.

    That is a `StorageUnavailable`, or, for a mistake in the program, SQLAlchemy's own class with a message that does
    not repeat the row: PostgreSQL's DETAIL does, and rows hold secrets.
    """
    if isinstance(error, exc.DBAPIError) and is_mistake(error):
        return type(error)(error.statement, None, _Plain(words(error)), hide_parameters=True)
    return StorageUnavailable(detail=words(error)).with_cause(error)


def is_mistake(error: exc.DBAPIError) -> bool:
    """Tell whether the statement would fail again whatever the state of the database."""
    code = sqlstate(error)
    if code is None:
        # The driver could not even encode the values.
        return isinstance(_driver_error(error), ValueError)
    return code.startswith(_MISTAKES) and code not in _NOT_MISTAKES


def is_undone(error: BaseException) -> bool:
    """Tell whether a transaction that had not come to its commit is certainly undone and worth another try at once."""
    if not isinstance(error, exc.DBAPIError):
        return False
    # Statements prepared before another process migrated the tables are made anew.
    stale = isinstance(_driver_error(error), asyncpg.InvalidCachedStatementError)
    return stale or error.connection_invalidated or sqlstate(error) in _UNDONE


def is_cut_off(error: BaseException) -> bool:
    """Tell whether the connection ended in the midst of a statement, so that nobody knows what became of it."""
    code = sqlstate(error)
    return isinstance(_driver_error(error), OSError | TimeoutError) if code is None else code.startswith("08")


def sqlstate(error: BaseException) -> str | None:
    """Return the five characters by which the server says what is wrong, if it was the server who said it."""
    code = getattr(_driver_error(error), "sqlstate", None)
    return code if isinstance(code, str) else None


def words(error: BaseException) -> str:
    """Return what is wrong in one line that repeats no values."""
    cause = _driver_error(error)
    if isinstance(cause, TimeoutError):
        return "the server did not answer in time"
    if isinstance(cause, ValueError) or (sqlstate(error) or "").startswith("22"):
        return type(cause).__name__
    text = str(cause.args[0]) if isinstance(cause, asyncpg.PostgresError) and cause.args else str(cause)
    return text.splitlines()[0] if text else type(cause).__name__


def _driver_error(error: BaseException) -> BaseException:
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


class _Plain(Exception):
    """A driver's error reduced to its first line."""
