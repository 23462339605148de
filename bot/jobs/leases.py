"""Keeping the leases of a process's jobs, and taking over the jobs that nobody keeps."""

from collections.abc import Callable, Collection

import structlog

from bot.clock import Clock
from bot.domain.job import Claim
from bot.errors import StorageUnavailable
from bot.jobs.ports import JobStore
from bot.jobs.settings import JobSettings
from bot.jobs.tenure import Tenure

_log = structlog.get_logger(__name__)

CLAIM_AT_ONCE = 500


class Leases:
    """Renews leases three times in each, and claims jobs as often as the settings say.

    Args:
        store: where jobs are claimed.
        tenure: renews.
        clock: tells when.
        settings: how long a lease is, and how often to look for jobs that nobody keeps.
        known: the ids of the jobs this process works on, as they are at any time.
        take_over: begins to work on one that it now holds.
    """

    def __init__(
        self,
        store: JobStore,
        tenure: Tenure,
        clock: Clock,
        settings: JobSettings,
        *,
        known: Collection[str],
        take_over: Callable[[Claim], None],
    ) -> None:
        self._store = store
        self._tenure = tenure
        self._clock = clock
        self._renewal = settings.lease.total_seconds() / 3
        self._pause = min(settings.claim_every.total_seconds(), self._renewal)
        self._known = known
        self._take_over = take_over
        self._closed = False

    def close(self) -> None:
        """Take nothing over from now on."""
        self._closed = True

    async def keep(self) -> None:
        """Renew and claim until cancelled."""
        renew_at = self._clock.monotonic()
        while True:
            try:
                if self._clock.monotonic() >= renew_at:
                    if await self._tenure.renew() > len(self._known) and not self._closed:
                        await self._find_forgotten()
                    renew_at = self._clock.monotonic() + self._renewal
                while not self._closed and (claims := await self._store.claim(CLAIM_AT_ONCE)):
                    for claim in claims:
                        self._take_over(claim)
            except StorageUnavailable as error:
                _log.error("leases not renewed", error=str(error))
            await self._clock.sleep(self._pause)

    async def _find_forgotten(self) -> None:
        """Start on jobs that were stored or claimed although the database, going away, could not say so."""
        for claim in await self._store.held():
            if claim.job_id not in self._known:
                _log.warning("job found that this process holds", job=claim.job_id)
                self._take_over(claim)
