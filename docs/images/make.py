"""Make the README's picture of the terminal anew: `make pictures`."""

import asyncio
import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from sandbox.demo import run_demo

HERE = Path(__file__).resolve().parent
THEME = TerminalTheme(
    (31, 36, 44),
    (216, 222, 233),
    [(59, 66, 82), (191, 97, 106), (140, 190, 130), (235, 203, 139), (129, 161, 193), (180, 142, 173), (136, 192, 208)],
)


def main() -> int:
    """Run the demo and keep what it printed as SVG."""
    console = Console(record=True, width=122, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    out = Path("demo-output")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        code = asyncio.run(run_demo(once=True, out=out, console=console))
        if code:
            print(console.export_text(), file=sys.stderr)  # noqa: T201 - a script for the terminal
            return code
    svg = console.export_svg(title="make demo", theme=THEME)
    # The font would be fetched from another host; the reader's own monospaced one does.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    (HERE / "demo.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
