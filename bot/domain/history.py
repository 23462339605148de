"""What people have asked for before."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task that brought pictures."""

    task_id: str
    prompt: str
    created_at: datetime
