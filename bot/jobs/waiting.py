"""Waiting for a bell and a clock at once."""

import asyncio

from bot.clock import Clock


async def until_rung(bell: asyncio.Event, clock: Clock, seconds: float | None = None) -> None:
    """Wait until a bell has been rung, for some seconds at most."""
    waits: list[asyncio.Future[object]] = [asyncio.ensure_future(bell.wait())]
    if seconds is not None:
        waits.append(asyncio.ensure_future(clock.sleep(seconds)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
