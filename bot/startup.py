"""discord.py's ways of failing, as the errors that end the bot with one readable line."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import DiscordRefused, DiscordTokenRefused, DiscordUnreachable

AUTHENTICATION_FAILED = 4004
_CLOSE_CODES = {
    4010: "the bot asked for a shard that does not exist",
    4011: "the bot is in so many servers that it has to be sharded",
    4012: "this version of Discord's gateway is no longer spoken",
    4013: "the bot asked for intents that do not exist",
    4014: "discord.message_content = true asks for a privileged intent that is not switched on for the application. "
    'Switch on "Message Content Intent" on its Bot page at https://discord.com/developers/applications, or set '
    "discord.message_content = false",
}
"""Closings after which there is no use in connecting again.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
"""


@contextmanager
def startup_errors() -> Iterator[None]:
    """Translate whatever discord.py gives up on: logging in, registering commands, keeping the gateway connection.

    Raises:
        DiscordTokenRefused: the token is wrong, or was reset meanwhile.
        DiscordRefused: Discord answered with something else than what was asked for.
        DiscordUnreachable: there is no answer.
    """
    try:
        yield
    except discord.LoginFailure as error:
        raise DiscordTokenRefused from error
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED:
            raise DiscordTokenRefused from error
        raise _closed(error.code) from error
    except discord.PrivilegedIntentsRequired as error:
        raise _closed(4014) from error
    except discord.RateLimited as error:
        raise DiscordRefused(status=429, detail=f"try again in {error.retry_after:.0f} seconds") from error
    except discord.HTTPException as error:
        raise _refused(error) from error
    except discord.GatewayNotFound as error:
        raise DiscordUnreachable(detail="it does not tell where its gateway is") from error
    except (aiohttp.ClientError, OSError) as error:
        raise DiscordUnreachable(detail=str(error) or type(error).__name__) from error


def _refused(error: discord.HTTPException) -> DiscordRefused:
    # Discord's API speaks JSON, and names an unknown thing by a code; other servers send a page. Overloaded or
    # keeping a client out, the proxies before Discord send one, too.
    page = error.text.lstrip().startswith("<")
    stranger = 400 <= error.status < 500 and error.status != 429 and (page or (error.status == 404 and not error.code))
    return DiscordRefused(
        status=error.status,
        detail="it sent a web page instead of an answer" if page else error.text,
        stranger=discord.http.Route.BASE if stranger else "",
    )


def _closed(code: int) -> DiscordRefused:
    return DiscordRefused(status=code, detail=_CLOSE_CODES.get(code, "it closed the connection for good"))
