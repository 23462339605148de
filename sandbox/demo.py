"""`seedream-bot demo`: the main job end to end, printed as a person would see it, and shown on a page."""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

from sandbox.bot_process import BotProcess
from sandbox.discord import Channel, File, Interaction, Message, Person, RequestRecord
from sandbox.page.bots import ManagedBot
from sandbox.page.browser import open_in_browser
from sandbox.page.desk import Desk
from sandbox.page.scene import Scene, furnish
from sandbox.page.server import PageServer, why_not_listening
from sandbox.reading import labelled, status, task_id
from sandbox.sketches import lighthouse, red_boat
from sandbox.world import SandboxWorld

PROMPT = "The boat of image 2 below the lighthouse of image 1, at dusk, in watercolour"
PENDING_SECONDS = 0.8
PROCESSING_SECONDS = 1.6
T = TypeVar("T")
START_SECONDS = 30.0
STEP_SECONDS = 30.0


class DemoError(Exception):
    """Something a person would have seen did not come about."""


@dataclass(frozen=True)
class PageWish:
    """Whether a page is served beside the demo.

    Attributes:
        port: where it listens; None for a free port.
        open_browser: open it in the browser too.
    """

    port: int | None = None
    open_browser: bool = False

    @property
    def wanted(self) -> bool:
        """Whether it was asked for, terminal or not."""
        return self.port is not None or self.open_browser


async def run_demo(*, once: bool, out: Path, console: Console, page: PageWish | None = None) -> int:
    """Show the main job; return the exit code: 0, 1 if it failed, 128 and the number of a signal that ended it.

    Args:
        once: end when the pictures are there, even on a terminal.
        out: the folder the pictures are saved to; made where it does not exist.
        console: where the steps are printed.
        page: where the page is served; it is served unasked where the demo keeps running on a terminal.
    """
    stop = _StopSignals()
    try:
        return await _show(once=once, out=out, console=console, page=page or PageWish())
    except asyncio.CancelledError:
        if stop.received is None:
            raise
        return 128 + stop.received


class _StopSignals:
    """Ends the current task on SIGTERM and SIGHUP, so that the bot is stopped and the folder removed; once is enough.

    Ctrl-C needs no such care: asyncio ends the task in the same way.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._task = asyncio.current_task()
        for number in (signal.SIGTERM, signal.SIGHUP):
            # What is ignored stays so: that is what `nohup` asks for.
            if signal.getsignal(number) != signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, self._receive, number)

    def _receive(self, number: signal.Signals) -> None:
        # A second one must not keep the bot from being stopped in good order.
        if self.received is None and self._task is not None:
            self.received = number
            self._task.cancel()


async def _show(*, once: bool, out: Path, console: Console, page: PageWish) -> int:
    if not await asyncio.to_thread(_can_write_to, out):
        console.print(f"[bold red]The folder {escape(str(out))} cannot be written to.[/]", soft_wrap=True)
        console.print("Name another one with --out.")
        return 1
    stays = not once and (page.wanted or (sys.stdin.isatty() and console.is_terminal))
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seedream-demo-")))
        world = await stack.enter_async_context(SandboxWorld())
        world.seedream.plan = replace(
            world.seedream.plan, pending_seconds=PENDING_SECONDS, processing_seconds=PROCESSING_SECONDS
        )
        scene = await furnish(world)
        process = BotProcess(
            folder, world.settings(folder, seedream={"poll_first_seconds": 0.5}, logging={"format": "text"})
        )
        bot = ManagedBot(process, world.discord)
        desk = Desk(world, scene.persons, bot)
        server = PageServer(desk, port=page.port or 0)
        console.print("[bold]seedream-bot demo[/] · no account, no token; nothing leaves this machine\n")
        if stays or page.wanted:
            try:
                await stack.enter_async_context(server)
            except OSError as error:
                console.print(f"[bold red]{escape(why_not_listening(error, page.port or 0))}[/]", soft_wrap=True)
                return 1
            console.print(f"Open {server.url} to use it yourself.\n", highlight=False)
            if page.open_browser:
                open_in_browser(server.url)
        await stack.enter_async_context(bot)
        try:
            await _Demo(world, scene, bot, out, console).run()
        except (DemoError, TimeoutError, OSError) as error:
            console.print(f"[bold red]The demo failed:[/] {escape(str(error))}")
            if not (stays and desk.touched):
                console.print(escape(process.log_tail()), style="dim")
                return 1
            console.print("That may well be what was done on the page.")
        return await _keep_running(world, bot, server.url, console) if stays else 0


def _can_write_to(folder: Path) -> bool:
    """Make a folder where there is none, and try: permissions alone do not tell of a full or read-only disk."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
    except OSError:
        return False
    return True


async def _keep_running(world: SandboxWorld, bot: ManagedBot, url: str, console: Console) -> int:
    """Let people look around until Ctrl-C, which is how this is meant to end: 0; 1 if the bot ends by itself."""
    stopped = asyncio.Event()
    # For good: a second Ctrl-C must not keep the bot from being stopped in good order.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    console.print()
    console.print("Open the pictures above. The bot and both sandboxes keep running.")
    console.print(f"  Discord stands at {world.discord.api_base_url}, Seedream at {world.seedream.api_base_url}.")
    if bot.pid is not None:
        console.print(f"  The bot is process {bot.pid}; its log: {bot.process.log_path}", style="dim")
    console.print(f"Go on yourself at {url}; Ctrl-C ends everything.", highlight=False, soft_wrap=True)
    waits = [asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(bot.ended_by_itself())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    if stopped.is_set():
        console.print("\nStopping.")
        return 0
    console.print("[bold red]The bot has ended by itself.[/]")
    console.print(escape(bot.process.log_tail()), style="dim")
    return 1


class _Demo:
    def __init__(self, world: SandboxWorld, scene: Scene, bot: ManagedBot, out: Path, console: Console) -> None:
        self.world = world
        self.bot = bot
        self.out = out
        self.console = console
        self.started = time.monotonic()
        self.channel: Channel = scene.pictures
        self.person: Person = scene.member

    async def run(self) -> None:
        await self._wait_for_bot()
        interaction = await self._command()
        thread = await self._thread(interaction)
        await self._statuses(thread)
        await self._pictures(thread)
        self._ledger()

    async def _wait_for_bot(self) -> None:
        ready = asyncio.ensure_future(self.world.discord.wait_ready(timeout=START_SECONDS))
        ended = asyncio.ensure_future(self.bot.ended_by_itself())
        done, rest = await asyncio.wait({ready, ended}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        if ready not in done:
            raise DemoError("the bot did not come up")
        await ready
        self._row("bot started", f"as `seedream-bot run`, ready after {time.monotonic() - self.started:.1f} s")

    async def _command(self) -> Interaction:
        self.console.print(f"\n[bold]{self.person.display_name}[/] types in #{self.channel.name}", highlight=False)
        self._row("/seedream", f"[dim]prompt[/] {PROMPT}", "cyan")
        self._row("", "[dim]max_images[/] 2  [dim]image1[/] lighthouse.png  [dim]image2[/] boat.png\n")
        interaction = await self.person.slash(
            self.channel,
            "seedream",
            prompt=PROMPT,
            max_images=2,
            image1=File("lighthouse.png", await asyncio.to_thread(lighthouse)),
            image2=File("boat.png", await asyncio.to_thread(red_boat)),
        )
        answer = await interaction.acknowledged()
        self._row("acknowledged", f"after {answer.after * 1000:.0f} ms")
        return interaction

    async def _thread(self, interaction: Interaction) -> Channel:
        def opened() -> Channel | None:
            card = interaction.original
            return card.thread if card is not None else None

        thread = await self._until(opened, "a thread under the bot's reply")
        card = interaction.original
        assert card is not None  # noqa: S101 - `opened` has seen it
        self._row("reply", labelled(card, "Progress") or card.content)
        self._row("thread", f"“{thread.name}”")
        return thread

    async def _statuses(self, thread: Channel) -> None:
        def message() -> Message | None:
            return next((m for m in thread.messages if task_id(m)), None)

        told = await self._until(message, "a message with the task ID")
        self._row("task ID", f"[bold]{task_id(told)}[/]")
        seen: list[str] = []
        while not seen or seen[-1] not in {"completed", "failed", "expired"}:
            now = await self._until(lambda: _news(told, seen), "the next status")
            seen.append(now)
            self._row("status" if len(seen) == 1 else "", now)
        if seen[-1] != "completed":
            raise DemoError(f"the task ended as {seen[-1]}")

    async def _pictures(self, thread: Channel) -> None:
        def arrived() -> list[Message]:
            return [m for m in thread.messages if m.attachments]

        messages = await self._until(arrived, "the pictures")
        self._row("notified", ", ".join(p.display_name or p.name for m in messages for p in m.pinged))
        for attachment in (a for m in messages for a in m.attachments):
            path = self.out / attachment.filename
            await asyncio.to_thread(path.write_bytes, attachment.data)
            size = f"{attachment.width}x{attachment.height}, {attachment.size / 1024 / 1024:.1f} MB"
            self._row("picture", f"[bold]{escape(str(path))}[/] ({size})")
            self._row("", f"[dim]alt text: {escape(attachment.description or '')}[/]")

    def _ledger(self) -> None:
        ledger = self.world.seedream.ledger
        pictures = sum(entry.images_charged for entry in ledger)
        requests = sum(record.counts_toward_global_limit for record in self._since_command())
        self.console.print()
        orders = f"{len(ledger)} request{'' if len(ledger) == 1 else 's'}"
        self._row("paid", f"{orders}, {pictures} pictures, as the sandbox's ledger has it")
        self._row("cost to Discord", f"{requests} requests that count toward the bot's limit")
        self._row("time", f"{time.monotonic() - self.started:.1f} s in all")

    def _since_command(self) -> list[RequestRecord]:
        records = self.world.discord.requests
        first = next((i for i, r in enumerate(records) if "/callback" in r.path), 0)
        return records[first:]

    async def _until(self, predicate: Callable[[], T | None], what: str) -> T:
        try:
            return await self.world.until(predicate, what=what, timeout=STEP_SECONDS)
        except TimeoutError:
            raise DemoError(f"waited {STEP_SECONDS:.0f} s in vain for {what}") from None

    def _row(self, label: str, value: str, colour: str = "green") -> None:
        self.console.print(f"  [{colour}]{label:<16}[/] {value}", highlight=False, soft_wrap=True)


def _news(message: Message, seen: list[str]) -> str | None:
    """Return the first status a message told, edits included, that comes after those seen."""
    told: list[str] = []
    for value in (*map(status, message.revisions), status(message)):
        if value and (not told or told[-1] != value):
            told.append(value)
    return told[len(seen)] if len(told) > len(seen) else None
