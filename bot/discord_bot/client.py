"""The Discord client: extensions by name, commands synced when they changed, and how its shards are."""

import asyncio
import hashlib
import json
from typing import Protocol

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock, SystemClock
from bot.discord_bot.answers import ErrorAnsweringTree
from bot.discord_bot.terms import intents
from bot.jobs.service import JobService

EXTENSIONS = ("cogs.seedream",)

_log = structlog.get_logger(__name__)


class CommandMemory(Protocol):
    """Where the fingerprint of the synced commands is kept over restarts; `bot.storage` fills it."""

    async def get(self, name: str) -> str | None:
        """Return what is kept under a name."""
        ...

    async def set(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        ...


class SeedreamBot(commands.AutoShardedBot):
    """The bot as Discord sees it. `jobs` is what its cogs call."""

    def __init__(
        self,
        *,
        memory: CommandMemory | None = None,
        sync_when_changed: bool = True,
        gateway_url: str | None = None,
        clock: Clock | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> None:
        super().__init__(
            http_trace=http_trace or aiohttp.TraceConfig(),
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ErrorAnsweringTree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            # Nothing is looked up in these caches; without them memory does not grow with the servers' chatter.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=30.0,
        )
        self.jobs: JobService
        self._memory = memory
        self._sync_when_changed = sync_when_changed
        self._gateway_url = gateway_url
        self._clock = clock or SystemClock()
        self._shards_connected: set[int] = set()
        self._offline_since: float | None = self._clock.monotonic()

    def serve(self, jobs: JobService) -> None:
        """Hand over what the cogs call; to be done before logging in."""
        self.jobs = jobs

    async def setup_hook(self) -> None:
        """Load the cogs and register the commands if they changed; runs once, after login and before the gateway."""
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        if self._sync_when_changed:
            await self.sync_if_changed()
        if self._gateway_url is not None:
            # Only with a known shard count does discord.py use its default gateway, which `point_at` has set.
            self.shard_count, _, _ = await self.http.get_bot_gateway()

    async def sync_if_changed(self) -> bool:
        """Register the commands globally if they differ from what was registered last; tell whether they did.

        Discord allows 200 creations a day (https://discord.com/developers/docs/interactions/application-commands).
        """
        if self._memory is not None and await self._memory.get(self._memory_name) == self.command_fingerprint():
            return False
        await self.sync_now()
        return True

    async def sync_now(self, guild_id: int | None = None, *, remove: bool = False) -> int:
        """Register the commands, globally or for one server, whatever was registered before; return how many.

        For one server they are there at once, which helps while trying things out; they stand beside the global ones,
        until `remove` takes the server's own away.
        """
        if guild_id is None:
            count = len(await self.tree.sync())
            if self._memory is not None:
                await self._memory.set(self._memory_name, self.command_fingerprint())
        else:
            # Where a command may be used can be said of global commands only:
            # https://discord.com/developers/docs/interactions/application-commands#interaction-contexts
            payload = [] if remove else [command.to_dict(self.tree) for command in self.tree.get_commands()]
            for command in payload:
                command.pop("contexts", None)
                command.pop("integration_types", None)
            count = len(await self.http.bulk_upsert_guild_commands(self.application_id or 0, guild_id, payload))
        _log.info("commands registered", count=count, guild=guild_id)
        return count

    @property
    def _memory_name(self) -> str:
        return f"commands:{self.application_id}"

    def command_fingerprint(self) -> str:
        """Return a hash of the commands as Discord would be sent them."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()

    @property
    def offline_seconds(self) -> float | None:
        """For how long not every shard has been connected; None while all are."""
        return None if self._offline_since is None else self._clock.monotonic() - self._offline_since

    async def leave(self, seconds: float) -> None:
        """Close every connection, in good order if Discord answers within `seconds`.

        discord.py waits half a minute for the answer to the closing of a gateway connection.
        """
        leaving = asyncio.ensure_future(self.close())
        _, late = await asyncio.wait({leaving}, timeout=seconds)
        if late:
            _log.warning("Discord does not answer; its connections are cut")
            # The gateway connection is of the same session, and its closing ends with it.
            await self.http.close()
        await leaving

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that a shard has a new session."""
        self._shards_connected.add(shard_id)
        if self._shards_connected.issuperset(range(self.shard_count or 1)):
            self._offline_since = None

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that a shard has its session back."""
        await self.on_shard_connect(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that a shard has lost its connection; discord.py says so again for every attempt that fails."""
        self._shards_connected.discard(shard_id)
        if self._offline_since is None:
            self._offline_since = self._clock.monotonic()

    async def on_ready(self) -> None:
        """Log that the bot is there; runs again after every new session."""
        _log.info("connected to Discord", user=str(self.user), guilds=len(self.guilds))

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log an error of an event listener with its traceback."""
        _log.exception("error in an event listener", event_name=event_method)
