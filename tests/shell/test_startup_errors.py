"""What discord.py gives up on, as the bot's own errors; those that come over sockets are in the acceptance tests."""

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.errors import BotError, DiscordRefused, DiscordTokenRefused, DiscordUnreachable
from bot.startup import startup_errors


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = SimpleNamespace(close_code=code)
    return discord.ConnectionClosed(socket, shard_id=0)


HERE = "https://discord.example/api/v10"


def answered(status: int, text: str) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    return discord.HTTPException(response, text)


def no_gateway() -> discord.GatewayNotFound:
    # discord.py left the types off this one's constructor.
    kind: Any = discord.GatewayNotFound
    error: discord.GatewayNotFound = kind()
    return error


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (discord.LoginFailure("Improper token has been passed."), DiscordTokenRefused()),
        (closed(4004), DiscordTokenRefused()),
        (closed(4011), DiscordRefused(4011, "the bot is in so many servers that it has to be sharded")),
        (closed(4999), DiscordRefused(4999, "it closed the connection for good")),
        (
            discord.PrivilegedIntentsRequired(0),
            DiscordRefused(
                4014,
                "discord.message_content = true asks for a privileged intent that is not switched on for the "
                'application. Switch on "Message Content Intent" on its Bot page at '
                "https://discord.com/developers/applications, or set discord.message_content = false",
            ),
        ),
        (discord.RateLimited(61.5), DiscordRefused(429, "try again in 62 seconds")),
        (answered(403, "Missing Access"), DiscordRefused(403, "Missing Access")),
        (
            answered(404, "\n<!doctype html>"),
            DiscordRefused(404, "it sent a web page instead of an answer", HERE),
        ),
        (answered(404, "404: Not Found"), DiscordRefused(404, "404: Not Found", HERE)),
        (answered(503, "<html>"), DiscordRefused(503, "it sent a web page instead of an answer")),
        (answered(429, "<html>"), DiscordRefused(429, "it sent a web page instead of an answer")),
        (no_gateway(), DiscordUnreachable("it does not tell where its gateway is")),
        (aiohttp.ClientConnectionError("no route"), DiscordUnreachable("no route")),
        (TimeoutError(), DiscordUnreachable("TimeoutError")),
        (ConnectionResetError(104, "reset by peer"), DiscordUnreachable("[Errno 104] reset by peer")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_trouble_has_its_error(trouble: Exception, error: BotError, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other tests of the same process have pointed discord.py at their own servers.
    monkeypatch.setattr(discord.http.Route, "BASE", HERE)
    with pytest.raises(type(error)) as caught, startup_errors():
        raise trouble
    assert str(caught.value) == str(error)
    assert caught.value.__cause__ is trouble


def test_what_is_not_discords_trouble_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), startup_errors():
        raise ZeroDivisionError
