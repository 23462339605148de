"""What preparing a job's references brings: fewer of them perhaps, remarks, and the contact sheet on the card."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.clock import Clock
from bot.domain.job import SHEET_PART, Job, Sent
from bot.domain.references import Prepared
from bot.domain.retry import RetryPolicy
from bot.errors import DiscordUnavailable
from bot.jobs.messenger import Messenger
from bot.jobs.sending import nonce_of

_log = structlog.get_logger(__name__)

SHOWING = RetryPolicy(attempts=3, longest=5)
"""A sheet is a help, not the job: it is not waited for long."""


def taken_over(job: Job, prepared: Prepared) -> Job:
    """Return a job with its references as prepared."""
    return replace(
        job,
        request=replace(job.request, reference_count=len(prepared.references)),
        references=prepared.references,
        remarks=(*job.remarks, *prepared.remarks),
    )


@dataclass(frozen=True, slots=True)
class Sheets:
    """Puts contact sheets on cards.

    It is shown before the job's row tells of it: whoever finds the row without it shows it again, in its own place.
    """

    messenger: Messenger
    clock: Clock
    jitter: Callable[[], float] = random.random

    async def shown(self, job: Job, sheet: bytes | None) -> Job:
        """Return the job with its sheet recorded; without one where there is none, or Discord does not take it."""
        if sheet is None:
            return job
        place = job.place
        record = Sent(nonce_of(job.id, SHEET_PART), place.channel_id, message_id=place.card_id)
        with_sheet = replace(job, sent={**job.sent, SHEET_PART: record})
        failures = 0
        while True:
            try:
                return with_sheet if await self.messenger.show_sheet(with_sheet, sheet) else job
            except DiscordUnavailable as error:
                failures += 1
                delay = SHOWING.delay(error, failures, self.jitter())
                if delay is None or delay > SHOWING.longest:
                    _log.warning("contact sheet not shown", job=job.id, error=str(error))
                    return job
            await self.clock.sleep(delay)
