"""The Seedream API's tasks, and what was paid."""

from datetime import datetime

from sandbox.discord.errors import Json
from sandbox.page.desk import MOST_TASKS, Desk
from sandbox.seedream import Task, Upload


def tasks_view(desk: Desk) -> dict[str, Json]:
    """Return each `task:<id>` of the latest tasks."""
    return {f"task:{task.id}": _task(desk, task) for task in desk.recent_tasks}


def ledger_view(desk: Desk) -> Json:
    """Return what was paid in all, and the latest entries, oldest first."""
    ledger = desk.world.seedream.ledger
    return {
        "requests": len(ledger),
        "images": sum(entry.images_charged for entry in ledger),
        "entries": [
            {"task": entry.task_id, "at": _time(entry.at), "images": entry.images_charged}
            for entry in ledger[-MOST_TASKS:]
        ],
    }


def _task(desk: Desk, task: Task) -> Json:
    history = task.history
    status = history[-1].status
    results = f"/results/{task.id}"
    return {
        "id": task.id,
        "prompt": task.order.prompt,
        "version": task.order.version,
        "size": f"{task.width}x{task.height}",
        "images": task.order.max_images,
        "references": [_reference(desk, reference) for reference in task.references],
        "created_at": _time(task.created_at),
        "status": status,
        "life": [{"status": change.status, "at": _time(change.at)} for change in history],
        "ends_at": _time(task.finished_at),
        "polls": len(task.polls),
        "results": [f"{results}/{name}" for name in task.file_names] if status == "completed" else [],
        "error": task.plan.error_msg or task.plan.error_code or "" if status == "failed" else "",
    }


def _reference(desk: Desk, reference: Upload | str) -> Json:
    if isinstance(reference, Upload):
        return {"name": reference.filename or reference.key, "url": desk.addresses.of(reference.url)}
    return {"name": reference, "url": None}


def _time(moment: datetime) -> str:
    return moment.isoformat()
