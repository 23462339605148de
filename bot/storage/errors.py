"""Where the database's errors become the bot's."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from bot.errors import StorageUnavailable

_OURS = (exc.IntegrityError, exc.DataError, exc.ProgrammingError, exc.NotSupportedError)
"""Errors of a statement that would fail again; they are mistakes in the program, not the database's state."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn a database that is locked, full, damaged or gone into an error that asks to try again later.

    Raises:
        StorageUnavailable: instead of SQLAlchemy's own error, which stays as its cause.
    """
    try:
        yield
    except _OURS:
        raise
    except exc.DBAPIError as error:
        raise StorageUnavailable(detail=str(error.orig)) from error
    except exc.TimeoutError as error:
        raise StorageUnavailable(detail=str(error)) from error
