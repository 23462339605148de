"""The Discord client: intents, extensions by name, commands synced when they changed, every error answered."""

import hashlib
import json
import secrets
from typing import Protocol
from urllib.parse import urlencode

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock, SystemClock
from bot.domain.place import Right
from bot.errors import BotError, Cost, UnknownError
from bot.jobs.service import JobService
from bot.presentation.errors import explain
from bot.presentation.i18n import speaking

EXTENSIONS = ("cogs.seedream",)
ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_WEBHOOK = 10015
NOT_TAKEN = 503
CANNOT_SAY = frozenset({10062, 10015, 50027})
"""Discord's codes for an interaction whose token has ended."""

_log = structlog.get_logger(__name__)


class CommandMemory(Protocol):
    """Where the fingerprint of the synced commands is kept over restarts; `bot.storage` fills it."""

    async def get(self, name: str) -> str | None:
        """Return what is kept under a name."""
        ...

    async def set(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        ...


def point_at(api_base_url: str, gateway_url: str | None) -> None:
    """Make discord.py talk to another server than Discord's own; it knows these addresses as class attributes only."""
    discord.http.Route.BASE = api_base_url
    if gateway_url is not None:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def intents() -> discord.Intents:
    """Return the least the bot needs: interactions want no intent; guilds tells about threads and channels.

    Source: https://discord.com/developers/docs/events/gateway#list-of-intents
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    return wanted


def permissions() -> int:
    """Return the integer of the permissions the bot makes use of.

    Source: https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
    """
    return discord.Permissions(**{right.value: True for right in Right}).value


def invitation(application_id: object) -> str:
    """Return the link that adds the bot to a server with the permissions it needs.

    Source: https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
    """
    query = {"client_id": application_id, "permissions": permissions(), "scope": "bot applications.commands"}
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


class ErrorAnsweringTree(app_commands.CommandTree["SeedreamBot"]):
    """A command tree that turns every error into words for the person who used the command."""

    async def on_error(
        self, interaction: discord.Interaction["SeedreamBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer an error; the unforeseen gets a reference that also stands in the log."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await answer_error(interaction, cause)


async def acknowledge(interaction: discord.Interaction["SeedreamBot"]) -> int:
    """Tell Discord that the answer takes a while, and return the id of the message that will be it.

    Where the answer to that is lost on its way, Discord may have taken it all the same, and is asked. What it did not
    take is tried a second time.

    Raises:
        discord.HTTPException: it was not taken.
    """
    try:
        return await _deferred(interaction)
    except discord.HTTPException as error:
        if error.status != NOT_TAKEN and error.code != UNKNOWN_WEBHOOK:
            raise
    return await _deferred(interaction)


async def _deferred(interaction: discord.Interaction["SeedreamBot"]) -> int:
    try:
        callback = await interaction.response.defer(thinking=True)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
    except (aiohttp.ClientError, OSError, ValueError, TypeError, LookupError) as error:
        # The latter three come of an answer of another shape than discord.py reckons with.
        _log.warning("the acknowledgement's answer was lost", error=str(error) or type(error).__name__)
    else:
        if callback is not None and callback.message_id is not None:
            return callback.message_id
    return (await interaction.original_response()).id


async def answer_error(interaction: discord.Interaction["SeedreamBot"], cause: Exception) -> None:
    """Say what went wrong in the place of asking: privately, unless a public answer has been begun."""
    if isinstance(cause, BotError):
        told = cause
        _log.info("refused", error=str(cause), user=interaction.user.id, guild=interaction.guild_id)
    else:
        told = UnknownError(reference=secrets.token_hex(4), summary=type(cause).__name__)
        _log.error("unforeseen error in a command", reference=told.reference, exc_info=cause)
    with speaking(interaction.locale.value):
        # Whatever a command itself stumbles over, it has not come to spending yet.
        words = explain(told, Cost.NOTHING)
    try:
        if interaction.response.is_done():
            await interaction.edit_original_response(content=words)
        else:
            try:
                await interaction.response.send_message(words, ephemeral=True)
            except discord.HTTPException as error:
                if error.code != ALREADY_ACKNOWLEDGED:
                    raise
                await interaction.edit_original_response(content=words)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as silence:
        too_late = getattr(silence, "code", None) in CANNOT_SAY
        _log.warning("the person could not be told", error=str(told), silence=str(silence), too_late=too_late)


class SeedreamBot(commands.AutoShardedBot):
    """The bot as Discord sees it. `jobs` is what its cogs call."""

    def __init__(
        self,
        *,
        memory: CommandMemory | None = None,
        sync_when_changed: bool = True,
        gateway_url: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
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
