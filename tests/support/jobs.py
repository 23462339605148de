"""Jobs to test with: a sound one whose parts can be changed one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.job import Job, Requester, Sent, Status, TaskStatus
from bot.domain.place import Place, Venue
from bot.domain.references import Reference
from bot.domain.request import GenerationRequest
from sandbox.clock import EPOCH

PERSON = 4001
CHANNEL = 2001
CARD = 3001
THREAD = 3001
APPLICATION = 1001
UPLOAD_LIMIT = 10 * 1024 * 1024


def make_place(**changes: Any) -> Place:
    """Return a text channel where the bot may do everything."""
    place = Place(
        venue=Venue.THREAD,
        application_id=APPLICATION,
        guild_id=5001,
        channel_id=CHANNEL,
        card_id=CARD,
        token="interaction-token",
        token_expires_at=EPOCH + timedelta(minutes=15),
        upload_limit=UPLOAD_LIMIT,
    )
    return replace(place, **changes)


def make_job(job_id: str = "0123456789abcdef", *, place: Place | None = None, **changes: Any) -> Job:
    """Return a job that was just accepted."""
    job = Job(
        id=job_id,
        status=Status.ACCEPTED,
        requester=Requester(PERSON, "Ada", "en-US"),
        place=place or make_place(),
        request=GenerationRequest("a fox in clay"),
        created_at=EPOCH,
    )
    return replace(job, **changes)


def make_references(count: int, **changes: Any) -> tuple[Reference, ...]:
    """Return references that are not prepared yet."""
    return tuple(
        replace(Reference(number, f"picture {number}.png", f"https://cdn.example/{number}"), **changes)
        for number in range(1, count + 1)
    )


def waiting_job(job_id: str = "0123456789abcdef", **changes: Any) -> Job:
    """Return a job whose task is at the API and shown in its thread."""
    job = make_job(
        job_id,
        status=Status.WAITING,
        thread_id=THREAD,
        task_id=f"task-of-{job_id}",
        task_status=TaskStatus.PENDING,
        task_since=EPOCH,
        task_shown=TaskStatus.PENDING,
        submitted_at=EPOCH,
        sent={"task": Sent(f"{job_id}.task"[:25], THREAD, 7001)},
    )
    return replace(job, **changes)


def delivering_job(images: int = 1, job_id: str = "0123456789abcdef", **changes: Any) -> Job:
    """Return a job whose pictures are finished and not posted yet."""
    job = waiting_job(
        job_id,
        status=Status.DELIVERING,
        task_status=TaskStatus.COMPLETED,
        completed_at=EPOCH + timedelta(seconds=14),
        results=tuple(f"https://results.example/{job_id}/{number}.png" for number in range(1, images + 1)),
        results_expire_at=EPOCH + timedelta(hours=24),
        request=GenerationRequest("a fox in clay", max_images=images),
    )
    return replace(job, **changes)
