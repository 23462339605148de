"""The table of the figures: on the terminal after measuring, and in `README.md` by `python -m benchmarks.report`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Spread
from benchmarks.sides import FLOOR, HABIT, OURS

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table: made by `python -m benchmarks.report` -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        section: whence.
        figure: its name there.
        label: its name in the table.
        unit: behind the numbers.
        digits: behind the point.
        target: in words; empty where there is none.
        most: what it may be at most; None for no limit.
        most_ratio: what it may be at most in floors; None for no limit.
    """

    section: str
    figure: str
    label: str
    unit: str = ""
    digits: int = 1
    target: str = ""
    most: float | None = None
    most_ratio: float | None = None


def _acknowledging() -> Iterator[Row]:
    for count in (1, 2, 50, 200):
        label = f"acknowledgement, {count} at once"
        yield Row("acknowledging", f"p50 at {count}", f"{label}, p50", "ms", 1, "≤ 1.3 × floor", most_ratio=1.3)
        if count == 200:
            yield Row("acknowledging", f"p99 at {count}", f"{label}, p99", "ms", 1, "< 500 ms", most=500)
        else:
            yield Row("acknowledging", f"p99 at {count}", f"{label}, p99", "ms", 1)


def _missed() -> Iterator[Row]:
    for count in (50, 200):
        yield Row(
            "acknowledging", f"missed at {count}", f"commands not acknowledged within 3 s, {count} at once", "", 0
        )


def _polling() -> Iterator[Row]:
    for known, name in (("known", "a kind that is known"), ("unknown", "a kind not seen before")):
        for width in ("scattered", "narrow"):
            target = ("≤ 0.5 s", 0.5) if known == "known" else ("", None)
            label = f"{name}, {width} durations"
            yield Row(
                "polling", f"delay p50, {width}, {known}", f"done to upload, {label}, p50", "s", 2, target[0], target[1]
            )
            yield Row("polling", f"delay p90, {width}, {known}", f"done to upload, {label}, p90", "s", 2)
            polls = ("≤ floor", 1.0) if known == "known" else ("", None)
            yield Row(
                "polling", f"polls, {width}, {known}", f"polls a job, {label}", "", 2, polls[0], most_ratio=polls[1]
            )


ROWS: tuple[Row, ...] = (
    *_acknowledging(),
    *_missed(),
    *_polling(),
    Row(
        "working",
        "CPU seconds per 1,000 jobs",
        "CPU for 1,000 jobs, steady load",
        "s",
        1,
        "≤ 2 × floor",
        most_ratio=2.0,
    ),
    Row("working", "CPU seconds per 1,000 jobs at full speed", "CPU for 1,000 jobs, full speed", "s", 1),
    Row("working", "jobs a second", "jobs sustained", "/s", 1),
    Row("working", "counted requests a job", "Discord requests a job under the global limit", "", 2, "≤ 5", 5.0),
    Row("waiting", "KiB a job", "memory of a waiting job", "KiB", 2, "≤ 2 KiB", 2.0),
    Row("waiting", "lag p99", "event-loop lag with the waiting jobs, p99", "ms", 1, "< 50 ms", 50.0),
    Row("waiting", "lag most", "the same, longest", "ms", 1),
    Row("waiting", "start", "cold start with the waiting jobs", "s", 2, "< 5 s", 5.0),
    Row("delivering", "peak MiB", "peak memory, 15 pictures of 4096×4096", "MiB", 0, "< 400 MiB", 400.0),
    Row("delivering", "lag p99", "event-loop lag meanwhile, p99", "ms", 1, "< 50 ms", 50.0),
    Row("delivering", "lag most", "the same, longest", "ms", 1),
    Row("delivering", "seconds", "until the last picture is there", "s", 1),
    Row("acknowledging", "sandbox busy at 200", "share of a core: sandbox, 200 at once", "", 2),
    Row("working", "sandbox busy under load", "share of a core: sandbox, steady load", "", 2),
    Row("working", "sandbox busy at full speed", "share of a core: sandbox, full speed", "", 2),
    Row("working", "bot busy at full speed", "share of a core: the bot, full speed", "", 2),
)


@dataclass(frozen=True)
class Line:
    """One line of the table, as text."""

    label: str
    ours: str
    floor: str
    habit: str
    ratio: str
    target: str
    met: bool | None


def lines(results: Mapping[str, Any]) -> list[Line]:
    """Return the table's lines for what was measured."""
    made = (_line(row, results["figures"].get(row.section, {})) for row in ROWS)
    return [line for line in made if line is not None]


def _line(row: Row, sides: Mapping[str, Mapping[str, Sequence[float]]]) -> Line | None:
    values = {name: figures.get(row.figure) for name, figures in sides.items()}
    ours, floor, habit = values.get(OURS), values.get(FLOOR), values.get(HABIT)
    if not ours:
        return None
    pairs = [one / other for one, other in zip(ours, floor or (), strict=False) if other]
    ratio = Spread.of(pairs) if pairs else None
    met: bool | None = None
    if row.most is not None:
        met = Spread.of(ours).median <= row.most
    if row.most_ratio is not None and ratio is not None:
        met = ratio.median <= row.most_ratio
    return Line(
        row.label,
        _spread(Spread.of(ours), row),
        _spread(Spread.of(floor), row) if floor else "",
        _spread(Spread.of(habit), row) if habit else "",
        _span(ratio, 2) if ratio is not None else "",
        row.target,
        met,
    )


def _spread(spread: Spread, row: Row) -> str:
    return f"{_span(spread, row.digits)} {row.unit}".rstrip()


def _span(spread: Spread, digits: int) -> str:
    texts = [f"{value:,.{digits}f}" for value in (spread.least, spread.median, spread.most)]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)


def _met(line: Line) -> str:
    return "" if line.met is None else "met" if line.met else "not met"


_HEAD = ("", "this bot", "floor", "floor, a session a job", "this bot : floor", "target", "")


def print_table(results: Mapping[str, Any], console: Console) -> None:
    """Print the table; each figure is least / median / most over the repetitions."""
    table = Table(title=_title(results), caption="least / median / most over the repetitions")
    for name in _HEAD:
        table.add_column(name, overflow="fold")
    for line in lines(results):
        met = {True: "[green]met[/]", False: "[red]not met[/]", None: ""}[line.met]
        table.add_row(line.label, line.ours, line.floor, line.habit, line.ratio, line.target, met)
    console.print(table)


def _title(results: Mapping[str, Any]) -> str:
    return f"{results['measured']}, {results['scale']}, repetitions: {results['repetitions']}"


def markdown(results: Mapping[str, Any]) -> str:
    """Return the table and what it was measured on, in Markdown."""
    on = ", ".join(f"{name}: {value}" for name, value in results["machine"].items())
    parts = [f"{_title(results)}. {on}.", ""]
    parts.append("| " + " | ".join(_HEAD) + " |")
    parts.append("|" + "---|" * len(_HEAD))
    for line in lines(results):
        cells = (line.label, line.ours, line.floor, line.habit, line.ratio, line.target, _met(line))
        parts.append("| " + " | ".join(cells) + " |")
    return "\n".join(parts)


def main() -> None:
    """Put the table of `results.json` into the README."""
    results = json.loads(README.with_name("results.json").read_text(encoding="utf-8"))
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    README.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{markdown(results)}\n\n{END}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
