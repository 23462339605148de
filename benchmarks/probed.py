"""Runs a module with a probe of its event loop's lag: `python -m benchmarks.probed FILE MODULE ARGUMENTS…`.

Every few milliseconds a callback is due; how late it comes is noted. On SIGUSR1 the notes since the last one are
written to FILE as JSON, in milliseconds. A loop that is blocked for long delays one callback only, so the callbacks
that were due meanwhile are counted as well, each with its share of the delay ("coordinated omission").
"""

import asyncio
import json
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PERIOD = 0.005


class Probe:
    """Notes how late a loop comes round."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: Path) -> None:
        self._loop = loop
        self._file = file
        self._lags: list[float] = []
        self._due = 0.0

    def start(self) -> None:
        """Begin, from within the loop."""
        self._loop.add_signal_handler(signal.SIGUSR1, self._write)
        self._next()

    def _next(self) -> None:
        self._due = self._loop.time() + PERIOD
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        lag = max(0.0, self._loop.time() - self._due)
        while lag >= 0:
            self._lags.append(lag)
            lag -= PERIOD
        self._next()

    def _write(self) -> None:
        lags, self._lags = self._lags, []
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps([round(lag * 1000, 2) for lag in lags]), encoding="utf-8")
        part.replace(self._file)


def _with_probe(
    new_loop: Callable[[], asyncio.AbstractEventLoop], file: Path
) -> Callable[[], asyncio.AbstractEventLoop]:
    def make() -> asyncio.AbstractEventLoop:
        loop = new_loop()
        loop.call_soon(Probe(loop, file).start)
        return loop

    return make


def main() -> None:
    """Put the probe in, and become the module."""
    file, module, *arguments = sys.argv[1:]
    # Whoever sends the signal before there is a loop must not end the process.
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    asyncio.events.new_event_loop = _with_probe(asyncio.events.new_event_loop, Path(file))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
