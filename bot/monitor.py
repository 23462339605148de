"""What probes and Prometheus are told of a running bot, gathered from its rooms."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import discord

from bot import __version__
from bot.errors import StorageUnavailable
from bot.jobs.worker import Backlog
from bot.storage import Census, SqlCensus
from bot.telemetry.health import STALLED, Exposition, HealthServer
from bot.telemetry.metrics import CONTENT_TYPE, Metrics
from bot.telemetry.pulse import Pulse

STALL_SECONDS = 10.0
"""How long the event loop may be stuck before the process counts as unwell."""

DUE_SECONDS = 60.0
"""How long a job may wait for a step that is due, or for somebody to take it over once its lease is over."""

REFUSAL_SECONDS = 600.0
"""For how long a refusal of Seedream counts: without jobs nobody asks again, and accounts get topped up."""

DATABASE_SECONDS = 2.0
"""How long the database may take to answer a probe."""

KEPT_SECONDS = 2.0
"""For how long an answer of the database is good for further probes."""

_REFUSALS = {
    "ApiTokenRefused": "Seedream refuses the API token",
    "ApiBalanceExhausted": "the Seedream account has no balance left",
}

_GOOD = {"ok", "TaskUnknownToApi"}


class Monitor:
    """Knows whether the bot is alive and ready, and everything that is counted of it.

    Args:
        census: counts the jobs; it says, too, whether the database can be written.
        monotonic: the machine's monotonic seconds.
    """

    def __init__(self, census: SqlCensus, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.metrics = Metrics(__version__, {"discord_py": discord.__version__, "aiohttp": aiohttp.__version__})
        self.pulse = Pulse(self.metrics.lag)
        self.hindrance: str | None = "it is starting"
        """What keeps the whole bot from working on anything; None from the moment it works."""
        self.connected: Callable[[], bool] | None = bool
        """Whether Discord's gateway is connected; None where this process is not to be."""
        self.backlog: Callable[[], Backlog | None] = lambda: None
        self._census = census
        self._monotonic = monotonic
        self._refusal: tuple[str, float] | None = None
        self._look: tuple[float, Census | None] | None = None
        self._looking = asyncio.Lock()

    def server(self, host: str, port: int, trouble: Callable[[], str | None]) -> HealthServer:
        """Return what answers probes; `trouble` says what is wrong with the process, from any thread."""
        exposition = Exposition(self.refresh, self.metrics.render, CONTENT_TYPE)
        return HealthServer(host, port, lambda: self.stall() or trouble(), unready=self.unready, exposition=exposition)

    def stall(self) -> str | None:
        """Return since when the event loop is stuck, in words; None while it comes round."""
        silence = self.pulse.silence
        return f"{STALLED} since {silence:.0f} seconds" if silence > STALL_SECONDS else None

    def api_call(self, route: str, outcome: str, seconds: float) -> None:
        """Hear of a call of the API."""
        self.metrics.api_call(route, outcome, seconds)
        if outcome in _REFUSALS:
            self._refusal = (_REFUSALS[outcome], self._monotonic())
        elif outcome in _GOOD and (route == "generate" or self._refused_for("ApiTokenRefused")):
            # Whoever may ask for a task has a good token, but only what is paid for tells of the balance.
            self._refusal = None

    async def unready(self) -> list[str]:
        """Return every reason why jobs are not worked on as they should be."""
        reasons = [] if self.hindrance is None else [self.hindrance]
        if self.connected is not None and not self.connected():
            reasons.append("it is not connected to Discord")
        census = await self._counted()
        if census is None:
            reasons.append("the database does not answer, or cannot be written")
        elif census.unclaimed_seconds > DUE_SECONDS:
            reasons.append(f"a job that nobody works on has waited for {census.unclaimed_seconds:.0f} seconds")
        if self._refusal is not None and self._monotonic() - self._refusal[1] < REFUSAL_SECONDS:
            reasons.append(self._refusal[0])
        backlog = self.backlog()
        if backlog is not None and backlog.oldest_due > DUE_SECONDS:
            reasons.append(f"a step that is due has waited for {backlog.oldest_due:.0f} seconds")
        return reasons

    async def refresh(self) -> None:
        """Set the figures that are read rather than counted."""
        census, metrics = await self._counted(), self.metrics
        metrics.show_open_jobs(None if census is None else census.by_status)
        if census is not None:
            metrics.show_queue("unclaimed", census.unclaimed, census.unclaimed_seconds)
        backlog = self.backlog() or Backlog(0, 0.0, 0, 0, 0)
        metrics.show_queue("due", backlog.due, backlog.oldest_due)
        metrics.show_queue("in_line", backlog.in_line, 0.0 if census is None else census.unsubmitted_seconds)
        metrics.show_process(
            running=backlog.running,
            at_api=backlog.at_api,
            silence=self.pulse.silence,
            connected=None if self.connected is None else self.connected(),
        )

    def _refused_for(self, name: str) -> bool:
        return self._refusal is not None and self._refusal[0] == _REFUSALS[name]

    async def _counted(self) -> Census | None:
        """Return the count of a moment ago; None where the database does not do what it should."""
        # One at a time, so that many probes are no more work than one.
        async with self._looking:
            if self._look is None or self._monotonic() - self._look[0] > KEPT_SECONDS:
                self._look = (self._monotonic(), await self._count())
            return self._look[1]

    async def _count(self) -> Census | None:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self._census.write(datetime.now(UTC))
                return await self._census.take()
        except (StorageUnavailable, TimeoutError):
            return None
