"""The rows of the Discord fault table: what goes wrong, when, where, and what must come of it.

`docs/faults.md` is made of these rows; `test_fault_page.py` compares.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.discord.rate_limits import rate_limit_fault
from sandbox.faults import Fault, FaultKind
from tests.acceptance.fault_scene import HOME, Scene, Spot, Timed, Where

Strike = Callable[[Scene], Awaitable[None] | None]
EVERYWHERE = tuple(Spot)
MOST_FILES = 10
ONCE, AT_MOST_ONCE, NEVER, TWICE = (1,), (0, 1), (0,), (2,)


class Moment(StrEnum):
    """When it goes wrong."""

    BEFORE = "when the command is used"
    CARD = "at the acknowledgement"
    THREAD = "at the opening of the thread"
    STATUS = "when task id and status are shown"
    WAITING = "while the task runs"
    PICTURES = "when the pictures are posted"
    PING = "at the ping after the pictures"
    BETWEEN = "between two messages of pictures"
    OUTCOME = "at the last edit of the reply"
    AFTER = "after the delivery"


@dataclass(frozen=True)
class Row:
    """One row, played in each of its places.

    Attributes:
        where: where the pictures end up; None: where they belong.
        rest: where those of the second message end up, if elsewhere.
        pings: how many pings are right.
        says: words that must stand somewhere in the end.
        images: pictures asked for.
        paid: requests that the API has taken.
        mend: what is done once somebody has answered the command, or nobody did in time.
    """

    fault: str
    moment: Moment
    spots: Sequence[Spot]
    strike: Strike
    where: Where | None = None
    rest: Where | None = None
    pings: tuple[int, ...] = ONCE
    says: tuple[str, ...] = ()
    images: int = 1
    paid: int = 1
    mend: Strike | None = None

    def home(self, spot: Spot) -> tuple[Where, ...]:
        """Return where the pictures end up, message by message, when it is played in a place."""
        where = self.where or HOME.get(spot, Where.PLACE)
        if self.images <= MOST_FILES:
            return (where,)
        # Where only the token is of use, the second ten come in a message below the reply.
        return where, self.rest or (Where.PLACE if where is Where.REPLY else where)


def request_of(scene: Scene, moment: Moment) -> tuple[str, str, Callable[[], bool]]:
    """Return method, path and condition of the request that a moment is about."""
    install = scene.spot is Spot.INSTALL
    post = ("POST", r"/channels/\d+/messages$")
    edit = ("PATCH", "/webhooks/")
    requests: dict[Moment, tuple[tuple[str, str], Callable[[], bool]]] = {
        Moment.CARD: (("POST", "/callback$"), lambda: True),
        Moment.THREAD: (("POST", "/threads$"), lambda: True),
        Moment.STATUS: (post if scene.spot is Spot.TEXT else edit, lambda: scene.accepted),
        Moment.PICTURES: (edit if install else post, lambda: scene.downloaded),
        Moment.BETWEEN: (edit if install else post, lambda: len(scene.shown) == MOST_FILES),
        Moment.PING: (("POST", r"/webhooks/\d+/[^/]+$"), lambda: bool(scene.shown)),
        Moment.OUTCOME: (edit, lambda: len(scene.shown) == scene.images),
    }
    (method, path), when = requests[moment]
    return method, path, when


def at(moment: Moment, *faults: Fault) -> Strike:
    """Return what plans faults, one after the other, for the request of a moment."""

    def strike(scene: Scene) -> None:
        method, path, when = request_of(scene, moment)
        for fault in faults:
            planned = Timed(**{**vars(fault), "method": method, "path": path}, when=when)
            scene.fault = scene.house.world.discord.faults.add(planned)

    return strike


def status(code: int, *, times: int = 1, taken: bool = False) -> Fault:
    """Return an answer with a status, before or after the request was taken."""
    kind = FaultKind.STATUS_AFTER if taken else FaultKind.STATUS
    return Fault(kind, status=code, times=times, body='{"message": "error", "code": 0}')


REFUSED = {
    "429, come back in a moment": rate_limit_fault(0.05),
    "429, come back in five minutes": rate_limit_fault(300),
    "503, four times": status(503, times=4),
    "connection reset before the request was taken": Fault(FaultKind.RESET_BEFORE),
}
"""Answers that say that nothing was done, or leave it open though nothing was."""
DOUBTFUL = {
    "500": status(500),
    "500, although it was done": status(500, taken=True),
    "connection reset after the request was taken": Fault(FaultKind.RESET_AFTER),
    "an answer that is no JSON": Fault(FaultKind.MALFORMED, body="<html>", content_type="text/html"),
}
"""Answers that do not tell whether it was done."""
