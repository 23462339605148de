"""Draws scripts: what seeds decide, and with what weights."""

import random
from dataclasses import dataclass

from sandbox.discord import rate_limit_fault
from sandbox.faults import Fault, FaultKind
from sandbox.seedream import TaskPlan
from tests.chaos.script import WITH_FILES, Blow, Deed, Moment, Order, Phase, Round, Script, Side, Spot

DRAWN = (48, 36)
"""Pixels of the finished pictures: small ones, as what is in them does not matter here."""

_CALLBACK = ("POST", r"/interactions/\d+/.+/callback$")
_THREADS = ("POST", r"/channels/\d+/messages/\d+/threads$")
_MESSAGES = ("POST", rf"/channels/\d+/messages({WITH_FILES})?$")
_PICTURES = ("POST", rf"/channels/\d+/messages{WITH_FILES}$")
_PUT_ON = ("PATCH", rf"/webhooks/\d+/.+/messages/.*{WITH_FILES}$")
_TASK_EDIT = ("PATCH", r"/channels/\d+/messages/\d+$")
_CARD_EDIT = ("PATCH", r"/webhooks/\d+/.+/messages/")
_FOLLOWUP = ("POST", r"/webhooks/\d+/[^/]+$")
_HISTORY = ("GET", r"/channels/\d+/messages$")
_GENERATE = ("POST", r"/generate/vol/seedream$")
_POLL = ("GET", r"/v1/tasks/")
_RESULT = ("GET", r"/results/")
_UPLOAD = ("POST", r"/api/upload/")

# (side, request, weight, most of them waited for): the windows in which something can be lost or doubled weigh most.
_MOMENTS = (
    (Side.DISCORD, _CALLBACK, 5, 3),
    (Side.DISCORD, _THREADS, 4, 2),
    (Side.DISCORD, _MESSAGES, 6, 5),
    (Side.DISCORD, _PICTURES, 6, 2),
    (Side.DISCORD, _PUT_ON, 3, 2),
    (Side.DISCORD, _TASK_EDIT, 2, 3),
    (Side.DISCORD, _CARD_EDIT, 5, 8),
    (Side.DISCORD, _FOLLOWUP, 3, 1),
    (Side.DISCORD, _HISTORY, 2, 1),
    (Side.SEEDREAM, _GENERATE, 8, 3),
    (Side.SEEDREAM, _POLL, 3, 6),
    (Side.SEEDREAM, _RESULT, 3, 4),
    (Side.SEEDREAM, _UPLOAD, 2, 2),
)

_PLANS = (
    (TaskPlan(pending_seconds=0.1, processing_seconds=0.3, drawn_size=DRAWN), 6),
    (TaskPlan(pending_seconds=0.1, processing_seconds=0.3, drawn_size=DRAWN, result_shape="objects"), 2),
    (TaskPlan(pending_seconds=0, processing_seconds=0.1, drawn_size=DRAWN, result_shape="mixed"), 2),
    (
        TaskPlan(
            pending_seconds=0.1, processing_seconds=0.3, unknown_status="paused", unknown_seconds=0.2, drawn_size=DRAWN
        ),
        1,
    ),
    (TaskPlan(pending_seconds=0.2, processing_seconds=1.5, drawn_size=DRAWN), 2),
    (TaskPlan(pending_seconds=0.1, processing_seconds=0.2, drawn_size=DRAWN, outcome="failed"), 2),
)

PLAN = _PLANS[0][0]
"""How a task lives that no round has said anything about."""


@dataclass(frozen=True)
class Habit:
    """How a run strikes.

    Attributes:
        weights: of a kill, a stop in good order, and a stall.
        stalled: seconds for which a stall lasts, at least and at most.
        away: how probable it is that a process that was struck stays away for a round.
        company: whether there are others that go on meanwhile. Then Discord may forget nonces during a stall, too; and
            nothing is done upon which discord.py would repeat a request, for which it trusts in them.
    """

    weights: tuple[int, int, int]
    stalled: tuple[float, float]
    away: float = 0.0
    company: bool = False


ALONE = Habit((8, 1, 1), (0.2, 1.5))
"""One process: a stall is a pause."""


def draw(seed: str, kills: int, habit: Habit = ALONE) -> Script:
    """Draw a run with so many kills; now and then the bot is stopped in good order, or stalled, in between."""
    chance = random.Random(seed)  # noqa: S311 - a die that can be thrown again
    rounds = []
    while kills:
        deed = chance.choices((Deed.KILL, Deed.STOP, Deed.STALL), habit.weights)[0]
        rounds.append(_round(chance, deed, habit))
        kills -= deed is Deed.KILL
    return Script(seed, tuple(rounds))


def _round(chance: random.Random, deed: Deed, habit: Habit) -> Round:
    stalls = deed is Deed.STALL
    return Round(
        orders=tuple(_order(chance) for _ in range(chance.choice((1, 2, 2, 3, 4)))),
        blow=_blow(chance, deed, habit),
        faults=_faults(chance, habit),
        fates=tuple(_fate(chance) for _ in range(2)),
        rest=chance.uniform(0.0, 0.2),
        forgotten=(habit.company or not stalls) and chance.random() < 0.5,
        away=bool(habit.away) and not stalls and chance.random() < habit.away,
    )


def _order(chance: random.Random) -> Order:
    return Order(
        delay=chance.choice((0.0, 0.0, chance.uniform(0.0, 0.5))),
        person=chance.randrange(100),
        spot=chance.choices(tuple(Spot), (5, 1, 2, 2, 2, 3))[0],
        images=chance.choice((1, 1, 1, 2, 3, 4, 11, 15)),
        references=chance.choice((0, 0, 0, 1, 2)),
    )


def _blow(chance: random.Random, deed: Deed, habit: Habit) -> Blow:
    moment: Moment | None = None
    patience = chance.uniform(1.0, 2.5)
    while_starting = False
    dice = chance.random()
    if dice < 0.75:
        side, (method, path), _, most = chance.choices(_MOMENTS, [weight for _, _, weight, _ in _MOMENTS])[0]
        phase = Phase.DONE if path.endswith(f"{WITH_FILES}$") else chance.choice(tuple(Phase))
        moment = Moment(side, phase, method, path, chance.randint(1, most))
    else:
        patience = chance.uniform(0.05, 2.0)
        while_starting = dice > 0.95
    return Blow(deed, moment, patience, chance.randrange(100), while_starting, stalled=chance.uniform(*habit.stalled))


def _fate(chance: random.Random) -> TaskPlan:
    return chance.choices([plan for plan, _ in _PLANS], [weight for _, weight in _PLANS])[0]


def _faults(chance: random.Random, habit: Habit) -> tuple[tuple[Side, Fault], ...]:
    drawn = [_fault(chance) for _ in range(chance.choice((0, 0, 0, 1, 1, 2)))]
    return tuple(item for item in drawn if not (habit.company and item[1].kind is FaultKind.STATUS_AFTER))


def _fault(chance: random.Random) -> tuple[Side, Fault]:
    """Return a fault that passes; one that can end a job leaves it in doubt, as the kills do, or is told."""
    messages = chance.choice((_MESSAGES, _THREADS, _CARD_EDIT, _TASK_EDIT, _CALLBACK))
    discord = (
        _strike(FaultKind.STATUS, messages, status=503),
        _strike(FaultKind.STATUS_AFTER, _MESSAGES, status=502),
        _strike(FaultKind.RESET_BEFORE, messages),
        _strike(FaultKind.RESET_AFTER, messages),
        rate_limit_fault(0.3, path=messages[1], method=messages[0]),
    )
    seedream = (
        _strike(FaultKind.STATUS, _GENERATE, status=429, retry_after=0.3),
        _strike(FaultKind.STATUS, _GENERATE, status=503),
        _strike(FaultKind.RESET_AFTER, _GENERATE),
        _strike(FaultKind.STATUS, _POLL, status=500),
        _strike(FaultKind.HALF, _POLL),
        _strike(FaultKind.STATUS, _RESULT, status=500),
        _strike(FaultKind.HALF, _RESULT),
        _strike(FaultKind.RESET_BEFORE, _RESULT),
        _strike(FaultKind.STATUS, _UPLOAD, status=503),
    )
    if chance.random() < 0.5:
        return Side.DISCORD, chance.choice(discord)
    return Side.SEEDREAM, chance.choice(seedream)


def _strike(kind: FaultKind, request: tuple[str, str], *, status: int = 500, retry_after: float | None = None) -> Fault:
    method, path = request
    return Fault(kind, path, method, status=status, retry_after=retry_after)
