"""Which requests take about the same time."""

from bot.domain.request import GenerationRequest
from bot.domain.sizes import Size, Tier

# Halfway, as factors go, between the squares of two neighbouring tiers (2048, 3072 and 4096 pixels a side).
_PIXEL_CLASSES = ((2508**2, Tier.K2), (3547**2, Tier.K3))
_COUNT_CLASSES = ((1, "1"), (4, "2-4"), (9, "5-9"))


def speed_class(request: GenerationRequest) -> str:
    """Return what decides how long a request takes, as text: version, tier (or the one nearest in pixels), how many."""
    return f"{request.version.value} {_tier(request.size).value} {_count_class(request.max_images)}"


def _tier(size: Size) -> Tier:
    if isinstance(size, Tier):
        return size
    return next((tier for most, tier in _PIXEL_CLASSES if size.pixels <= most), Tier.K4)


def _count_class(max_images: int | None) -> str:
    if max_images is None:
        return "auto"
    return next((name for most, name in _COUNT_CLASSES if max_images <= most), "10-15")
