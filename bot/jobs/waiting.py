"""Waiting for a bell and a clock at once."""

import asyncio

from bot.clock import Clock


async def until_rung(bell: asyncio.Event, clock: Clock, seconds: float | None = None) -> None:
    """Wait until a bell has been rung; it rings by itself after some seconds."""
    if bell.is_set():
        # Whoever rings it all the time still lets others come in between.
        await asyncio.sleep(0)
        return
    if seconds is None:
        await bell.wait()
        return
    sleeping = asyncio.ensure_future(clock.sleep(seconds))

    def wake(slept: "asyncio.Future[None]") -> None:
        if not slept.cancelled():
            bell.set()

    sleeping.add_done_callback(wake)
    try:
        await bell.wait()
    finally:
        sleeping.cancel()
    if sleeping.done():
        sleeping.result()
