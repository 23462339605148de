"""Makes `docs/faults.md` out of the rows that the tests play: `python -m tests.acceptance.fault_page`."""

from collections.abc import Iterable
from pathlib import Path

from tests.acceptance import api_rows, fault_rows_gateway, fault_rows_rest, fault_rows_world
from tests.acceptance.api_rows import ApiRow
from tests.acceptance.fault_rows import AT_MOST_ONCE, NEVER, ONCE, TWICE, Row
from tests.acceptance.fault_scene import Spot, Where

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"

_HEAD = (
    "# What happens when…",
    (
        "Every line of these tables is played by tests (`tests/acceptance/test_discord_faults_table.py`, "
        "`test_api_faults_table.py`) against the whole bot in the sandbox, each fault and each place by itself. This "
        "page is made of the same rows, `python -m tests.acceptance.fault_page`, and a test compares."
    ),
    (
        "After each of them holds, by the API's ledger and by what stands in Discord: nothing was POSTed twice, no "
        "picture is shown twice, none is lost (it is shown, or its link is given), no thread stands without an "
        "answer or an explanation, and what has cost money is not said to be free."
    ),
)
_DISCORD = (
    "## Discord",
    (
        "*Where they belong* is the job's own thread in a text channel, the reply itself for a user install (the first "
        "ten pictures; the rest in a message below it), and the place of asking everywhere else."
    ),
)
_DISCORD_COLUMNS = ("when", "what goes wrong", "where asked", "where the pictures end up", "pings", "what is said")
_API = (
    "## The Seedream API",
    (
        "*Comes right* means that the bot tries again, and all pictures come, byte for byte. 429 and 503 are taken at "
        "their "
        "word that nothing was taken; after any other answer in doubt the paid POST is never sent again."
    ),
)
_PINGS = {
    ONCE: "one",
    AT_MOST_ONCE: "at most one",
    NEVER: "none",
    TWICE: "one with the pictures, one with the links",
}
_API_COLUMNS = ("route", "what goes wrong", "requests paid for", "pictures", "pings", "what is said")


def page() -> str:
    """Return the page's Markdown."""
    discord = map(_discord_cells, (*fault_rows_rest.ROWS, *fault_rows_world.ROWS, *fault_rows_gateway.ROWS))
    api = map(_api_cells, api_rows.ROWS)
    parts = (*_HEAD, *_DISCORD, _table(_DISCORD_COLUMNS, discord), *_API, _table(_API_COLUMNS, api))
    return "\n\n".join(parts) + "\n"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; rows that differ in what goes wrong (the second column) only share a line."""
    faults: dict[tuple[str, ...], list[str]] = {}
    for first, fault, *rest in rows:
        same = faults.setdefault((first, *rest), [])
        if fault not in same:
            same.append(fault)
    lines = [(first, "<br>".join(faults[first, *rest]), *rest) for first, *rest in faults]
    return "\n".join(_line(line) for line in (columns, ("---",) * len(columns), *lines))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _discord_cells(row: Row) -> tuple[str, ...]:
    spots = "everywhere" if set(row.spots) == set(Spot) else ", ".join(spot.value for spot in row.spots)
    pings = _PINGS[row.pings]
    return row.moment.value, row.fault, spots, _places(row), pings, _said(row.says)


def _places(row: Row) -> str:
    if row.where is Where.NOWHERE:
        return "nowhere; nothing was paid for" if not row.paid else "nowhere: nobody can be reached, the log says so"
    first = "where they belong" if row.where is None else row.where.value
    return f"{first}, the rest {row.rest.value}" if row.rest is not None else first


def _api_cells(row: ApiRow) -> tuple[str, ...]:
    if row.linked:
        numbers = ", ".join(map(str, row.linked))
        pictures = f"links for {numbers}" + ("; the others come" if row.delivered else "")
    else:
        pictures = "comes right" if row.delivered else "none"
    return (
        row.route.value,
        row.fault,
        str(row.paid),
        pictures,
        _said(row.says),
    )


def _said(words: tuple[str, ...]) -> str:
    return " … ".join(f"“{part.removesuffix('](<http')}”" for part in words)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
