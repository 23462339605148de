"""Closing a client's connections without waiting for long."""

import asyncio

import discord
import structlog

_log = structlog.get_logger(__name__)


async def leave(client: discord.Client, seconds: float) -> None:
    """Close every connection, in good order if Discord answers within `seconds`.

    discord.py waits half a minute for the answer to the closing of a gateway connection.
    """
    leaving = asyncio.ensure_future(client.close())
    _, late = await asyncio.wait({leaving}, timeout=seconds)
    if late:
        _log.warning("Discord does not answer; its connections are cut")
        # The gateway connection is of the same session, and its closing ends with it.
        await client.http.close()
    await leaving
