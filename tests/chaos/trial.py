"""One disaster at a chosen moment, while every kind of place has a job under way."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.bot_process import BotProcess
from sandbox.world import SandboxWorld
from tests.chaos.fleet import PATIENCE, Fleet
from tests.chaos.oracle import Wrong, judge
from tests.chaos.script import WITH_FILES, Moment, Order, Phase, Side, Spot
from tests.chaos.seeds import seed
from tests.chaos.stage import Stage, settle
from tests.chaos.tripwire import Tripwire

POSTED = Moment(Side.SEEDREAM, Phase.DONE, "POST", r"/generate/vol/seedream$", 2)
"""The API has taken a job, and the bot does not know its task's id yet."""

SHOWN = Moment(Side.DISCORD, Phase.DONE, "POST", rf"/channels/\d+/messages{WITH_FILES}$", 1)
"""Discord has taken pictures, and the bot does not know yet."""

FETCHED = Moment(Side.SEEDREAM, Phase.ARRIVED, "GET", r"/results/", 2)
"""Pictures are on their way to the bot's disk."""

ANSWERED = Moment(Side.DISCORD, Phase.DONE, "POST", r"/interactions/\d+/.+/callback$", 2)
"""A command has been acknowledged, and the bot does not know yet."""


@dataclass
class Trial:
    """A bot at work, and what is going to happen to it."""

    world: SandboxWorld
    fleet: Fleet
    stage: Stage
    tripwire: Tripwire
    chance: random.Random

    def orders(self) -> list[Order]:
        """Return a command for each kind of place, in any order."""
        spots = self.chance.sample(list(Spot), len(Spot))
        counts = self.chance.sample((1, 2, 3, 4, 11, 15), len(spots))
        return [
            Order(0.0, self.chance.randrange(100), spot, images, self.chance.randrange(3))
            for spot, images in zip(spots, counts, strict=True)
        ]

    async def ask_everywhere(self) -> None:
        """Use the command once in each kind of place."""
        for order in self.orders():
            await self.stage.ask(order)

    async def strike(self, moment: Moment, act: Callable[[], object]) -> None:
        """Use the command everywhere, and do something at a moment, in the middle of it."""
        struck = asyncio.Event()

        def do(_seen: str) -> None:
            act()
            struck.set()

        self.tripwire.arm(moment, do)
        await self.ask_everywhere()
        await asyncio.wait_for(struck.wait(), PATIENCE)

    async def logged(self, words: str) -> None:
        """Wait until the log says something."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.fleet.log(1000):  # noqa: ASYNC110 - a file tells nobody that it has grown
                await asyncio.sleep(0.2)

    async def verdict(self, *, allowed: frozenset[Wrong] = frozenset()) -> list[str]:
        """Let everything come to its end and return what is wrong."""
        wrong = await settle(self.stage, self.fleet)
        findings = judge(await self.stage.history())
        wrong += [str(finding) for finding in findings if finding.wrong not in allowed]
        return [*wrong, self.fleet.log()] if wrong else []


@asynccontextmanager
async def trial(folder: Path, name: str, *, process: type[BotProcess] = BotProcess) -> AsyncIterator[Trial]:
    """Open a sandbox with a bot at work in it; the disaster's name and the run's seed decide who asks what where."""
    async with SandboxWorld() as world:
        fleet = Fleet(world, folder, process=process)
        try:
            chance = random.Random(f"{seed()}/{name}")  # noqa: S311 - a die that can be thrown again
            now = Trial(world, fleet, Stage(world), Tripwire(world), chance)
            await fleet.ready()
            yield now
        finally:
            await fleet.kill()
