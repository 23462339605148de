"""The model's rules for reference images."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.references import ACCEPTED_FORMATS, ImageFacts, check_image
from bot.errors import (
    AnimatedImage,
    BotError,
    ImageTooElongated,
    ImageTooManyPixels,
    ImageTooSmall,
    UnsupportedImageFormat,
)


def _facts(width: int = 640, height: int = 480, image_format: str = "PNG", frames: int = 1) -> ImageFacts:
    return ImageFacts(image_format, width, height, frames, size=1000, sha256="00")


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF"])
def test_accepted_formats(image_format: str) -> None:
    assert image_format in ACCEPTED_FORMATS
    assert check_image(1, "a", _facts(image_format=image_format)) is None


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        (_facts(image_format="PSD"), UnsupportedImageFormat(3, "x", format="PSD")),
        (_facts(6001, 6000), ImageTooManyPixels(3, "x", width=6001, height=6000, maximum=36_000_000)),
        (_facts(14, 100), ImageTooSmall(3, "x", width=14, height=100, minimum=15)),
        (_facts(100, 14), ImageTooSmall(3, "x", width=100, height=14, minimum=15)),
        (_facts(15, 241), ImageTooElongated(3, "x", width=15, height=241, limit=16)),
        (_facts(241, 15), ImageTooElongated(3, "x", width=241, height=15, limit=16)),
        (_facts(image_format="GIF", frames=2), AnimatedImage(3, "x", frames=2)),
    ],
)
def test_each_rule_has_its_error_and_its_data(facts: ImageFacts, error: BotError) -> None:
    problem = check_image(3, "x", facts)
    assert problem is not None
    assert problem.to_record() == error.to_record()


@example(15, 15)
@example(15, 240)
@example(6000, 6000)
@example(24_000, 1500)
@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_a_size_is_accepted_iff_sides_shape_and_pixels_are_within_the_limits(width: int, height: int) -> None:
    fine = width > 14 and height > 14 and 1 / 16 <= width / height <= 16 and width * height <= 36_000_000
    assert (check_image(1, "a", _facts(width, height)) is None) is fine
