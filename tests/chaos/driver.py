"""Plays a script: jobs stream in, the bot is struck down and started again, and at the end everything is looked at.

What a seed repeats, and what it does not: commands, places, faults, the moments waited for and the order of it all are
drawn from the seed alone. The bot is a real process, though, and the machine decides which of two requests under way
comes first. Blows at moments fall on the same kind of request again, in the same phase; which job it belongs to can
differ. The journal of a run says what happened in fact.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sandbox.world import SandboxWorld
from tests.chaos.fleet import PATIENCE, Fleet
from tests.chaos.history import History
from tests.chaos.oracle import End, cases, judge
from tests.chaos.script import Blow, Deed, Order, Round, Script, Side
from tests.chaos.stage import Stage, settle
from tests.chaos.storage import Storage
from tests.chaos.tripwire import Tripwire

SIGNALS = {Deed.KILL: signal.SIGKILL, Deed.STOP: signal.SIGTERM, Deed.STALL: signal.SIGSTOP}


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        blows: how often each deed was done.
        journal: what happened, in order.
        wrong: what the bot did wrong as a process.
    """

    history: History
    blows: Counter[Deed]
    journal: list[str]
    wrong: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Return everything that is wrong."""
        return [*self.wrong, *(str(finding) for finding in judge(self.history))]

    def figures(self) -> str:
        """Return the run in one line."""
        ends = Counter(case.end for case in cases(self.history))
        told = ", ".join(f"{ends[end]} {end.value}" for end in End if ends[end])
        blows = ", ".join(f"{self.blows[deed]} {deed.name}" for deed in Deed if self.blows[deed])
        return f"{blows}; {len(self.history.asks)} commands: {told}; {len(self.history.pictures)} pictures"


class Driver:
    """Plays one script on one stage."""

    def __init__(self, world: SandboxWorld, fleet: Fleet, stage: Stage, script: Script) -> None:
        self._world = world
        self._fleet = fleet
        self._stage = stage
        self._script = script
        self._tripwire = Tripwire(world)
        self._struck = asyncio.Event()
        self._blows: Counter[Deed] = Counter()
        self._journal: list[str] = []
        self._wrong: list[str] = []
        self._begun = asyncio.get_running_loop().time()

    async def run(self) -> Outcome:
        """Play the script to its end and return what came of it."""
        await self._fleet.ready()
        away: int | None = None
        for number, current in enumerate(self._script.rounds, start=1):
            self._note(f"round {number}")
            struck = await self._play(current, away)
            away = struck if current.away else None
        self._tripwire.disarm()
        self._world.discord.faults.clear()
        self._world.seedream.faults.clear()
        self._note("to rest")
        self._wrong += await settle(self._stage, self._fleet)
        return Outcome(await self._stage.history(), self._blows, self._journal, self._wrong)

    async def _play(self, current: Round, away: int | None) -> int:
        """Play a round without the process that is away; return which one was struck."""
        for side, fault in current.faults:
            plan = self._world.discord.faults if side is Side.DISCORD else self._world.seedream.faults
            plan.add(fault)
            self._note(f"fault {side.value}: {fault.kind.value} {fault.status} {fault.method} {fault.path}")
        for fate in current.fates:
            self._world.seedream.plan_next(fate)
        self._struck.clear()
        blow = current.blow
        if away is not None and self._fleet[blow.victim] is self._fleet[away]:
            blow = replace(blow, victim=blow.victim + 1)

        def strike(seen: str) -> None:
            self._strike(blow, seen)

        if blow.moment is not None:
            self._tripwire.arm(blow.moment, strike)
        await self._fleet.start(without=away)
        if not blow.while_starting:
            await self._world.discord.until(
                lambda: self._connected() == self._fleet.running or self._struck.is_set(),
                timeout=PATIENCE,
                what="the bot",
            )
        streaming = asyncio.create_task(self._stream(current.orders))
        try:
            await asyncio.wait_for(self._struck.wait(), blow.patience)
        except TimeoutError:
            self._tripwire.disarm()
            strike("out of patience" if blow.moment else f"after {blow.patience:.2f} s")
        await self._follow_up(blow, forgotten=current.forgotten)
        await streaming
        await asyncio.sleep(current.rest)
        if current.forgotten and blow.deed is not Deed.STALL:
            self._forget()
        return blow.victim

    def _connected(self) -> int:
        """Return how many sessions stand; each process has one."""
        lines = [session.connection for session in self._world.discord.world.gateway.sessions.values()]
        return sum(line is not None and line.ready for line in lines)

    def _strike(self, blow: Blow, seen: str) -> None:
        if self._fleet.send(blow.victim, SIGNALS[blow.deed]):
            self._blows[blow.deed] += 1
        else:
            self._wrong.append(f"the bot had ended by itself: {self._fleet[blow.victim].log_tail(5)}")
        self._note(f"{blow.deed.name} at {seen}; asked for: {blow.moment or 'a time'}")
        self._struck.set()

    def _forget(self) -> None:
        self._stage.forget_nonces()
        self._note("Discord has forgotten the nonces")

    async def _follow_up(self, blow: Blow, *, forgotten: bool) -> None:
        process = self._fleet[blow.victim]
        match blow.deed:
            case Deed.KILL:
                await process.kill()
            case Deed.STOP:
                # Before the bot listens for it, the signal ends it at once.
                if (code := await self._fleet.stop_one(blow.victim)) not in {0, -signal.SIGTERM}:
                    self._wrong.append(f"exit code {code} after SIGTERM: {process.log_tail(5)}")
            case Deed.STALL:
                await asyncio.sleep(blow.stalled)
                if forgotten:
                    self._forget()
                self._fleet.send(blow.victim, signal.SIGCONT)
        if blow.deed is not Deed.STALL:
            # Until Discord has missed the process, it would count as there.
            await self._world.discord.until(
                lambda: self._connected() <= self._fleet.running, timeout=PATIENCE, what="the bot to be missed"
            )
        self._note(f"{blow.deed.name} done")

    async def _stream(self, orders: tuple[Order, ...]) -> None:
        for order in orders:
            await asyncio.sleep(order.delay)
            asked = await self._stage.ask(order)
            known = "asked" if asked is not None else "the command is not offered"
            self._note(f"{known}: {len(self._stage.asked):04} {order}")

    def _note(self, line: str) -> None:
        self._journal.append(f"{asyncio.get_running_loop().time() - self._begun:7.2f} {line}")


@asynccontextmanager
async def company(folder: Path, members: int, storage: Storage | None) -> AsyncIterator[tuple[SandboxWorld, Fleet]]:
    """Open an empty sandbox with processes for it, each with a shard of its own; whatever comes, none is left."""
    async with SandboxWorld() as world:

        def member(number: int) -> Mapping[str, Mapping[str, Any]]:
            return {"cluster": {"id": number, "count": members}} if members > 1 else {}

        fleet = Fleet(world, folder, storage=storage, count=members, sections=member)
        try:
            yield world, fleet
        finally:
            await fleet.kill()


async def play(script: Script, folder: Path, *, members: int = 1, storage: Storage | None = None) -> Outcome:
    """Play a script from an empty sandbox and an empty database.

    Args:
        script: what is going to be done.
        folder: an existing folder.
        members: how many processes there are.
        storage: the database they share; None: one process's SQLite file.
    """
    async with company(folder, members, storage) as (world, fleet):
        outcome = await Driver(world, fleet, Stage(world, guilds=members), script).run()
        outcome.journal.append(fleet.log())
        return outcome
