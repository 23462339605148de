"""A job as a row, and back."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from bot.domain.job import AT_THE_API, Job, PictureNote, Requester, Sent, Status, TaskStatus
from bot.domain.place import Place
from bot.domain.references import Reference, Remark
from bot.domain.request import GenerationRequest
from bot.domain.sources import MessageLink, Picture, Source, TaskResults, Tray
from bot.domain.speed import speed_class
from bot.errors import BotError
from bot.storage.latest import Kept

_REQUESTER = TypeAdapter(Requester)
_PLACE = TypeAdapter(Place)
_REQUEST = TypeAdapter(GenerationRequest)
_REFERENCES = TypeAdapter(tuple[Reference, ...])
_REMARKS = TypeAdapter(tuple[Remark, ...])
_RESULTS = TypeAdapter(tuple[str, ...])
_SENT = TypeAdapter(dict[str, Sent])
_NOTES = TypeAdapter(dict[str, PictureNote])

_DOCUMENTS: dict[str, Callable[[Any], object]] = {
    "requester": lambda part: _REQUESTER.dump_python(part, mode="json"),
    "place": lambda part: _PLACE.dump_python(part, mode="json", exclude={"token"}),
    "request": lambda part: _REQUEST.dump_python(part, mode="json"),
    "references": lambda part: _REFERENCES.dump_python(part, mode="json"),
    "sources": lambda part: [_source_record(source) for source in part],
    "remarks": lambda part: _REMARKS.dump_python(part, mode="json"),
    "results": list,
    "sent": lambda part: _SENT.dump_python(dict(part), mode="json"),
    "notes": lambda part: _NOTES.dump_python(dict(part), mode="json"),
}
"""How each part of a job that is only ever read with it becomes JSON."""

_SOURCES: dict[str, type[Source]] = {kind.__name__: kind for kind in (Picture, MessageLink, TaskResults, Tray)}


def to_row(job: Job, now: datetime, before: Kept | None = None) -> dict[str, Any]:
    """Return the columns of a job, all but owner, lease, revision and `updated_at`, which are the database's business.

    Args:
        job: the job.
        now: the present; a token that no longer works by then is not written.
        before: an earlier writing; documents of what is still the same object are taken from there.
    """
    return {
        "id": job.id,
        "status": job.status.value,
        "told": job.told,
        "open": job.open,
        "user_id": job.requester.user_id,
        "guild_id": job.place.guild_id,
        "channel_id": job.place.channel_id,
        "thread_id": job.thread_id,
        "root_id": job.place.root_id,
        "token": job.place.token if job.open and now < job.place.token_expires_at else "",
        "task_id": job.task_id,
        "task_status": _value(job.task_status),
        "task_since": job.task_since,
        "task_shown": _value(job.task_shown),
        "version": job.request.version.value,
        "speed_class": speed_class(job.request),
        "attempts": job.attempts,
        "created_at": job.created_at,
        "submitted_at": job.submitted_at,
        "completed_at": job.completed_at,
        "results_expire_at": job.results_expire_at,
        "retry_at": job.retry_at,
        **{name: _document(name, job, before) for name in _DOCUMENTS},
        "failure": job.failure.to_record() if job.failure is not None else None,
        # Any writing ends the wait in line; a place ends when the task is not at the API any more.
        "turn": "api" if job.status in AT_THE_API else None,
    }


def from_row(row: RowMapping) -> Job:
    """Return the job of a row; its place has an empty token once that was wiped."""
    return Job(
        id=row["id"],
        status=Status(row["status"]),
        requester=_REQUESTER.validate_python(row["requester"]),
        place=_PLACE.validate_python({**row["place"], "token": row["token"]}),
        request=_REQUEST.validate_python(row["request"]),
        created_at=row["created_at"],
        references=_REFERENCES.validate_python(row["references"]),
        sources=tuple(_source(record) for record in row["sources"]),
        remarks=_REMARKS.validate_python(row["remarks"]),
        thread_id=row["thread_id"],
        task_id=row["task_id"],
        task_status=_task_status(row["task_status"]),
        task_since=row["task_since"],
        task_shown=_task_status(row["task_shown"]),
        submitted_at=row["submitted_at"],
        completed_at=row["completed_at"],
        results=_RESULTS.validate_python(row["results"]),
        results_expire_at=row["results_expire_at"],
        failure=BotError.from_record(row["failure"]) if row["failure"] is not None else None,
        sent=_SENT.validate_python(row["sent"]),
        notes=_NOTES.validate_python(row["notes"]),
        told=row["told"],
        attempts=row["attempts"],
        retry_at=row["retry_at"],
        revision=row["revision"],
    )


def _document(name: str, job: Job, before: Kept | None) -> object:
    part: object = getattr(job, name)
    if before is not None and getattr(before.job, name) is part:
        return before.row[name]
    return _DOCUMENTS[name](part)


def _source_record(source: Source) -> dict[str, Any]:
    return {"kind": type(source).__name__, **asdict(source)}


def _source(record: dict[str, Any]) -> Source:
    return _SOURCES[record["kind"]](**{name: value for name, value in record.items() if name != "kind"})


def _value(status: TaskStatus | None) -> str | None:
    return status.value if status is not None else None


def _task_status(text: str | None) -> TaskStatus | None:
    return TaskStatus(text) if text is not None else None
