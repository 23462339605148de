"""A task's life: pending, processing, completed or failed, worked out from the clock whenever somebody asks.

Source: https://docs.sinancode.com/en/api-reference/endpoint/get-task.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sandbox.seedream.rules import Order
from sandbox.seedream.uploads import Upload

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.seedream.card import Tile

LINK_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """How a task lives and what it yields.

    Attributes:
        pending_seconds: how long it waits in the queue; 0 skips the state.
        unknown_status: a status that no document names, shown between `pending` and `processing`; None for none.
        unknown_seconds: for how long that is shown.
        processing_seconds: how long the model works; 0 skips the state.
        outcome: its end.
        error_code: of a failed task; None leaves the field out.
        error_msg: of a failed task; None leaves the field out.
        result_shape: plain URLs, `{"type", "url"}` objects, or by turns one and the other.
        images: how many pictures come back, never more than 15 less the references; None: as many as were asked for.
        auto_images: the same where `max_images` was left out and `images` is None.
        image_format: "auto" is JPEG for 4.0 and 4.5, PNG for 5.0-lite.
        drawn_size: width and height really drawn, to save a test's time; None: those that were ordered.
        noise: from 0 to 1, grain that stays heavy when the picture is encoded anew.
        min_bytes: a file below this is filled up with a metadata block, which encoding anew would drop.
    """

    pending_seconds: float = 1.0
    unknown_status: str | None = None
    unknown_seconds: float = 1.0
    processing_seconds: float = 2.0
    outcome: Literal["completed", "failed"] = "completed"
    error_code: str | None = "InternalServiceError"
    error_msg: str | None = "The service failed to draw this picture."
    result_shape: Literal["urls", "objects", "mixed"] = "urls"
    images: int | None = None
    auto_images: int = 4
    image_format: Literal["auto", "jpeg", "png"] = "auto"
    drawn_size: tuple[int, int] | None = None
    noise: float = 0.0
    min_bytes: int = 0

    def count(self, order: Order) -> int:
        """Return how many pictures an order brings."""
        wanted = self.images
        if wanted is None:
            wanted = self.auto_images if order.max_images is None else order.max_images
        return min(wanted, order.room)

    def extension(self, version: str) -> Literal["jpg", "png"]:
        """Return the ending of the pictures' file names for a version."""
        if self.image_format == "auto":
            return "png" if version == "5.0-lite" else "jpg"
        return "jpg" if self.image_format == "jpeg" else "png"


@dataclass(frozen=True)
class StatusChange:
    """A status and when it began."""

    status: str
    at: datetime


@dataclass
class Task:
    """One accepted generation.

    Attributes:
        width: of the pictures ordered, in pixels.
        references: as in the ledger.
        tiles: the references as the pictures show them.
        polls: every status that was told to somebody, and when.
    """

    id: str
    order: Order
    plan: TaskPlan
    created_at: datetime
    width: int
    height: int
    references: Sequence[Upload | str]
    tiles: Sequence["Tile"]
    clock: "Clock" = field(repr=False)
    polls: list[StatusChange] = field(default_factory=list)

    @property
    def images(self) -> int:
        """Pictures that the task yields; 0 for one that fails."""
        return self.plan.count(self.order) if self.plan.outcome == "completed" else 0

    @property
    def file_names(self) -> list[str]:
        """The pictures' file names in order: `1.png`, `2.png` and so on."""
        extension = self.plan.extension(self.order.version)
        return [f"{number}.{extension}" for number in range(1, self.images + 1)]

    @property
    def life(self) -> list[StatusChange]:
        """Every status the task has or will have, in order, with the moment it begins."""
        plan, moment, changes = self.plan, self.created_at, []
        for status, seconds in (
            ("pending", plan.pending_seconds),
            (plan.unknown_status, plan.unknown_seconds),
            ("processing", plan.processing_seconds),
        ):
            if status is not None and seconds > 0:
                changes.append(StatusChange(status, moment))
                moment += timedelta(seconds=seconds)
        return [*changes, StatusChange(plan.outcome, moment)]

    @property
    def history(self) -> list[StatusChange]:
        """The statuses reached so far, in order; those skipped are not listed."""
        return self._reached(self.clock.now())

    @property
    def status(self) -> str:
        """The status right now."""
        return self.history[-1].status

    @property
    def finished_at(self) -> datetime:
        """When the task ends or ended."""
        return self.life[-1].at

    @property
    def completed(self) -> bool:
        """Whether its pictures are there."""
        return self.plan.outcome == "completed" and self.clock.now() >= self.finished_at

    @property
    def links_expire_at(self) -> datetime:
        """When the links to its pictures stop working: 24 hours after the end, as at Volcano Ark."""
        return self.finished_at + LINK_LIFETIME

    def answer(self, results_url: str) -> dict[str, object]:
        """Return the body of `GET /v1/tasks/{id}` and remember that it was told.

        Args:
            results_url: where the task's pictures are served, without a slash at the end.
        """
        now = self.clock.now()
        status = self._reached(now)[-1].status
        self.polls.append(StatusChange(status, now))
        body: dict[str, object] = {"id": self.id, "status": status}
        if status == "failed":
            told = {"error_code": self.plan.error_code, "error_msg": self.plan.error_msg}
            body |= {name: value for name, value in told.items() if value is not None}
        if status == "completed":
            body["result"] = [self._result(f"{results_url}/{name}", i) for i, name in enumerate(self.file_names)]
        return body

    def _reached(self, now: datetime) -> list[StatusChange]:
        # A wall clock may be set back, even before the task's start: the first status holds then.
        first, *later = self.life
        return [first, *(change for change in later if change.at <= now)]

    def _result(self, url: str, index: int) -> str | dict[str, str]:
        shape = self.plan.result_shape
        as_object = shape == "objects" or (shape == "mixed" and index % 2 == 1)
        return {"type": "image", "url": url} if as_object else url
