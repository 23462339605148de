"""`seedream-bot run` and `worker`: from the first signal handler to the last resort."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable

import structlog

from bot.app import App, Patience
from bot.config import Settings

END_SECONDS = 19.0
"""When a process that was told to stop ends in any case: before it is killed after 20, and says so."""

_log = structlog.get_logger(__name__)


class LastResort:
    """Ends the process some time after it was told to stop, should that hang where asyncio has no say.

    A thread that does not come back, in a name look-up or on a file system that is gone, keeps both the event loop's
    executor and the interpreter from ending. Whatever the process had in hand then is in the database, as in a crash.

    Args:
        seconds: from `begin` on.
        end: ends the process.
    """

    def __init__(self, seconds: float = END_SECONDS, end: Callable[[int], object] = os._exit) -> None:
        self._end = end
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self._begun = False

    def begin(self) -> None:
        """Start the clock; a second time is no error."""
        if not self._begun:
            self._begun = True
            self._timer.start()

    def settle(self) -> None:
        """Stop the clock, unless a thread is left that would keep the interpreter from ending."""
        others = (thread for thread in threading.enumerate() if thread is not threading.current_thread())
        if all(thread.daemon for thread in others):
            self._timer.cancel()

    def _strike(self) -> None:
        _log.error("stopping took too long and was ended; the next start goes on with the jobs")
        sys.stderr.flush()
        self._end(0)


async def run_bot(
    settings: Settings, *, stopping: Callable[[], None], gateway: bool = True, patience: Patience | None = None
) -> None:
    """Run the bot until SIGTERM or SIGINT, which count from the very first moment on.

    Args:
        settings: the bot's.
        stopping: called with each of those signals.
        gateway: whether commands come in here.
        patience: how long stopping may take.

    Raises:
        StartupError: it cannot start, or not go on.
    """
    app = App(settings, gateway=gateway, patience=patience)

    def stop() -> None:
        stopping()
        app.ask_to_stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # discord.py itself leaves SIGTERM alone, which would cut running steps off.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)
    if not await _started(app):
        _log.info("stopped before it had started")
        return
    try:
        await app.wait()
        _log.info("stopping")
    finally:
        await app.stop()
    _log.info("stopped")


async def _started(app: App) -> bool:
    """Start, unless told to stop meanwhile; tell which it was."""
    starting, asked = asyncio.create_task(app.start()), asyncio.create_task(app.asked_to_stop())
    try:
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            return True
        return False
    finally:
        for task in (starting, asked):
            task.cancel()
        await asyncio.gather(starting, asked, return_exceptions=True)
