"""One check's outcome, and the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        passed: None where it could not be checked because something before it failed.
        remedy: what to do; beside a passed check, what could be had in addition.
    """

    name: str
    passed: bool | None
    detail: str
    remedy: str = ""


def passed(name: str, detail: str, note: str = "") -> Check:
    """Return a passed check."""
    return Check(name, True, detail, note)


def failed(name: str, detail: str, remedy: str) -> Check:
    """Return a failed check."""
    return Check(name, False, detail, remedy)


def not_checked(name: str, because: str) -> Check:
    """Return a check that had to be left out."""
    return Check(name, None, f"not checked: {because}")


_MARKS = {True: ("pass", "green"), False: ("FAIL", "bold red"), None: ("-", "dim")}


TABLE_COLUMNS = 100
"""The narrowest screen on which the words in a table's columns are not torn into pieces."""


def show(checks: Sequence[Check], console: Console) -> None:
    """Print the checks, as a table where there is room for one, and the sum of them."""
    if console.width >= TABLE_COLUMNS:
        _show_table(checks, console)
    else:
        _show_list(checks, console)
    _show_sum(checks, console)


def _show_list(checks: Sequence[Check], console: Console) -> None:
    for check in checks:
        mark, style = _MARKS[check.passed]
        console.print(Text.assemble((f"{mark:<4}", style), "  ", (check.name, "bold")))
        for words in filter(None, (check.detail, check.remedy and f"To do: {check.remedy}")):
            console.print(Padding(Text(words), (0, 0, 0, 6)))


def _show_table(checks: Sequence[Check], console: Console) -> None:
    table = Table(show_edge=False, pad_edge=False, show_lines=False, header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("Check", no_wrap=True)
    table.add_column("Found", overflow="fold", ratio=3)
    table.add_column("What to do", overflow="fold", ratio=2)
    for check in checks:
        mark, style = _MARKS[check.passed]
        # As Text, so that nothing in it is read as Rich's markup.
        table.add_row(Text(mark, style), Text(check.name), Text(check.detail), Text(check.remedy))
    console.print(table)


def _show_sum(checks: Sequence[Check], console: Console) -> None:
    failures = sum(check.passed is False for check in checks)
    left_out = sum(check.passed is None for check in checks)
    if not failures:
        console.print(Text("Everything is in order.", "green"))
        return
    rest = f"; {left_out} could not be checked" if left_out else ""
    count = "The check" if len(checks) == 1 else f"{failures} of {len(checks)} checks"
    console.print(Text(f"{count} failed{rest}.", "bold red"))
