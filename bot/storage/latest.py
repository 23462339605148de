"""What this process wrote last of the jobs it is at work on, so that each step need not read them anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.job import Job

MOST = 256
"""Jobs that are remembered: more than are worked on at a time, far fewer than may wait at the API."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A job as it was written, and the columns that was done with."""

    job: Job
    row: Mapping[str, Any]


class Latest:
    """Remembers the last writings of some jobs, the longest unused forgotten first; used within one event loop."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[str, Kept] = {}

    def of(self, job_id: str) -> Kept | None:
        """Return what is remembered of a job."""
        kept = self._kept.pop(job_id, None)
        if kept is not None:
            # A dictionary keeps the order in which its keys came.
            self._kept[job_id] = kept
        return kept

    def note(self, job: Job, row: Mapping[str, Any]) -> None:
        """Remember a job as it was just written; of one that is done there is nothing more to be done."""
        self.forget(job.id)
        # An error is read back without its cause and its traceback, which are not to be kept alive here.
        if not job.open or job.failure is not None:
            return
        token = row["token"]
        if token != job.place.token:
            job = replace(job, place=replace(job.place, token=token))
        self._kept[job.id] = Kept(job, row)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def forget(self, job_id: str) -> None:
        """Know nothing of a job any more."""
        self._kept.pop(job_id, None)

    def clear(self) -> None:
        """Know nothing any more."""
        self._kept.clear()
