"""What the jobs need of the house, as small protocols that storage, seedream, references and delivery fill."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.history import PastTask
from bot.domain.job import Claim, Job, Status, TaskState
from bot.domain.references import Prepared, Reference
from bot.domain.request import GenerationRequest
from bot.domain.sources import Gathered


class JobStore(Protocol):
    """Where jobs are kept.

    Every write is fenced by this process's owner id, the status the row is expected in, and the job's revision: whoever
    has written last is the only one who can write next.
    """

    async def add(self, job: Job) -> None:
        """Store a new job, held by this process.

        Raises:
            AlreadyTaken: there is one of its id.
            StorageUnavailable: the database did not take it; try again with the same job.
        """
        ...

    async def get(self, job_id: str) -> Job | None:
        """Return a job as stored, whoever holds it."""
        ...

    async def mine(self, job_id: str) -> Job | None:
        """Return a job as stored; None where this process does not hold it."""
        ...

    async def save(self, job: Job, *, was: Status) -> Job:
        """Replace the row of a job this process holds and whose stored status is `was`; return the job as stored now.

        Raises:
            JobLost: the row is another process's by now, or was written since the job was read.
            StorageUnavailable: the database did not take it; try again with the same job.
        """
        ...

    async def claim(self, limit: int) -> Sequence[Claim]:
        """Take over up to `limit` open jobs that nobody holds, or whose holder's lease ran out, oldest first."""
        ...

    async def held(self) -> Sequence[Claim]:
        """Return every open job of this process, whether or not it knows that it holds it."""
        ...

    async def renew(self) -> int:
        """Renew the lease of every open job of this process; return how many."""
        ...

    async def release(self) -> int:
        """Give back every job of this process, so that the next one takes them at once; return how many."""
        ...

    async def typical_seconds(self, request: GenerationRequest) -> float | None:
        """Return the median seconds from submission to completion of recent jobs like this one.

        None where too few are known to say.
        """
        ...

    async def recent_seconds(self, speed: str) -> Sequence[float]:
        """Return the seconds from submission to completion of the last jobs of a speed class, latest first.

        Raises:
            StorageUnavailable: try again.
        """
        ...


class AdmissionLine(Protocol):
    """The line for a place at the API: a cap on tasks, shared fairly, by the jobs of all processes that there are.

    Places are given to whoever has fewest, then to the oldest job. A saved job is out of the line, and has a place only
    while it is submitting or waiting; so a place ends by itself when the task does.
    """

    def hold(self, job_id: str, user_id: int, *, at_api: bool) -> None:
        """Hear of a job that this process works on from now on, and whether its task is at the API already."""
        ...

    async def enter(self, job_id: str) -> bool:
        """Put a prepared job of this process in line, or leave it where it stands there; False if it is lost.

        Raises:
            StorageUnavailable: try again.
        """
        ...

    def leave(self, job_id: str) -> None:
        """Hear that a job was saved which is neither in line nor at the API by that."""
        ...

    def forget(self, job_id: str) -> None:
        """Hear of a job that this process has nothing more to do with."""
        ...

    async def admit(self) -> Sequence[str]:
        """Give out the free places to jobs of all processes; return those of this one that may submit.

        Some of them may have begun to. To be called when a job has entered, when a task has ended, and every second or
        so while jobs of this process are in line: another process may have given one of them a place.

        Raises:
            StorageUnavailable: try again.
        """
        ...


class ImageApi(Protocol):
    """The Seedream API; one call is one HTTP request, so that repeating stays the caller's decision."""

    async def reserve(self) -> None:
        """Wait until the limit on requests per second lets one more through; the next `submit` need not wait then."""
        ...

    async def submit(self, request: GenerationRequest, image_urls: Sequence[str]) -> str:
        """POST a generation, which is paid for, and return its task id.

        Raises:
            SubmissionOutcomeUnknown: it may have been taken; it must not be sent again.
            ApiError: it was certainly not taken.
        """
        ...

    async def poll(self, task_id: str) -> TaskState:
        """Ask for a task.

        Raises:
            ApiError: the API could not be asked.
        """
        ...


class Gatherer(Protocol):
    """Finds out which pictures a job's sources are."""

    async def gather(self, job: Job) -> Gathered:
        """Return the pictures of a job's sources, numbered in their order.

        Raises:
            RequestRefused: they are too many.
            SourcesRefused: what is pointed at is not there, has no pictures, or is not for this person to see.
            DiscordUnavailable: it cannot be looked at just now; try again later.
            StorageUnavailable: the same.
        """
        ...

    async def settle(self, job: Job, gathered: Gathered) -> None:
        """Use up what was gathered for a job, once that is stored; `job` is as it was before.

        So one that is gathered a second time, because that could not be stored, gets the same.
        """
        ...


class History(Protocol):
    """What has been asked for, for whoever wants to go on from there."""

    async def recent(self, user_id: int, root_id: int) -> Sequence[PastTask]:
        """Return somebody's last tasks with pictures in a channel and its threads, newest first; not all of them.

        Raises:
            StorageUnavailable: it cannot be known just now.
        """
        ...


class ReferencePreparer(Protocol):
    """Fetches, checks and uploads reference images."""

    async def prepare(self, references: Sequence[Reference]) -> Prepared:
        """Return the references with `api_url` set, each picture once; those that have one already stay as they are.

        Raises:
            ReferencesRefused: with every image that cannot be used.
            ReferenceUnreachable: an image could not be had just now; try the whole set again later.
            ApiError: the files API could not take them; a retryable one may pass.
        """
        ...


class Watch(Protocol):
    """Somebody who counts what becomes of steps and jobs; errors are told by the names of their classes."""

    def step(self, step: Status, outcome: str, seconds: float) -> None:
        """Hear of a step that was taken: "ok" or its error, and how long it took."""
        ...

    def retry(self, step: Status, error: str) -> None:
        """Hear of a step that is to be tried again."""
        ...

    def ended(self, end: Status) -> None:
        """Hear of a job that needs nothing more."""
        ...


class Unwatched:
    """A `Watch` that lets everything pass by."""

    def step(self, step: Status, outcome: str, seconds: float) -> None:
        """Let a step pass by."""

    def retry(self, step: Status, error: str) -> None:
        """Let a retry pass by."""

    def ended(self, end: Status) -> None:
        """Let an end pass by."""
