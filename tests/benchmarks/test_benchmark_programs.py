"""The benchmark programs run and give every figure of the table; how large those are is no business of a test."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.__main__ import SECTIONS
from benchmarks.measuring import Spread, quantile

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc, which is read, is Linux's")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("section", SECTIONS)
async def test_a_section_runs(section: str, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    arguments = ["-m", "benchmarks", "--scale", "tiny", "--only", section, "--out", str(out)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    results = json.loads(out.read_text())
    figures = results["figures"][section]["this bot"]
    # At this size bursts are of two commands.
    wanted = {row.figure for row in report.ROWS if row.section == section and not row.figure.endswith((" 50", " 200"))}
    assert wanted <= set(figures)
    assert report.lines(results)


def result(ours: list[float], floor: list[float]) -> dict[str, object]:
    figures = {"working": {"this bot": {"CPU seconds per 1,000 jobs": ours}}}
    figures["working"]["floor"] = {"CPU seconds per 1,000 jobs": floor}
    return {"measured": "today", "scale": "full", "repetitions": 3, "machine": {"python": "3"}, "figures": figures}


@pytest.mark.parametrize(("ours", "met"), [([10, 19, 40], True), ([10, 21, 40], False)])
def test_a_target_is_met_by_the_median_of_the_ratios(ours: list[float], met: bool) -> None:
    (line,) = report.lines(result(ours, [10, 10, 10]))
    assert line.met is met
    assert line.ours == f"{ours[0]:.1f} / {ours[1]:.1f} / {ours[2]:.1f} s"


def test_the_table_is_put_between_the_marks_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    (tmp_path / "results.json").write_text(json.dumps(result([10, 11, 12], [10, 10, 10])))
    monkeypatch.setattr(report, "README", readme)
    report.main()
    text = readme.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| CPU for 1,000 jobs, steady load | 10.0 / 11.0 / 12.0 s |" in text
    report.print_table(result([1], [1]), Console(quiet=True))


def test_the_readme_has_the_marks() -> None:
    text = report.README.read_text()
    assert text.count(report.BEGIN) == text.count(report.END) == 1


def test_figures_are_summed_up() -> None:
    assert Spread.of([3, 1, 2]) == Spread(1, 2, 3)
    values = [float(number) for number in range(1, 101)]
    assert [quantile(values, share) for share in (0.5, 0.9, 0.99, 1.0)] == [50, 90, 99, 100]
    assert quantile([7.0], 0.99) == 7.0
