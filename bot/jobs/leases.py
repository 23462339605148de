"""Keeping the leases of a process's jobs, and taking over the jobs that nobody keeps."""

from collections.abc import Callable

import structlog

from bot.clock import Clock
from bot.domain.job import Claim
from bot.errors import StorageUnavailable
from bot.jobs.ports import JobStore
from bot.jobs.settings import JobSettings
from bot.jobs.tenure import Tenure

_log = structlog.get_logger(__name__)

CLAIM_AT_ONCE = 500
LOOKS_FOR_OTHERS = 2
"""How many looks others are left to renew their leases in, after a time in which nobody may have been able to."""


class Leases:
    """Renews leases three times in each, and claims jobs as often as the settings say.

    Args:
        store: where jobs are claimed.
        tenure: renews.
        clock: tells when.
        settings: how long a lease is, and how often to look for jobs that nobody keeps.
        known: the ids of the jobs this process works on, as they are at any time.
        take_over: begins to work on one that it now holds.
        look: has a step taken of one that it may have lost, which finds that out.
    """

    def __init__(
        self,
        store: JobStore,
        tenure: Tenure,
        clock: Clock,
        settings: JobSettings,
        *,
        known: set[str],
        take_over: Callable[[Claim], None],
        look: Callable[[str], None],
    ) -> None:
        self._store = store
        self._tenure = tenure
        self._clock = clock
        self._renewal = settings.lease.total_seconds() / 3
        self._pause = min(settings.claim_every.total_seconds(), self._renewal)
        self._known = known
        self._take_over = take_over
        self._look = look
        self._closed = False

    def close(self) -> None:
        """Take nothing over from now on."""
        self._closed = True

    async def keep(self) -> None:
        """Renew and claim until cancelled."""
        renew_at = claim_at = self._clock.monotonic()
        while True:
            try:
                if self._clock.monotonic() >= renew_at:
                    renewed = await self._tenure.renew()
                    now = self._clock.monotonic()
                    if now - renew_at > self._renewal:
                        # Where the database was away, the others could not renew either, and may hold the only copy of
                        # what the API has answered.
                        claim_at = now + LOOKS_FOR_OTHERS * self._pause
                    if renewed != len(self._known) and not self._closed:
                        await self._compare()
                    renew_at = now + self._renewal
                while self._may_claim(claim_at) and (claims := await self._store.claim(CLAIM_AT_ONCE)):
                    for claim in claims:
                        self._take_over(claim)
            except StorageUnavailable as error:
                _log.error("leases not renewed", error=str(error))
            await self._clock.sleep(self._pause)

    def _may_claim(self, claim_at: float) -> bool:
        return not self._closed and self._clock.monotonic() >= claim_at

    async def _compare(self) -> None:
        """Compare what this process knows with what it holds.

        Jobs are held unknown that were stored or claimed although the database, going away, could not say so; and lost
        unnoticed that were in line while this process was stalled, as nothing else would come of them.
        """
        known = set(self._known)
        held = {claim.job_id: claim for claim in await self._store.held()}
        for job_id in held.keys() - self._known:
            _log.warning("job found that this process holds", job=job_id)
            self._take_over(held[job_id])
        for job_id in known - held.keys():
            self._look(job_id)
