"""The switches for what shall go wrong: on until switched off, each with the number of requests it struck."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.discord import rate_limit_fault
from sandbox.faults import Fault, FaultKind, FaultPlan
from sandbox.seedream import TaskPlan
from sandbox.world import SandboxWorld

_API = r"^/(v1|api)/"
_GENERATE = r"^/v1/generate/"
_DISCORD = r"^/api/v\d+/"
SLOW_SECONDS = 5.0
RETRY_AFTER = 3.0


@dataclass(frozen=True)
class Switch:
    """One kind of trouble.

    Attributes:
        make: makes the fault; None: tasks fail, which is no fault of a request.
    """

    name: str
    side: Literal["seedream", "discord"]
    label: str
    explains: str
    make: Callable[[], Fault] | None


def _discord_429() -> Fault:
    fault = rate_limit_fault(RETRY_AFTER, path=_DISCORD)
    fault.times = None
    return fault


SWITCHES = (
    Switch(
        "seedream-cut",
        "seedream",
        "Connection cut after the POST",
        "The paid request is taken and its task runs, but the connection is cut before the bot hears of it.",
        lambda: Fault(FaultKind.RESET_AFTER, _GENERATE, "POST", None),
    ),
    Switch(
        "seedream-500",
        "seedream",
        "Error 500",
        "The API answers every request with an internal error and takes none.",
        lambda: Fault(FaultKind.STATUS, _API, None, None, status=500),
    ),
    Switch(
        "seedream-429",
        "seedream",
        "Too many requests (429)",
        f"The API takes no request and asks for a pause of {RETRY_AFTER:g} seconds, again and again.",
        lambda: Fault(
            FaultKind.STATUS,
            _API,
            None,
            None,
            status=429,
            body='{"message": "too many requests", "error_code": "RateLimitExceeded"}',
            retry_after=RETRY_AFTER,
        ),
    ),
    Switch(
        "seedream-slow",
        "seedream",
        "Slow answers",
        f"The API takes {SLOW_SECONDS:g} seconds for every answer.",
        lambda: Fault(FaultKind.DELAY, _API, None, None, seconds=SLOW_SECONDS),
    ),
    Switch(
        "seedream-failed",
        "seedream",
        "Tasks fail",
        "The API takes each order, and the task fails in the end; the ledger charges nothing for it.",
        None,
    ),
    Switch(
        "discord-429",
        "discord",
        "Too many requests (429)",
        f"Discord answers every request of the bot with a rate limit of {RETRY_AFTER:g} seconds.",
        _discord_429,
    ),
    Switch(
        "discord-500",
        "discord",
        "Error 500",
        "Discord answers every request of the bot with an internal error.",
        lambda: Fault(
            FaultKind.STATUS, _DISCORD, None, None, body='{"message": "500: Internal Server Error", "code": 0}'
        ),
    ),
)
"""In the order of the panel. Where several are on, a request is struck by the first that fits."""


class Faults:
    """The switches of one sandbox."""

    def __init__(self, world: SandboxWorld) -> None:
        self.touched = False
        self._world = world
        self._on: dict[str, Fault] = {}
        self._struck: dict[str, int] = dict.fromkeys((switch.name for switch in SWITCHES), 0)
        self._before: TaskPlan | None = None
        self._failing: list[TaskPlan] = []

    def is_on(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return name in self._on or (self._before is not None and name == "seedream-failed")

    def struck(self, name: str) -> int:
        """Return how many requests (of "tasks fail": tasks) a switch has struck since the sandbox started."""
        if name == "seedream-failed":
            plans = {id(plan) for plan in self._failing}
            return sum(id(task.plan) in plans for task in self._world.seedream.tasks.values()) if plans else 0
        fault = self._on.get(name)
        return self._struck[name] + (fault.struck if fault is not None else 0)

    def switch(self, name: str, *, on: bool) -> bool:
        """Switch one on or off; tell whether there is one of that name."""
        switch = next((item for item in SWITCHES if item.name == name), None)
        if switch is None:
            return False
        self.touched = True
        if on == self.is_on(name):
            return True
        if switch.make is None:
            self._fail_tasks(on=on)
        elif on:
            self._on[name] = switch.make()
            self._arrange(self._plan_of(switch))
        else:
            fault = self._on.pop(name)
            self._struck[name] += fault.struck
            self._plan_of(switch).remove(fault)
        return True

    def _fail_tasks(self, *, on: bool) -> None:
        seedream = self._world.seedream
        if on:
            self._before = seedream.plan
            seedream.plan = replace(seedream.plan, outcome="failed")
            self._failing.append(seedream.plan)
        elif self._before is not None:
            seedream.plan, self._before = self._before, None

    def _plan_of(self, switch: Switch) -> FaultPlan:
        return self._world.seedream.faults if switch.side == "seedream" else self._world.discord.faults

    def _arrange(self, plan: FaultPlan) -> None:
        """Put the page's faults into a plan in the order of the table, behind those of others."""
        for switch in SWITCHES:
            fault = self._on.get(switch.name)
            if fault is not None and self._plan_of(switch) is plan:
                plan.remove(fault)
                plan.add(fault)
