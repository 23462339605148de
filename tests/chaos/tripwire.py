"""Acts at a chosen request, at once: before it is handled, or when it is done and not answered yet."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.discord import SeenAnswer, SeenRequest
from sandbox.discord.errors import Json
from sandbox.faults import Fault, FaultKind
from sandbox.world import SandboxWorld
from tests.chaos.script import WITH_FILES, Moment, Phase, Side


@dataclass(kw_only=True)
class _Ear(Fault):
    """A fault that never strikes, but hears of every request as it arrives."""

    heard: Callable[[str, str], None]

    def strikes(self, method: str, path: str) -> bool:
        self.heard(method, path)
        return False


class Tripwire:
    """Watches both servers for one moment at a time."""

    def __init__(self, world: SandboxWorld) -> None:
        self._world = world
        self._moment: Moment | None = None
        self._left = 0
        self._act: Callable[[str], None] | None = None
        self._open_requests: list[int] = []
        self._seen = 0
        self._ears = [self._ear(Side.DISCORD), self._ear(Side.SEEDREAM)]
        self._listen()
        world.discord.observers.append(self)
        world.seedream.subscribe(self._look_at_seedream)

    def arm(self, moment: Moment, act: Callable[[str], None]) -> None:
        """Call `act` with what was seen when the moment comes; at once, in the middle of the request."""
        self._moment, self._left, self._act = moment, moment.count, act
        self._listen()

    def disarm(self) -> None:
        """Watch for nothing."""
        self._moment = self._act = None

    def _ear(self, side: Side) -> _Ear:
        def heard(method: str, path: str) -> None:
            self._happened(side, Phase.ARRIVED, method, path)

        return _Ear(FaultKind.STATUS, times=None, heard=heard)

    def _listen(self) -> None:
        """Stand before all other faults, which would keep a request to themselves."""
        for plan, ear in zip((self._world.discord.faults, self._world.seedream.faults), self._ears, strict=True):
            plan.remove(ear)
            plan.faults.insert(0, ear)

    def _look_at_seedream(self) -> None:
        requests = self._world.seedream.requests
        self._open_requests += range(self._seen, len(requests))
        self._seen = len(requests)
        done = [n for n in self._open_requests if requests[n].status is not None or requests[n].cut]
        for number in done:
            self._open_requests.remove(number)
            self._happened(Side.SEEDREAM, Phase.DONE, requests[number].method, requests[number].path)

    def exchange(self, request: SeenRequest, answer: SeenAnswer | None) -> None:  # noqa: ARG002 - the Observer's signature
        """Hear of a request to Discord that is done."""
        files = WITH_FILES if any(part.startswith("files") for part in request.parts) else ""
        self._happened(Side.DISCORD, Phase.DONE, request.method, request.path + files)

    def dispatch(self, event: str, payload: Json) -> None:
        """Events are no moments."""

    def _happened(self, side: Side, phase: Phase, method: str, path: str) -> None:
        moment = self._moment
        if moment is None or (moment.side, moment.phase, moment.method) != (side, phase, method):
            return
        if not re.search(moment.path, path):
            return
        self._left -= 1
        act = self._act
        if self._left == 0 and act is not None:
            self.disarm()
            act(f"{side.value} {method} {path} {phase.value}")
