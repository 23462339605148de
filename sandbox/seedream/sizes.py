"""Output sizes of the Seedream models: tiers, exact sizes, and the ratio a prompt asks for.

Source: the Seedream documents of Volcano Ark, as its resellers repeat them, and SinanCode's page of the
endpoint (https://docs.sinancode.com/en/api-reference/endpoint/seedream).
"""

import re

VERSIONS = ("4.0", "4.5", "5.0-lite")
DEFAULT_VERSION = "5.0-lite"
DEFAULT_SIZE = "2K"

_RATIOS = ("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9")
_Table = dict[str, tuple[int, int]]


def _table(square: int, four_three: str, sixteen_nine: str, three_two: str, twenty_one_nine: str) -> _Table:
    def pair(text: str) -> tuple[int, int]:
        width, height = text.split("x")
        return int(width), int(height)

    table = {"1:1": (square, square), "21:9": pair(twenty_one_nine)}
    for ratio, text in {"4:3": four_three, "16:9": sixteen_nine, "3:2": three_two}.items():
        width, height = pair(text)
        table[ratio] = (width, height)
        table[":".join(reversed(ratio.split(":")))] = (height, width)
    return table


_2K = _table(2048, "2304x1728", "2848x1600", "2496x1664", "3136x1344")
_2K_OF_4_0 = _table(2048, "2304x1728", "2560x1440", "2496x1664", "3024x1296")
_3K = _table(3072, "3456x2592", "4096x2304", "3744x2496", "4704x2016")
_4K = _table(4096, "4704x3520", "5504x3040", "4992x3328", "6240x2656")

TIERS: dict[str, dict[str, _Table]] = {
    "4.0": {"2K": _2K_OF_4_0, "4K": _4K},
    "4.5": {"2K": _2K, "4K": _4K},
    "5.0-lite": {"2K": _2K, "3K": _3K},
}
PIXELS: dict[str, tuple[int, int]] = {
    "4.0": (1280 * 720, 4096 * 4096),
    "4.5": (2560 * 1440, 4096 * 4096),
    "5.0-lite": (2560 * 1440, 10_404_496),
}
LONGEST_RATIO = 16

_EXACT = re.compile(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})", re.ASCII)
_NAMED_RATIO = re.compile(r"(?<![\d:.])(\d{1,2}:\d{1,2})(?![\d:.]*\d)")
_WORDS = {
    "ultrawide": "21:9",
    "panorama": "21:9",
    "panoramic": "21:9",
    "widescreen": "16:9",
    "landscape": "4:3",
    "portrait": "3:4",
    "vertical": "9:16",
    "square": "1:1",
}


def exact_size(size: str) -> tuple[int, int] | None:
    """Return the width and height of a `WIDTHxHEIGHT`; None where the text has another form."""
    match = _EXACT.fullmatch(size)
    return (int(match[1]), int(match[2])) if match else None


def size_problem(version: str, size: str) -> str | None:
    """Return what is wrong with a size for a version, or None."""
    tiers = TIERS[version]
    if size in tiers:
        return None
    exact = exact_size(size)
    if exact is None:
        return f"size must be {' or '.join(tiers)} for {version}, or WIDTHxHEIGHT such as 2560x1440"
    width, height = exact
    if max(exact) > LONGEST_RATIO * min(exact):
        return f"size {size}: width / height must lie in [1/{LONGEST_RATIO}, {LONGEST_RATIO}]"
    least, most = PIXELS[version]
    if not least <= width * height <= most:
        return f"size {size} has {width * height} pixels; {version} takes {least} to {most}"
    return None


def prompted_ratio(prompt: str) -> str:
    """Return the aspect ratio that a prompt names, as digits or as a word; 1:1 where it names none."""
    for match in _NAMED_RATIO.finditer(prompt):
        if match[1] in _RATIOS:
            return match[1]
    lowered = prompt.lower()
    found = [(lowered.find(word), ratio) for word, ratio in _WORDS.items() if re.search(rf"\b{word}\b", lowered)]
    return min(found)[1] if found else "1:1"


def picture_size(version: str, size: str, prompt: str) -> tuple[int, int]:
    """Return the width and height of a valid order's pictures."""
    return exact_size(size) or TIERS[version][size][prompted_ratio(prompt)]
