"""From what a person points at to the pictures that it is, in order, each of them once."""

from bot.domain.job import Job
from bot.domain.references import Reference
from bot.domain.sources import Picture, numbered


class Gatherer:
    """Fills `bot.jobs.ports.Gatherer`."""

    async def gather(self, job: Job) -> tuple[Reference, ...]:
        """Return the pictures of a job's sources, numbered in their order."""
        return numbered([source for source in job.sources if isinstance(source, Picture)])
