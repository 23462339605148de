"""Discord without a gateway: for a process that works on jobs and hears of nothing."""

import aiohttp
import discord


class Speaker(discord.Client):
    """Logs in with REST alone, and then posts and edits; it takes no commands and registers none.

    What a job needs to know of its place stands in its row, so nothing has to be in the caches that a gateway fills.
    """

    def __init__(self, *, http_trace: aiohttp.TraceConfig | None = None) -> None:
        super().__init__(
            http_trace=http_trace or aiohttp.TraceConfig(),
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=30.0,
        )
