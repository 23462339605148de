"""Reference images: what is known of one, and the model's rules for it.

Source of the rules: Volcano Ark's documents of the models (https://www.volcengine.com/docs/82379/1541523).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import (
    AnimatedImage,
    ImageTooElongated,
    ImageTooManyPixels,
    ImageTooSmall,
    ReferenceImageError,
    UnsupportedImageFormat,
)

ACCEPTED_FORMATS = ("JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF")
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_DOWNLOAD_BYTES = 50 * 1024 * 1024
"""Of a picture that is to be scaled down; twice that is in memory while its metadata are taken out."""
MIN_SIDE = 15
MAX_ASPECT_RATIO = 16
MAX_PIXELS = 36_000_000

SHEET_FILENAME = "references.webp"
"""The contact sheet on a card, which is no picture to be worked with."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the bytes of a picture say; `format` is spelled as in `ACCEPTED_FORMATS`."""

    format: str
    width: int
    height: int
    frames: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference image of a job.

    Attributes:
        number: its place in the order the images are sent, from 1.
        source_url: where the person's picture can be fetched from, for a while.
        api_url: what goes into the request's `images`, once prepared.
        facts: what its bytes say, once checked.
        fallback_url: where it can be fetched from when `source_url` no longer has it.
    """

    number: int
    filename: str
    source_url: str
    api_url: str | None = None
    facts: ImageFacts | None = None
    fallback_url: str | None = None


class RemarkKind(StrEnum):
    """What was done to reference images that the person should know of."""

    SAME = "same"
    """It is the same picture as the one of number `of`, and goes along once."""
    SCALED = "scaled"
    """It was too big for the API, and made smaller."""
    LEFT_OUT = "left_out"
    """It cannot be a reference, and the others go without it; `why` says what it is."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a picture is: in pixels a side, and in bytes."""

    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know of their reference images.

    Attributes:
        number: of the picture it is about; 0 for one that does not go along.
        of: another picture's number, where there is one.
        why: one more word, whose meaning the kind decides.
        was: how large it came, and `now` how large it goes along, where that was changed.
    """

    kind: RemarkKind
    filename: str
    number: int = 0
    of: int = 0
    why: str = ""
    was: Extent | None = None
    now: Extent | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a job's references.

    Attributes:
        references: with `api_url` set, numbered from 1 in the order they are sent; there may be fewer than before.
        remarks: what was done to them.
        sheet: a small picture that shows them with their numbers, where there are several.
    """

    references: tuple[Reference, ...]
    remarks: tuple[Remark, ...] = ()
    sheet: bytes | None = field(default=None, repr=False)


def check_image(
    number: int, filename: str, facts: ImageFacts, *, too_many_pixels: bool = True
) -> ReferenceImageError | None:
    """Return the first rule that a reference image breaks, or None.

    Args:
        number: the reference's number, for the error.
        filename: what the person calls it, for the error.
        facts: what its bytes say.
        too_many_pixels: whether more pixels than the API takes break a rule; not where it is to be scaled down.
    """
    width, height = facts.width, facts.height
    if facts.format not in ACCEPTED_FORMATS:
        return UnsupportedImageFormat(number, filename, format=facts.format)
    if too_many_pixels and width * height > MAX_PIXELS:
        return ImageTooManyPixels(number, filename, width=width, height=height, maximum=MAX_PIXELS)
    if min(width, height) < MIN_SIDE:
        return ImageTooSmall(number, filename, width=width, height=height, minimum=MIN_SIDE)
    if max(width, height) > MAX_ASPECT_RATIO * min(width, height):
        return ImageTooElongated(number, filename, width=width, height=height, limit=MAX_ASPECT_RATIO)
    if facts.frames > 1:
        return AnimatedImage(number, filename, frames=facts.frames)
    return None
