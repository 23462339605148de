"""A job: one generation from the acknowledged command to the delivered pictures, and the states it passes through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.place import Place, Venue
from bot.domain.references import Reference, Remark
from bot.domain.request import GenerationRequest
from bot.domain.sources import Source
from bot.errors import BotError, TaskError


class Status(StrEnum):
    """Where a job stands. `docs/architecture.md` draws the way through."""

    ACCEPTED = "accepted"
    PREPARING = "preparing"
    """References are being checked and uploaded; then it waits for its turn at the API."""
    SUBMITTING = "submitting"
    """Committed before the paid POST; whoever finds it without being the one who posts must not post."""
    WAITING = "waiting"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    """Turned down by a rule, ours or the API's; nothing was spent."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Not final within our deadline."""
    UNKNOWN = "unknown"
    """It cannot be known whether the POST was taken."""


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.ACCEPTED: frozenset({Status.PREPARING, Status.REFUSED, Status.FAILED, Status.CANCELLED}),
    Status.PREPARING: frozenset({Status.SUBMITTING, Status.REFUSED, Status.FAILED, Status.CANCELLED}),
    # Back to preparing only when the API certainly did not take the request.
    Status.SUBMITTING: frozenset({Status.WAITING, Status.PREPARING, Status.REFUSED, Status.FAILED, Status.UNKNOWN}),
    Status.WAITING: frozenset({Status.DELIVERING, Status.FAILED, Status.EXPIRED, Status.CANCELLED}),
    Status.DELIVERING: frozenset({Status.DELIVERED, Status.FAILED}),
    Status.DELIVERED: frozenset(),
    Status.FAILED: frozenset(),
    Status.REFUSED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
    Status.UNKNOWN: frozenset(),
}
AT_THE_API = frozenset({Status.SUBMITTING, Status.WAITING})
"""While a job is in one of these, it holds a place at the API."""
ENDS = frozenset(status for status, onward in TRANSITIONS.items() if not onward)


class TaskStatus(StrEnum):
    """The API's own status of a task."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TaskState:
    """The answer to one poll.

    Attributes:
        status: None for a status the API does not document.
        results: links of the pictures, in order, when completed.
        failure: why, when failed.
    """

    status: TaskStatus | None
    results: tuple[str, ...] = ()
    failure: TaskError | None = None


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked; `locale` is their Discord client's ("en-US")."""

    user_id: int
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a job, recorded before it is sent and completed after.

    Attributes:
        nonce: at most 25 characters; Discord answers the same nonce within minutes with the first message.
        message_id: None while it is not known to have arrived.
        images: numbers of the pictures it carries, from 1.
    """

    nonce: str
    channel_id: int
    message_id: int | None = None
    images: tuple[int, ...] = ()


class PictureNote(StrEnum):
    """What happened to a picture on its way to the person."""

    REENCODED = "reencoded"
    SCALED = "scaled"
    GONE = "gone"
    """Its link no longer works, or never answered."""
    UNUSABLE = "unusable"
    UNCONFIRMED = "unconfirmed"
    """Sent to a place that cannot be read back, without an answer."""


LOST = frozenset({PictureNote.GONE, PictureNote.UNUSABLE})
"""Notes of pictures that are not posted; people get their links instead."""

CARD_PART = "card"
TASK_PART = "task"
END_PART = "end"
SHEET_PART = "sheet"
"""Names of a job's messages; those of pictures and links are made by the functions below."""


def images_part(first: int) -> str:
    """Return the name of the message whose first picture is `first`."""
    return f"from-{first}"


def shelf_part(number: int) -> str:
    """Return the name of a message that pictures are put on by editing it: 0 is the card, the others are followups."""
    return f"shelf-{number}"


def links_part(page: int) -> str:
    """Return the name of a page of links, from 1."""
    return f"links-{page}"


@dataclass(frozen=True, slots=True)
class Job:
    """One generation.

    Attributes:
        id: 16 characters, also the reference people are told.
        sources: what its references are still to be gathered from, in order; empty once they are.
        remarks: what was done to its references.
        thread_id: the thread opened for it, if any.
        task_id: the API's id, once the POST was answered.
        task_status: the API's status as last polled; `task_since` when it was first seen; `task_shown` what the
            person has been shown of it.
        results: links of the finished pictures, in order; they die at `results_expire_at`.
        failure: why it ended otherwise than delivered.
        sent: its messages by part: "task", "end", and "from-1", "from-11", … by the first picture they carry;
            "shelf-1", … that pictures are put on; "card" where it answers a message, and "sheet", which is the card
            once the contact sheet is on it. An id of 0: nobody knows whether it arrived, or it cannot be used.
        notes: what happened to pictures on their way, by picture number as text.
        told: whether the person has been told of the end; a job is open until then.
        attempts: how often the present step has failed in a way that may pass.
        retry_at: when the present step is to be tried again.
        revision: which writing of the row this is; a store raises it, and takes no job with an older one. Two readings
            that say the same are equal whatever theirs.
    """

    id: str
    status: Status
    requester: Requester
    place: Place
    request: GenerationRequest
    created_at: datetime
    references: tuple[Reference, ...] = ()
    sources: tuple[Source, ...] = ()
    remarks: tuple[Remark, ...] = ()
    thread_id: int | None = None
    task_id: str | None = None
    task_status: TaskStatus | None = None
    task_since: datetime | None = None
    task_shown: TaskStatus | None = None
    submitted_at: datetime | None = None
    completed_at: datetime | None = None
    results: tuple[str, ...] = ()
    results_expire_at: datetime | None = None
    failure: BotError | None = None
    sent: Mapping[str, Sent] = field(default_factory=dict)
    notes: Mapping[str, PictureNote] = field(default_factory=dict)
    told: bool = False
    attempts: int = 0
    retry_at: datetime | None = None
    revision: int = field(default=0, compare=False)

    @property
    def open(self) -> bool:
        """Whether there is still something to do for it."""
        return self.status not in ENDS or not self.told

    @property
    def prepared(self) -> bool:
        """Whether nothing but its turn at the API is missing before it is submitted."""
        has_place = self.place.venue is not Venue.THREAD or self.thread_id is not None
        return has_place and not self.sources and all(reference.api_url for reference in self.references)

    @property
    def home_id(self) -> int:
        """The channel its messages are posted in: its thread, else the place of asking, or direct messages."""
        return self.place.direct_channel_id or self.thread_id or self.place.channel_id

    def message_id(self, part: str) -> int | None:
        """Return the id of one of its messages that is known to have arrived."""
        sent = self.sent.get(part)
        return sent.message_id if sent is not None else None

    def noted(self, *notes: PictureNote) -> list[int]:
        """Return the numbers of the pictures that have one of some notes, in order."""
        return sorted(int(number) for number, note in self.notes.items() if note in notes)

    @property
    def delivered_images(self) -> frozenset[int]:
        """Numbers of the pictures known to have arrived."""
        return frozenset(n for sent in self.sent.values() if sent.message_id is not None for n in sent.images)


@dataclass(frozen=True, slots=True)
class Claim:
    """An open job that this process now holds; `retry_at` is when its step wants trying again, if it failed."""

    job_id: str
    status: Status
    user_id: int
    retry_at: datetime | None
