"""What can happen to a job as such, whatever step it is in."""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.base import BotError, Cost


@dataclass(eq=False)
class JobError(BotError):
    """A job cannot be worked on."""


@dataclass(eq=False)
class JobLost(JobError):
    """The row is no longer ours: another process took it over, or it moved on. The only right answer is to stop."""

    job_id: str


@dataclass(eq=False)
class AlreadyTaken(JobError):
    """Another process has taken the same command in. The only right answer is none: that one gives it."""

    job_id: str


@dataclass(eq=False)
class JobInterrupted(JobError):
    """The bot went down between sending the paid request and its answer."""

    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class JobRestored(JobError):
    """The database was put back from a backup that does not know what became of the job since.

    Attributes:
        taken: when the backup was made, in seconds since 1970; 0 where that is not known.
    """

    taken: int
    cost: ClassVar[Cost] = Cost.UNKNOWN


@dataclass(eq=False)
class AnswerOutOfReach(JobError):
    """The bot went down while it answered a command, for so long that nobody can tell whether the answer came."""


@dataclass(eq=False)
class ShuttingDown(JobError):
    """The bot is being stopped and takes nothing new."""


@dataclass(eq=False)
class StorageUnavailable(JobError):
    """The database did not take or give a row just now."""

    detail: str = ""
    retryable: ClassVar[bool] = True
