"""What a request costs at most, as far as prices are known."""

from decimal import Decimal

import pytest

from bot.domain.pricing import PriceList
from bot.domain.request import GenerationRequest
from bot.domain.sizes import Version

PRICES = PriceList({Version.V5_0_LITE: Decimal("0.035"), Version.V4_5: Decimal(0)}, "USD")


@pytest.mark.parametrize(
    ("request_", "cost"),
    [
        (GenerationRequest("f"), Decimal("0.035")),
        (GenerationRequest("f", max_images=4), Decimal("0.14")),
        # Auto is reckoned with the most it may bring.
        (GenerationRequest("f", max_images=None, reference_count=5), Decimal("0.35")),
        (GenerationRequest("f", Version.V4_5, max_images=4), Decimal(0)),
        # No price is made up.
        (GenerationRequest("f", Version.V4_0), None),
    ],
)
def test_a_request_costs_the_price_of_the_most_pictures_it_may_bring(
    request_: GenerationRequest, cost: Decimal | None
) -> None:
    assert PRICES.at_most(request_) == cost
