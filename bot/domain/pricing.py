"""What a request costs at most, as far as the operator has said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.request import GenerationRequest
from bot.domain.sizes import Version


@dataclass(frozen=True, slots=True)
class PriceList:
    """The price of one picture by version, in `currency`; the API charges per picture, whatever its size."""

    per_image: Mapping[Version, Decimal] = field(default_factory=dict)
    currency: str = ""

    def at_most(self, request: GenerationRequest) -> Decimal | None:
        """Return what a request costs if it brings as many pictures as it may; None where the price is not known."""
        price = self.per_image.get(request.version)
        return None if price is None else price * request.most_images
