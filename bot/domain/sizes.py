"""Versions of the model and the picture sizes each of them draws.

Source: the API's own page (https://docs.sinancode.com/en/api-reference/endpoint/seedream) for tiers; Volcano Ark's
documents of the models behind it (https://www.volcengine.com/docs/82379/1541523) for pixels and exact sizes.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_ASPECT_RATIO = 16
_EXACT = re.compile(r"(?:^|·)\s*(\d{1,5})\s*[xX×*]\s*(\d{1,5})\s*(?:·|$)")


class Version(StrEnum):
    """A version of the Seedream model, newest first; the first is the default."""

    V5_0_LITE = "5.0-lite"
    V4_5 = "4.5"
    V4_0 = "4.0"


class Tier(StrEnum):
    """A size by name; the model picks the aspect ratio from the prompt."""

    K2 = "2K"
    K3 = "3K"
    K4 = "4K"


@dataclass(frozen=True, slots=True)
class ExactSize:
    """A size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        """Return the API's spelling, `WIDTHxHEIGHT`."""
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        """How many pixels a picture of this size has."""
        return self.width * self.height


Size = Tier | ExactSize


@dataclass(frozen=True, slots=True)
class SizeRules:
    """What one version draws: its tiers, and the least and most pixels of an exact size."""

    tiers: tuple[Tier, ...]
    min_pixels: int
    max_pixels: int
    smallest_example: ExactSize
    largest_example: ExactSize

    def draws(self, size: ExactSize) -> bool:
        """Tell whether an exact size keeps every rule."""
        longer, shorter = max(size.width, size.height), min(size.width, size.height)
        return longer <= MAX_ASPECT_RATIO * shorter and self.min_pixels <= size.pixels <= self.max_pixels


SIZE_RULES = {
    Version.V5_0_LITE: SizeRules(
        (Tier.K2, Tier.K3), 3_686_400, 10_404_496, ExactSize(2560, 1440), ExactSize(3072, 3072)
    ),
    Version.V4_5: SizeRules((Tier.K2, Tier.K4), 3_686_400, 16_777_216, ExactSize(2560, 1440), ExactSize(4096, 4096)),
    Version.V4_0: SizeRules((Tier.K2, Tier.K4), 921_600, 16_777_216, ExactSize(1280, 720), ExactSize(4096, 4096)),
}

_2K_NEW = {
    "1:1": ExactSize(2048, 2048),
    "4:3": ExactSize(2304, 1728),
    "16:9": ExactSize(2848, 1600),
    "3:2": ExactSize(2496, 1664),
    "21:9": ExactSize(3136, 1344),
}
_2K_OLD = {**_2K_NEW, "16:9": ExactSize(2560, 1440), "21:9": ExactSize(3024, 1296)}
_3K = {
    "1:1": ExactSize(3072, 3072),
    "4:3": ExactSize(3456, 2592),
    "16:9": ExactSize(4096, 2304),
    "3:2": ExactSize(3744, 2496),
    "21:9": ExactSize(4704, 2016),
}
_4K = {
    "1:1": ExactSize(4096, 4096),
    "4:3": ExactSize(4704, 3520),
    "16:9": ExactSize(5504, 3040),
    "3:2": ExactSize(4992, 3328),
    "21:9": ExactSize(6240, 2656),
}
_LANDSCAPES = {
    (Version.V5_0_LITE, Tier.K2): _2K_NEW,
    (Version.V5_0_LITE, Tier.K3): _3K,
    (Version.V4_5, Tier.K2): _2K_NEW,
    (Version.V4_5, Tier.K4): _4K,
    (Version.V4_0, Tier.K2): _2K_OLD,
    (Version.V4_0, Tier.K4): _4K,
}
_NO_PORTRAIT = {"1:1", "21:9"}


@dataclass(frozen=True, slots=True)
class NamedSize:
    """One recommended exact size: `tier` and `ratio` ("16:9") name it for people."""

    tier: Tier
    ratio: str
    size: ExactSize


def recommended_sizes(version: Version) -> tuple[NamedSize, ...]:
    """Return the version's recommended exact sizes, tier by tier, each ratio followed by its portrait."""
    sizes = []
    for tier in SIZE_RULES[version].tiers:
        for ratio, size in _LANDSCAPES[version, tier].items():
            sizes.append(NamedSize(tier, ratio, size))
            if ratio not in _NO_PORTRAIT:
                portrait = ":".join(reversed(ratio.split(":")))
                sizes.append(NamedSize(tier, portrait, ExactSize(size.height, size.width)))
    return tuple(sizes)


def parse_size(text: str) -> Size | None:
    """Read a size as people type it: `3k`, `2560 x 1440`, or a whole autocomplete label; None if it is neither."""
    exact = _EXACT.search(text)
    if exact:
        return ExactSize(int(exact[1]), int(exact[2]))
    try:
        return Tier(text.partition("·")[0].strip().upper())
    except ValueError:
        return None
