"""What Discord's refusals and silences mean for a job.

Source of the codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import (
    BotError,
    DiscordRejected,
    DiscordUnavailable,
    MessageGone,
    PlaceGone,
    ThreadNotOpened,
    UploadTooLarge,
)

UNKNOWN_MESSAGE = 10008
THREAD_ALREADY_CREATED = 160004
REQUEST_ENTITY_TOO_LARGE = 40005
_DELETED = {
    10003,  # Unknown Channel
    10004,  # Unknown Guild
}
_PLACE_GONE = _DELETED | {
    10015,  # Unknown Webhook: the interaction's token has ended
    50001,  # Missing Access
    50007,  # Cannot send messages to this user
    50013,  # Missing Permissions
    50027,  # Invalid Webhook Token
    50278,  # Cannot send messages to this user: no server in common
    40094,  # The followups of this interaction are used up
    160005,  # Thread is locked
}
_NOT_EDITABLE = {
    UNKNOWN_MESSAGE,
    50083,  # Thread is archived: a message there cannot be edited until somebody writes in it
}
_NO_THREAD = {
    50001,
    50013,
    50024,  # Cannot execute action on this channel type
    10008,
    160006,  # Maximum number of active threads
    160007,  # Maximum number of active announcement threads
    200001,  # Title was blocked by automatic moderation
    50035,  # Invalid form body: a name that Discord does not take
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what discord.py raises into the errors jobs decide by."""
    try:
        yield
    except discord.HTTPException as error:
        raise _of_answer(error) from error
    except discord.RateLimited as error:
        raise DiscordUnavailable(detail="rate limited", retry_after=error.retry_after) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        connected = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
        raise DiscordUnavailable(detail=str(error) or type(error).__name__, maybe_taken=connected) from error


def _of_answer(error: discord.HTTPException) -> BotError:
    detail = f"{error.status} {error.code}: {error.text}"[:300]
    if error.status == 413 or error.code == REQUEST_ENTITY_TOO_LARGE:
        return UploadTooLarge(detail=detail)
    if error.code in _NOT_EDITABLE:
        return MessageGone(detail=detail)
    if error.code in _PLACE_GONE:
        return PlaceGone(detail=detail, deleted=error.code in _DELETED)
    if error.status in {401, 429} or error.status >= 500:
        # 401: the bot's own token was changed. The operator mends that; meanwhile nothing need be given up.
        taken = error.status not in {401, 429, 503}
        return DiscordUnavailable(detail=detail, retry_after=_retry_after(error), maybe_taken=taken)
    if error.status in {403, 404}:
        return PlaceGone(detail=detail)
    return DiscordRejected(detail=detail)


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return None


def of_thread(error: discord.HTTPException) -> ThreadNotOpened | None:
    """Return the refusal to open a thread that an answer means, if it means one."""
    if error.code in _NO_THREAD:
        return ThreadNotOpened(detail=f"{error.code}: {error.text}"[:300])
    return None
