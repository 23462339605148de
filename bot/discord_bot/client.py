"""The Discord client: extensions by name, commands synced when they changed, and how its shards are."""

import hashlib
import json
from collections.abc import Sequence
from typing import Protocol

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock, SystemClock
from bot.discord_bot.answers import ErrorAnsweringTree
from bot.discord_bot.shards import Presence, Shards
from bot.discord_bot.terms import Hearing, intents, point_at_gateway
from bot.domain.offers import OfferStore
from bot.jobs.desk import Desk
from bot.jobs.service import JobService

EXTENSIONS = ("cogs.seedream", "cogs.references", "cogs.results")
MENTIONS = "cogs.mention"
REACTIONS = "cogs.reaction"

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
    """The bot as Discord sees it. `jobs`, `desk` and `offers` are what its cogs call, `clock` what they wait by.

    Args:
        shards: this process's; None: it is the only process, and has as many as Discord recommends.
        memory: where it is kept what was registered last; None: it is registered whenever that is asked for.
        sync_when_changed: whether to register the commands before connecting, if they have changed.
        gateway_url: where to connect; None: where Discord says.
        clock: tells for how long a shard has been away.
        http_trace: sees every request.
        hearing: what it listens to beside interactions; None: nothing.
    """

    def __init__(
        self,
        *,
        shards: Shards | None = None,
        memory: CommandMemory | None = None,
        sync_when_changed: bool = True,
        gateway_url: str | None = None,
        clock: Clock | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        self.hearing = hearing or Hearing()
        super().__init__(
            http_trace=http_trace or aiohttp.TraceConfig(),
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ErrorAnsweringTree,
            intents=intents(self.hearing),
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
        self.desk: Desk
        self.offers: OfferStore
        self._shards = shards
        if shards is not None:
            self.shard_ids, self.shard_count = list(shards.ids), shards.total
        self._memory = memory
        self._sync_when_changed = sync_when_changed
        self._gateway_url = gateway_url
        self.clock = clock or SystemClock()
        self._presence = Presence(self.clock.monotonic)

    def serve(self, jobs: JobService, desk: Desk, offers: OfferStore) -> None:
        """Hand over what the cogs call; to be done before logging in."""
        self.jobs = jobs
        self.desk = desk
        self.offers = offers

    async def setup_hook(self) -> None:
        """Load the cogs and register the commands if they changed; runs once, after login and before the gateway."""
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        if self.hearing.mentions:
            await self.load_extension(MENTIONS)
        if self.hearing.reactions:
            await self.load_extension(REACTIONS)
        if self._sync_when_changed:
            await self.sync_if_changed()
        if self._shards is not None or self._gateway_url is not None:
            await self._settle_shards()

    async def _settle_shards(self) -> None:
        """Compare the number of shards with what Discord recommends, or take that; and know where the gateway is.

        Only with a known number does discord.py connect to its default address, which is the one to be set here.

        Source: https://discord.com/developers/docs/events/gateway#get-gateway-bot
        """
        recommended, url, _ = await self.http.get_bot_gateway()
        point_at_gateway(self._gateway_url or url)
        if self._shards is None:
            self.shard_count = recommended
        elif recommended > self._shards.total:
            _log.warning(
                "Discord recommends more shards; set cluster.shards to that number for every process, then restart all",
                recommended=recommended,
                shards=self._shards.total,
            )

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
    def own_shards(self) -> Sequence[int]:
        """The shards of this process, once it is known how many there are."""
        return self.shard_ids or range(self.shard_count or 1)

    @property
    def offline_seconds(self) -> float | None:
        """For how long not every shard of this process has been connected; None while all are."""
        return self._presence.offline_seconds

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that a shard has a new session."""
        self._presence.came(shard_id, self.own_shards)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that a shard has its session back."""
        await self.on_shard_connect(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that a shard has lost its connection; discord.py says so again for every attempt that fails."""
        self._presence.went(shard_id)

    async def on_ready(self) -> None:
        """Log that the bot is there; runs again after every new session."""
        _log.info("connected to Discord", user=str(self.user), guilds=len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cog that listens to them; there are no commands of text."""

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log an error of an event listener with its traceback."""
        _log.exception("error in an event listener", event_name=event_method)
