"""What the sandbox remembers for its visitors: each accepted generation, and each request of any kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.seedream.uploads import Upload


@dataclass(frozen=True)
class LedgerEntry:
    """One accepted `POST /v1/generate/vol/seedream`: work that a real account would pay for.

    Attributes:
        task_id: the task it started.
        at: when it was accepted, on the sandbox's clock.
        payload: the body as it was received, with no default filled in.
        references: the body's `images` in their order; an `Upload` where the URL is one of the sandbox's own, else
            the URL itself.
        images_charged: pictures reckoned for it. A task that is planned to fail is reckoned as 0: Volcano Ark bills
            pictures that came out.
    """

    task_id: str
    at: datetime
    payload: dict[str, object]
    references: list[Upload | str]
    images_charged: int


@dataclass
class RequestRecord:
    """One request, whatever became of it.

    Attributes:
        at: when it arrived, on the sandbox's clock.
        headers: those that tell who asked and how: user-agent, content-type, content-length, accept, connection,
            with lower-case names. Never the authorization.
        status: the answer's; None while it is being handled, and for ever where the connection was cut.
        cut: the connection was cut instead of answered.
    """

    method: str
    path: str
    at: datetime
    headers: Mapping[str, str]
    status: int | None = None
    cut: bool = False

    def __str__(self) -> str:
        """Return one line for a transcript."""
        outcome = "cut off" if self.cut else "in work" if self.status is None else str(self.status)
        return f"{self.at:%H:%M:%S.%f} {self.method} {self.path} -> {outcome}"
