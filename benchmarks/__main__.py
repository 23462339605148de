"""`make bench`: measure everything, write `benchmarks/results.json`, print the table."""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import sections
from benchmarks.report import print_table
from benchmarks.scale import SCALES, Scale
from benchmarks.waiting import waiting
from benchmarks.work import draw_once

RESULTS = Path(__file__).with_name("results.json")
Section = Callable[[Scale, Path, Callable[[str], None]], Coroutine[Any, Any, sections.Figures]]
SECTIONS: dict[str, Section] = {
    "acknowledging": sections.acknowledging,
    "working": sections.working,
    "polling": sections.polling,
    "waiting": waiting,
    "delivering": sections.delivering,
}


def machine() -> dict[str, str]:
    """Return what everything ran on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    model = "unknown"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    return {
        "processor": f"{os.cpu_count()} x {model}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "discord.py": version("discord.py"),
        "aiohttp": version("aiohttp"),
        "load before": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


async def measure(scale: Scale, names: list[str], say: Callable[[str], None]) -> dict[str, Any]:
    """Run the sections and return their figures, with what they were measured on."""
    draw_once()
    results: dict[str, Any] = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "scale": scale.name,
        "repetitions": scale.repetitions,
        "machine": machine(),
        "figures": {},
    }
    with tempfile.TemporaryDirectory(prefix="seedream-bench-") as folder:
        for name in names:
            results["figures"][name] = await SECTIONS[name](scale, Path(folder) / name, say)
    return results


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the bot beside the floor.")
    parser.add_argument("--quick", dest="scale", action="store_const", const="quick", help="one repetition of less")
    parser.add_argument("--scale", choices=SCALES, default="full", help="how much to measure (default: full)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="a section; may be given again")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the figures go (default: beside this program)")
    parser.set_defaults(scale="full")
    wanted = parser.parse_args()
    # Where nobody looks at once, such as in a log, the table keeps its width.
    console = Console(width=None if sys.stdout.isatty() else 180)
    names = wanted.only or list(SECTIONS)
    begun = datetime.now(UTC)

    def say(words: str) -> None:
        passed = (datetime.now(UTC) - begun).seconds
        console.print(f"[dim]{passed // 60}:{passed % 60:02d}[/] {words}", highlight=False)

    results = asyncio.run(measure(SCALES[wanted.scale], names, say))
    wanted.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print_table(results, console)


if __name__ == "__main__":
    main()
