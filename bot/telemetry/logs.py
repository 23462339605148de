"""One log for everything in the process, on stderr: structlog's and the standard library's lines through one chain.

discord.py, aiohttp, SQLAlchemy and Alembic log through the standard library. Their chatter below "info" is never
shown; the level applies to the bot's own lines.
"""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Literal, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.telemetry.reconnects import in_one_line
from bot.telemetry.redaction import Redactor

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "text"]

_OWN_LOGGERS = ("bot", "cogs", "sandbox")
_CHATTY_LOGGERS = ("alembic",)
"""Whose "info" is about themselves only, at every start; shown at level "debug"."""
_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logging(
    level: Level,
    form: Format,
    secrets: Iterable[SecretStr] = (),
    *,
    stream: TextIO | None = None,
) -> Callable[[], None]:
    """Send every log line of the process to `stream`, without secrets.

    Args:
        level: the least severe of the bot's own lines to show; of other libraries' at least "info".
        form: "text" for people, "json" for machines: one object a line; "auto" is text on a terminal.
        secrets: values that are replaced wherever they stand, tracebacks and logged objects included.
        stream: stderr by default.

    Returns:
        A function that puts everything back as it was.
    """
    stream = stream or sys.stderr
    restore = _remember()
    as_text = form == "text" or (form == "auto" and stream.isatty())
    redactor = Redactor(secrets)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    handler = _Handler(stream, redactor, threshold)
    handler.addFilter(_is_of_use)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                # Tracebacks become text first: only text can be searched for secrets.
                structlog.processors.format_exc_info,
                _redaction(redactor),
                _text_renderer(stream) if as_text else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Loggers are made at import; a cached one would outlive a change of the configuration.
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(threshold, logging.INFO))
    for name in _OWN_LOGGERS:
        logging.getLogger(name).setLevel(threshold)
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO if threshold < logging.INFO else max(threshold, logging.WARNING))
    logging.captureWarnings(capture=True)
    return restore


class _Handler(logging.StreamHandler[TextIO]):
    """Keeps the promise for lines that cannot be formatted, too; the standard library prints those as they are."""

    def __init__(self, stream: TextIO, redactor: Redactor, threshold: int) -> None:
        super().__init__(stream)
        self._redactor = redactor
        self._threshold = threshold

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; what is less severe than it was called is left out if the level says so."""
        calm = in_one_line(record, traceback=self._threshold <= logging.DEBUG)
        if calm is record or calm.levelno >= self._threshold:
            super().emit(calm)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Say which line could not be logged, and why."""
        broken = f"A log line of {record.name} ({record.pathname}:{record.lineno}) could not be written: "
        # A closed or full stderr must not take the bot down.
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(broken + self._redactor.text(f"{sys.exception()!r}: {record.msg!r}") + "\n")


def _is_of_use(record: logging.LogRecord) -> bool:
    # discord.py warns of libraries for voice, which this bot never uses.
    return not (record.name == "discord.client" and str(record.msg).endswith("voice will NOT be supported"))


def _redaction(redactor: Redactor) -> Processor:
    def redact(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
        return redactor.mapping(event_dict)

    return redact


def _text_renderer(stream: TextIO) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )


def _leveled() -> tuple[str, ...]:
    return ("", *_OWN_LOGGERS, *_CHATTY_LOGGERS)


def _remember() -> Callable[[], None]:
    root = logging.getLogger()
    handlers, levels = list(root.handlers), {name: logging.getLogger(name).level for name in _leveled()}
    structlog_was_configured, structlog_settings = structlog.is_configured(), structlog.get_config()

    def restore() -> None:
        root.handlers = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        logging.captureWarnings(capture=False)
        if structlog_was_configured:
            structlog.configure(**structlog_settings)
        else:
            structlog.reset_defaults()

    return restore
