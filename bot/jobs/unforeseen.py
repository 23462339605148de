"""What nobody foresaw becomes an error like the others: a reference for the person, the traceback for the log."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.domain.job import Job
from bot.errors import BotError, UnknownError

_log = structlog.get_logger(__name__)


@contextmanager
def foreseen(job: Job) -> Iterator[None]:
    """Let nothing but `BotError` out of the block.

    Raises:
        UnknownError: in place of any other exception; its reference also stands in the log, beside the traceback.
    """
    try:
        yield
    except BotError:
        raise
    except Exception as error:
        reference = secrets.token_hex(4)
        _log.exception("unforeseen error in a job", job=job.id, status=job.status.value, reference=reference)
        raise UnknownError(reference=reference, summary=type(error).__name__) from error
