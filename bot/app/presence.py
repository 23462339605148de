"""How the bot is in Discord: connected to the gateway, where commands come from, or speaking only."""

from typing import Self

import discord
import structlog

from bot import __version__
from bot.clock import Clock
from bot.config import DiscordSettings, Settings
from bot.discord_bot import Hearing, SeedreamBot, Shards, Speaker, invitation, point_at
from bot.domain.offers import OfferStore
from bot.jobs.desk import Desk
from bot.jobs.service import JobService
from bot.startup import startup_errors
from bot.storage import Database, FactStore
from bot.telemetry.discord_calls import DiscordCalls

OFFLINE_SECONDS = 300.0
"""For how long Discord may be away before the health check fails; discord.py connects again by itself."""

_log = structlog.get_logger(__name__)


class Presence:
    """By REST alone, which is all that working on jobs takes.

    Attributes:
        listens: whether commands come in here.
    """

    listens = False

    def __init__(self, settings: Settings, client: discord.Client) -> None:
        self._settings = settings
        self.client = client

    @classmethod
    def speaking(cls, settings: Settings, calls: DiscordCalls) -> Self:
        """Return one that hears of nothing."""
        return cls(settings, Speaker(http_trace=calls.trace()))

    @property
    def offline_seconds(self) -> float | None:
        """For how long it has not been connected as it should be; None while it is."""
        return None

    def serve(self, jobs: JobService, desk: Desk, offers: OfferStore) -> None:
        """Hand over what takes commands in; to be done before logging in."""

    async def log_in(self) -> None:
        """Log in.

        Raises:
            StartupError: Discord cannot be reached or does not take the token.
        """
        with startup_errors():
            await self.client.login(self._settings.discord.token.get_secret_value())

    async def connect(self) -> None:
        """Stay connected to the gateway until that is given up; only where `listens`.

        Raises:
            StartupError: Discord does not let the bot in any more.
        """
        with startup_errors():
            await self.client.connect()

    async def greet(self) -> None:
        """Log that the process works, as soon as it does."""
        _log.info("ready; it works on jobs and takes no commands", version=__version__, database=self._database())

    def _database(self) -> str:
        return self._settings.storage.url.partition(":")[0].partition("+")[0]


class GatewayPresence(Presence):
    """On the gateway, with this process's shards."""

    listens = True

    def __init__(self, settings: Settings, bot: SeedreamBot) -> None:
        super().__init__(settings, bot)
        self._bot = bot

    @classmethod
    def listening(cls, settings: Settings, calls: DiscordCalls, database: Database, clock: Clock) -> Self:
        """Return one that knows what the settings say of shards, and the database of registered commands."""
        cluster = settings.cluster
        bot = SeedreamBot(
            shards=None if cluster.total_shards is None else Shards(cluster.shard_ids, cluster.total_shards),
            memory=FactStore(database),
            sync_when_changed=settings.discord.sync_commands,
            gateway_url=settings.discord.gateway_url,
            clock=clock,
            http_trace=calls.trace(),
            hearing=_hearing(settings.discord),
        )
        return cls(settings, bot)

    @property
    def offline_seconds(self) -> float | None:
        """For how long not every shard of this process has been connected; None while all are."""
        return self._bot.offline_seconds

    def serve(self, jobs: JobService, desk: Desk, offers: OfferStore) -> None:
        """Hand over what the cogs call; to be done before logging in."""
        self._bot.serve(jobs, desk, offers)

    async def greet(self) -> None:
        """Log where the bot is, as soon as all shards of this process have been told of their servers."""
        await self._bot.wait_until_ready()
        servers, shards, total = len(self._bot.guilds), self._bot.own_shards, self._bot.shard_count
        numbers = f"{', '.join(map(str, shards))} of {total}"
        _log.info("ready", version=__version__, servers=servers, shards=numbers, database=self._database())
        # That one process's shards have no servers says nothing of the others'.
        if not servers and len(shards) == total:
            _log.warning(
                "in no server yet; open the link to add the bot to one", link=invitation(self._bot.application_id)
            )


def _hearing(settings: DiscordSettings) -> Hearing:
    return Hearing(
        mentions=settings.mentions,
        message_content=settings.message_content,
        reactions=settings.reactions != "off",
        others=settings.reactions == "all",
        emoji=settings.reaction_emoji,
    )


async def sync_commands(settings: Settings, guild_id: int | None, *, remove: bool = False) -> int:
    """Register the commands with Discord now, globally or for one server; return how many there are then.

    Args:
        settings: Discord's are used.
        guild_id: the server; None for everywhere.
        remove: whether to take the server's own commands away instead.

    Raises:
        StartupError: Discord cannot be reached or does not take the token.
    """
    point_at(settings.discord.api_base_url)
    # Without the database, so that it can be done while the bot is running.
    async with SeedreamBot(sync_when_changed=False) as bot:
        with startup_errors():
            await bot.login(settings.discord.token.get_secret_value())
            return await bot.sync_now(guild_id, remove=remove)
