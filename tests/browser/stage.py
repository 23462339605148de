"""The page with a bot behind it, and a browser in front of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

from sandbox.bot_process import BotProcess, ForeignProcess
from sandbox.discord import Channel
from sandbox.discord.intents import PRIVILEGED
from sandbox.page.bots import ManagedBot
from sandbox.page.desk import Desk
from sandbox.page.scene import Scene, furnish
from sandbox.page.server import PageServer
from sandbox.world import SandboxWorld

PATIENCE = 20_000
"""Milliseconds a browser waits for something to appear: a bot may be starting on a busy machine."""


@dataclass
class Complaints:
    """What must not happen on any page: errors in the console, and requests to anywhere else."""

    home: str
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home, self.home.replace("http", "ws", 1), "blob:", "data:")):
            self.heard.append(f"request to {request.url}")


@dataclass
class Stage:
    """A furnished sandbox, a bot, and the page's server, all running.

    Attributes:
        complaints: of every page opened with `open`; looked at when the stage is left.
    """

    world: SandboxWorld
    scene: Scene
    bot: ManagedBot
    server: PageServer
    complaints: Complaints

    @classmethod
    @asynccontextmanager
    async def set(cls, folder: Path, *, program: Sequence[str] = ()) -> AsyncIterator[Self]:
        """Set the stage, wait for the bot, and check in the end that no page complained.

        Args:
            folder: an empty folder for the bot's process.
            program: another bot's command instead of this one.
        """
        async with AsyncExitStack() as stack:
            world = await stack.enter_async_context(SandboxWorld())
            # Long enough for each status to be seen, short enough for a test.
            world.seedream.plan = replace(world.seedream.plan, pending_seconds=0.4, processing_seconds=0.6)
            scene = await furnish(world)
            settings = world.settings(folder, seedream={"poll_first_seconds": 0.5}, discord={"reactions": "results"})
            process: BotProcess | ForeignProcess
            if program:
                world.discord.application.privileged_intents = PRIVILEGED
                environment = {
                    "DISCORD_TOKEN": world.discord.token,
                    "DISCORD_API_BASE_URL": world.discord.api_base_url,
                    "DISCORD_GATEWAY_URL": world.discord.gateway_url,
                }
                process = ForeignProcess(folder, list(program), environment)
            else:
                process = BotProcess(folder, settings)
            bot = ManagedBot(process, world.discord)
            server = await stack.enter_async_context(PageServer(Desk(world, scene.persons, bot)))
            await stack.enter_async_context(bot)
            stage = cls(world, scene, bot, server, Complaints(server.url))
            await world.discord.wait_ready(timeout=30)
            yield stage
        assert not stage.complaints.heard

    async def open(self, context: BrowserContext, channel: Channel | None = None, *, theme: str = "light") -> Page:
        """Open the page in a window, at a channel, and wait until it is live."""
        await context.add_init_script(f"localStorage.setItem('theme', '{theme}')")
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        self.complaints.listen(page)
        shown = channel or self.scene.pictures
        await page.goto(f"{self.server.url}/#/channels/{shown.id}")
        await page.get_by_role("heading", name=shown.name, level=1).wait_for()
        return page
