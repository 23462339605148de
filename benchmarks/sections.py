"""What is measured, one function a section: each returns its figures, a list with one entry a repetition."""

import asyncio
import statistics
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.measuring import memory_kib, quantile
from benchmarks.scale import Scale
from benchmarks.sides import FLOOR, HABIT, OURS, Side, opened
from benchmarks.work import SMALL, Run, Work, large, lasting, lognormal

Figures = dict[str, dict[str, list[float]]]
"""By side, then by figure: one value a repetition."""
Say = Callable[[str], None]

SPREAD = 0.3
"""Of the durations, as the standard deviation of their logarithm: two of three within a third of the median."""
_WIDTHS = {"scattered": SPREAD, "narrow": SPREAD / 3}
_KINDS = [
    {"version": version, "size": "2K", "max_images": count} for version in ("4.5", "4.0") for count in (1, 2, 5, 10)
]
"""Options of different speed classes; each brings one small picture here."""


class Comparison:
    """Some sides that run at the same time, measured in turns, and their figures."""

    def __init__(self, sides: list[Side]) -> None:
        self.sides = sides
        self.figures: Figures = {side.name: {} for side in sides}

    def note(self, side: Side, **values: float) -> None:
        """Note one repetition's figures."""
        for name, value in values.items():
            self.figures[side.name].setdefault(name, []).append(round(value, 4))

    def in_turn(self, repetition: int) -> list[Side]:
        """Return the sides, another one first each time, so that none always meets the warmer machine."""
        turn = repetition % len(self.sides)
        return self.sides[turn:] + self.sides[:turn]


async def _sides(stack: AsyncExitStack, folder: Path, names: list[str]) -> list[Side]:
    sides = [await stack.enter_async_context(opened(name, folder / str(index))) for index, name in enumerate(names)]
    for side in sides:
        # First times are slow: imports, connections, caches.
        warm = Work(side)
        for _ in range(3):
            await warm.ask(SMALL)
        await warm.done()
    return sides


async def acknowledging(scale: Scale, folder: Path, say: Say) -> Figures:
    """Measure from the command to the arrival of the acknowledgement, alone and in bursts."""
    async with AsyncExitStack() as stack:
        compared = Comparison(await _sides(stack, folder, [OURS, FLOOR]))
        for repetition in range(scale.repetitions):
            for count in (1, *scale.bursts):
                for side in compared.in_turn(repetition):
                    say(f"acknowledging: {count} at once, {side.name}, {repetition + 1}")
                    work = Work(side)
                    for _ in range(scale.single if count == 1 else count):
                        await work.ask(SMALL)
                        if count == 1:
                            await work.acknowledged()
                            await asyncio.sleep(0.1)
                    await work.acknowledged()
                    answers = [job.interaction.acknowledgement for job in work.run.jobs]
                    times = [answer.after * 1000 for answer in answers if answer is not None]
                    missed = len(answers) - len(times)
                    compared.note(
                        side,
                        **{
                            f"p50 at {count}": quantile(times, 0.5),
                            f"p99 at {count}": quantile(times, 0.99),
                            f"missed at {count}": missed,
                        },
                    )
                    run = await work.done()
                    compared.note(side, **{f"sandbox busy at {count}": run.sandbox_busy})
        return compared.figures


async def working(scale: Scale, folder: Path, say: Say) -> Figures:
    """Measure CPU and requests a job under a steady load, and jobs a second at full speed."""
    async with AsyncExitStack() as stack:
        compared = Comparison(await _sides(stack, folder, [OURS, FLOOR, HABIT]))
        for repetition in range(scale.repetitions):
            durations = lognormal(scale.load_seconds, SPREAD, scale.load_jobs, seed=repetition)
            for side in compared.in_turn(repetition):
                say(f"steady load: {side.name}, {repetition + 1}")
                work = Work(side)
                await work.steadily([lasting(seconds) for seconds in durations], scale.load_rate)
                run = await work.done()
                count = len(run.jobs)
                compared.note(
                    side,
                    **{
                        "CPU seconds per 1,000 jobs": run.cpu / count * 1000,
                        "counted requests a job": run.counted / count,
                        "polls a job under load": statistics.fmean(job.polls for job in run.jobs),
                        "sandbox busy under load": run.sandbox_busy,
                    },
                )
            for side in compared.in_turn(repetition):
                if side.name == HABIT:
                    continue
                say(f"full speed: {side.name}, {repetition + 1}")
                work = Work(side)
                await work.at_most(scale.flood_jobs, scale.flood_window, SMALL)
                run = await work.done()
                compared.note(
                    side,
                    **{
                        "jobs a second": len(run.jobs) / run.delivered_after,
                        "CPU seconds per 1,000 jobs at full speed": run.cpu / len(run.jobs) * 1000,
                        "bot busy at full speed": run.cpu / run.seconds,
                        "sandbox busy at full speed": run.sandbox_busy,
                    },
                )
        return compared.figures


async def polling(scale: Scale, folder: Path, say: Say) -> Figures:
    """Measure how soon a finished task is found and how often it was asked for, with and without knowing its kind.

    Little is to be done here, so all sides work at the same time.
    """
    async with AsyncExitStack() as stack:
        compared = Comparison(await _sides(stack, folder, [OURS, FLOOR]))
        for repetition in range(scale.repetitions):
            first = (repetition * len(_WIDTHS)) % len(_KINDS)
            for known, count, rate in (
                ("unknown", scale.cold_jobs, scale.cold_jobs / 4),
                ("known", scale.warm_jobs, scale.warm_rate),
            ):
                say(f"polling: {known} kinds, {repetition + 1}")
                seed = 2 * repetition + (known == "known")
                doings = [
                    (side, width, _KINDS[first + place], lognormal(scale.polling_seconds, _WIDTHS[width], count, seed))
                    for side in compared.sides
                    for place, width in enumerate(_WIDTHS)
                ]
                runs = await asyncio.gather(*(_polled(side, times, rate, kind) for side, _, kind, times in doings))
                for (side, width, _, _), run in zip(doings, runs, strict=True):
                    delays = [job.delay for job in run.jobs]
                    compared.note(
                        side,
                        **{
                            f"delay p50, {width}, {known}": statistics.median(delays),
                            f"delay p90, {width}, {known}": quantile(delays, 0.9),
                            f"polls, {width}, {known}": statistics.fmean(job.polls for job in run.jobs),
                        },
                    )
        return compared.figures


async def _polled(side: Side, durations: list[float], rate: float, options: dict[str, Any]) -> Run:
    work = Work(side)
    await work.steadily([lasting(seconds) for seconds in durations], rate, **options)
    return await work.done()


async def delivering(scale: Scale, folder: Path, say: Say) -> Figures:
    """Measure memory and lag while large pictures are delivered that have to be encoded anew to fit."""
    figures: dict[str, list[float]] = {}
    for repetition in range(scale.repetitions):
        say(f"large pictures, {repetition + 1}")
        async with opened(OURS, folder / str(repetition), probed=True) as side:
            plan = large(scale.side)
            await asyncio.sleep(2 if scale.name != "tiny" else 0.2)
            await side.process.lags()
            before = memory_kib(side.pid)
            work = Work(side)
            await work.ask(plan, version="4.5", size="4K", max_images=scale.pictures)
            run = await work.done(scale.pictures)
            lags = await side.process.lags()
            for name, value in {
                "peak MiB": memory_kib(side.pid, "VmHWM") / 1024,
                "MiB before": before / 1024,
                "lag p99": quantile(lags, 0.99),
                "lag most": max(lags),
                "seconds": run.delivered_after,
            }.items():
                figures.setdefault(name, []).append(round(value, 4))
    return {OURS: figures}
