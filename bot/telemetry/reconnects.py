"""discord.py's lines about a lost gateway, in one line each.

It logs every attempt to connect again as an error with its traceback, several KB each, for as long as Discord is away;
nothing of the bot's is broken then. The lines: `discord/shard.py` and `discord/client.py` of discord.py.
"""

import copy
import logging
import os

import aiohttp
import discord

_LOGGERS = frozenset({"discord.shard", "discord.client", "discord.gateway"})
_ATTEMPTS = ("Attempting a reconnect", "Failed to connect for shard_id")
_CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    aiohttp.ClientError,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
    discord.HTTPException,
)


def in_one_line(record: logging.LogRecord, *, traceback: bool) -> logging.LogRecord:
    """Return a warning in place of a line about a lost connection that is tried again; any other line as it is.

    Args:
        record: left unchanged.
        traceback: whether the warning keeps the traceback.
    """
    error = record.exc_info[1] if record.exc_info else None
    if (
        record.name not in _LOGGERS
        or not isinstance(error, _CONNECTION_ERRORS)
        or not str(record.msg).startswith(_ATTEMPTS)
    ):
        return record
    calm = copy.copy(record)
    calm.levelno, calm.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    calm.msg, calm.args = f"no connection to Discord ({_reason(error)}); trying again; jobs go on", ()
    if not traceback:
        calm.exc_info = calm.exc_text = None
    return calm


def _reason(error: BaseException) -> str:
    match error:
        case discord.ConnectionClosed():
            return f"closed with code {error.code}"
        case discord.HTTPException():
            return f"HTTP {error.status}"
        case discord.GatewayNotFound():
            return "it does not tell its gateway"
        case TimeoutError():
            return "timed out"
        case OSError() if error.errno and error.errno > 0:
            return os.strerror(error.errno).lower()
        case _:
            # The words of others may have several lines.
            return " ".join(str(error).split()) or type(error).__name__
