"""Words in a picture: what the bundled font can show of them, and how they fit a box."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from PIL import ImageFont

_LINE_HEIGHT = 1.34
_SHRINK = 0.94
_STAND_INS = str.maketrans(
    {
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "•": "·", "→": "->", "ß": "ss", "ø": "o",
        "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "„": '"', "‚": "'", "«": '"', "»": '"',
        "€": "EUR", "₽": "RUB", "，": ", ", "。": ". ",
    }
)  # fmt: skip
UNKNOWN = "_"


@dataclass(frozen=True)
class Paragraph:
    """Text broken into lines that fit a box.

    Attributes:
        size: of the font, in pixels.
        complete: whether all of the text is there; if not, the last line ends with an ellipsis.
    """

    lines: tuple[str, ...]
    size: int
    complete: bool

    @property
    def line_height(self) -> float:
        """Pixels from one base line to the next."""
        return self.size * _LINE_HEIGHT

    @property
    def height(self) -> int:
        """Pixels of all lines together."""
        return round(self.line_height * len(self.lines))


class Lettering:
    """Pillow's bundled font (ASCII and a little more) in all sizes.

    One for each picture: fonts are not shared between threads.
    """

    def __init__(self) -> None:
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._shown: dict[str, bool] = {}
        self._widths: dict[tuple[str, int], float] = {}

    def font(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font in a size of whole pixels, at least 6."""
        pixels = max(6, round(size))
        if pixels not in self._fonts:
            font = ImageFont.load_default(pixels)
            if not isinstance(font, ImageFont.FreeTypeFont):
                raise RuntimeError("this Pillow was built without FreeType: the sandbox cannot letter its pictures")
            self._fonts[pixels] = font
        return self._fonts[pixels]

    def width(self, text: str, size: float) -> float:
        """Return the width of a line in pixels."""
        # Measured in the very size: advances are rounded to whole pixels, so widths do not scale. And measured
        # once: a long prompt is broken many times over in search of its size.
        key = (text, round(size))
        if key not in self._widths:
            self._widths[key] = self.font(size).getlength(text)
        return self._widths[key]

    def readable(self, text: str) -> tuple[str, bool]:
        """Return the text in letters that the font has, and whether some had to be left as `_`.

        Accents are dropped and punctuation is simplified silently; letters of another script become `_`.
        """
        result: list[str] = []
        lost = False
        for letter in text.translate(_STAND_INS):
            if letter.isspace() or self._has(letter):
                result.append(letter)
            elif not unicodedata.category(letter).startswith(("M", "C")):
                plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if self._has(part))
                lost = lost or not plain
                result.append(plain or UNKNOWN)
        return "".join(result), lost

    def _has(self, letter: str) -> bool:
        if letter not in self._shown:
            self._shown[letter] = letter.isprintable() and bytes(self._probe.getmask(letter)) != self._missing
        return self._shown[letter]

    @property
    def _probe(self) -> ImageFont.FreeTypeFont:
        return self.font(24)

    @cached_property
    def _missing(self) -> bytes:
        return bytes(self._probe.getmask("\U0010fffd"))

    def fit(self, text: str, width: float, height: float, *, largest: float, smallest: float) -> Paragraph:
        """Return the text in the largest size in which it fits the box; cut short where even the smallest fails."""
        size, least = max(6, round(largest)), max(6, round(smallest))
        while True:
            lines = self._wrap(text, width, size)
            room = max(1, int(height / (size * _LINE_HEIGHT)))
            if len(lines) <= room:
                return Paragraph(tuple(lines), size, complete=True)
            if size <= least:
                last = _shortened(lines[room - 1])
                return Paragraph((*lines[: room - 1], last), size, complete=False)
            size = max(least, min(size - 1, round(size * _SHRINK)))

    def shorten(self, text: str, width: float, size: float) -> str:
        """Return the text, with an ellipsis in its middle where it is wider than `width`."""
        kept = len(text)
        while self.width(text, size) > width and kept > 3:
            kept -= 1
            text = f"{text[: kept // 2]}…{text[len(text) - kept // 2 :]}"
        return text

    def _wrap(self, text: str, width: float, size: int) -> list[str]:
        lines: list[str] = []
        space = self.width(" ", size)
        for paragraph in text.splitlines() or [""]:
            line: list[str] = []
            used = -space
            for word in self._pieces(paragraph, width, size):
                wanted = self.width(word, size)
                if line and used + space + wanted > width:
                    lines.append(" ".join(line))
                    line, used = [], -space
                line.append(word)
                used += space + wanted
            lines.append(" ".join(line))
        return lines

    def _pieces(self, paragraph: str, width: float, size: int) -> Iterator[str]:
        for word in paragraph.split():
            rest = word
            while len(rest) > 1 and self.width(rest, size) > width:
                cut = min(len(rest) - 1, max(1, int(len(rest) * width / self.width(rest, size))))
                while cut > 1 and self.width(rest[:cut], size) > width:
                    cut -= 1
                yield rest[:cut]
                rest = rest[cut:]
            yield rest


def _shortened(line: str) -> str:
    return f"{line[:-2].rstrip()} …"
