"""Make the pictures of the README anew: `make pictures`."""

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from sandbox.demo import run_demo

HERE = Path(__file__).parent
THEME = TerminalTheme(
    (31, 36, 44),
    (216, 222, 233),
    [(59, 66, 82), (191, 97, 106), (140, 190, 130), (235, 203, 139), (129, 161, 193), (180, 142, 173), (136, 192, 208)],
)


async def main() -> int:
    """Run the demo, keep what it printed as SVG and one of its pictures as JPEG."""
    with tempfile.TemporaryDirectory() as name:
        console = Console(record=True, width=122, file=io.StringIO(), force_terminal=True, color_system="truecolor")
        out = Path(name) / "demo-output"
        code = await run_demo(once=True, out=out, console=console)
        if code:
            print(console.export_text(), file=sys.stderr)  # noqa: T201 - a script for the terminal
            return code
        svg = console.export_svg(title="make demo", theme=THEME, clear=False)
        # The font would be fetched from another host; the reader's own monospaced one does.
        svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
        svg = svg.replace(f"{name}/", "")
        (HERE / "demo.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")
        picture = min(out.iterdir())
        with Image.open(picture) as image:
            image.convert("RGB").resize((840, 840), Image.Resampling.LANCZOS).save(
                HERE / "demo-picture.jpg", quality=85
            )
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
