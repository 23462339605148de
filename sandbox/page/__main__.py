"""`python -m sandbox.page`: show a bot in a sandbox page, this one or any other that discord.py can drive."""

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from sandbox.bot_process import BotProcess, ForeignProcess, Process
from sandbox.discord import ClientRefused
from sandbox.discord.intents import PRIVILEGED
from sandbox.page.bots import ManagedBot
from sandbox.page.browser import open_in_browser
from sandbox.page.desk import Desk
from sandbox.page.scene import furnish
from sandbox.page.server import PageServer, why_not_listening
from sandbox.world import SandboxWorld

PENDING_SECONDS = 1.5
PROCESSING_SECONDS = 4.0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 65535")
    return int(text)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; what stands behind `--` is the bot's own."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.page",
        description="Show a bot in a sandbox page: a Discord and a Seedream API on this machine, to use in a browser.",
        epilog="Another bot finds DISCORD_TOKEN, DISCORD_API_BASE_URL and DISCORD_GATEWAY_URL in its environment.",
    )
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="where the page listens; a free port if 0")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="another bot instead of this one")
    return parser.parse_args(arguments)


def another_bot(folder: Path, world: SandboxWorld, command: list[str]) -> Process:
    """Return a foreign program as the sandbox's bot; it may have every intent it asks for."""
    discord = world.discord
    discord.application.privileged_intents = PRIVILEGED
    environment = {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_BASE_URL": discord.api_base_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }
    return ForeignProcess(folder, command, environment)


async def show(*, port: int, open_browser: bool, command: list[str]) -> int:
    """Serve the page until SIGINT or SIGTERM; return the exit code."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-page-")))
        world = await stack.enter_async_context(SandboxWorld())
        world.seedream.plan = replace(
            world.seedream.plan, pending_seconds=PENDING_SECONDS, processing_seconds=PROCESSING_SECONDS
        )
        scene = await furnish(world)
        own = BotProcess(
            folder, world.settings(folder, seedream={"poll_first_seconds": 0.5}, logging={"format": "text"})
        )
        bot = ManagedBot(another_bot(folder, world, command) if command else own, world.discord)
        server = PageServer(Desk(world, scene.persons, bot), port=port)
        try:
            await stack.enter_async_context(server)
            await stack.enter_async_context(bot)
        except OSError as error:
            sys.stderr.write(f"{why_not_listening(error, port)}\n")
            return 1
        except ClientRefused as refused:
            sys.stderr.write(f"{refused}\n")
            return 1
        sys.stdout.write(f"Open {server.url} to use it yourself. Press Ctrl-C to stop.\n")
        sys.stdout.flush()
        if open_browser:
            open_in_browser(server.url)
        telling = asyncio.create_task(_tell_of_ends(bot))
        try:
            await stopped.wait()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    return 0


async def _tell_of_ends(bot: ManagedBot) -> None:
    """Say on the terminal whenever the bot has ended by itself, with what it said last: the page may be hidden."""
    changed = asyncio.Event()
    bot.subscribe(changed.set)
    while True:
        await bot.ended_by_itself()
        log = await asyncio.to_thread(bot.process.log_tail)
        sys.stdout.write(f"The bot ended by itself ({bot.process.outcome}):\n{log or 'It wrote nothing.'}\n")
        sys.stdout.flush()
        while bot.state == "ended":
            changed.clear()
            await changed.wait()


def main() -> None:
    """Run the command line and exit."""
    options = parse(sys.argv[1:])
    sys.exit(asyncio.run(show(port=options.port, open_browser=options.open, command=options.command)))


if __name__ == "__main__":
    main()
