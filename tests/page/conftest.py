import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.clock import ManualClock
from sandbox.discord import pointed_at
from sandbox.page.desk import Desk
from sandbox.page.scene import Scene, furnish
from sandbox.page.server import PageServer
from sandbox.world import SandboxWorld
from tests.page.tab import Browser, Tab
from tests.page.trial_bot import TrialBot


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def world(clock: ManualClock) -> AsyncIterator[SandboxWorld]:
    async with SandboxWorld(clock) as world:
        yield world


@pytest.fixture
async def scene(world: SandboxWorld) -> Scene:
    return await furnish(world)


@pytest.fixture
def desk(world: SandboxWorld, scene: Scene) -> Desk:
    return Desk(world, scene.persons)


@pytest.fixture
async def server(desk: Desk) -> AsyncIterator[PageServer]:
    async with PageServer(desk) as server:
        yield server


@pytest.fixture
async def browser(server: PageServer) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(server, session)


@pytest.fixture
async def mara(browser: Browser, scene: Scene) -> AsyncIterator[Tab]:
    """A tab of the member."""
    async with browser.tab(scene.member) as tab:
        yield tab


@pytest.fixture
async def theo(browser: Browser, scene: Scene) -> AsyncIterator[Tab]:
    """A tab of the moderator."""
    async with browser.tab(scene.moderator) as tab:
        yield tab


@pytest.fixture
async def bot(desk: Desk) -> AsyncIterator[TrialBot]:
    """A small bot that is connected."""
    discord = desk.world.discord
    with pointed_at(discord):
        bot = TrialBot()
        running = asyncio.create_task(bot.start(discord.token))
        await bot.started.wait()
        await discord.wait_ready()
        await bot.wait_until_ready()
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)
