"""What is going to be done in a run, drawn from its seed before it begins."""

from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.faults import Fault
from sandbox.seedream import TaskPlan


class Spot(StrEnum):
    """Where a command is used."""

    TEXT = "text channel"
    UNTHREADED = "text channel without the right to open threads"
    THREAD = "thread"
    POST = "forum post"
    DIRECT = "direct message"
    INSTALL = "user install"


@dataclass(frozen=True)
class Order:
    """A command that somebody uses, `delay` seconds after the one before; the first one after the bot is there."""

    delay: float
    person: int
    spot: Spot
    images: int
    references: int


class Side(StrEnum):
    """Whose server is watched for a moment."""

    DISCORD = "discord"
    SEEDREAM = "seedream"


class Phase(StrEnum):
    """When within a request."""

    ARRIVED = "arrived"
    """Nothing of it is done yet; whether it will be is open."""
    DONE = "done"
    """It is done, and the answer is not on its way yet."""


@dataclass(frozen=True)
class Moment:
    """The `count`-th request of a kind, from when it is looked for."""

    side: Side
    phase: Phase
    method: str
    path: str
    count: int

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.side.value} {self.method} {self.path} no. {self.count} {self.phase.value}"


class Deed(StrEnum):
    """What is done to the bot."""

    KILL = "SIGKILL"
    STOP = "SIGTERM"
    STALL = "SIGSTOP, and SIGCONT later"


@dataclass(frozen=True)
class Blow:
    """What is done to one process, and when.

    Attributes:
        moment: waited for; None: only the time counts.
        while_starting: whether the time counts from the process's start, instead of when the bot is there.
        patience: seconds until it is done anyway.
        stalled: seconds for which a `STALL` lasts.
        victim: which process, counted from 0, modulo how many there are.
    """

    deed: Deed
    moment: Moment | None
    patience: float
    victim: int
    while_starting: bool = False
    stalled: float = 0.0


@dataclass(frozen=True)
class Round:
    """From one start of a process to the next.

    Attributes:
        faults: of Discord and of Seedream, that strike once each.
        fates: plans of the next tasks.
        rest: seconds until the process is started again.
        away: whether it is not started again before the next round is over, so that others take its jobs over.
        forgotten: whether Discord has forgotten the nonces by then, as after minutes.
    """

    orders: tuple[Order, ...]
    blow: Blow
    faults: tuple[tuple[Side, Fault], ...]
    fates: tuple[TaskPlan, ...]
    rest: float
    forgotten: bool
    away: bool = False


@dataclass(frozen=True)
class Script:
    """A whole run."""

    seed: str
    rounds: tuple[Round, ...] = field(repr=False)


WITH_FILES = " with files"
"""Stands behind the path of a request to Discord that brought files; only when it is done is that known."""
