"""Making pictures smaller that are too big for the API, and encoding anew those that want turning, in bounded memory.

What it takes is reckoned before anything is decoded, at `MAX_MEMORY` for the whole of it:

- a decoded pixel takes 4 bytes (1 where it is a shade of grey, or a place in a palette, and 4 more once that is looked
  up);
- a JPEG can be decoded at a half, a quarter or an eighth of its sides. One of several scans (a progressive one) needs
  its coefficients at hand, of all pixels: 2 bytes a sample, 6 a pixel where no colour is subsampled;
- Pillow's WebP decoder takes 16 bytes a pixel;
- the result takes 4 bytes a pixel, 144 MB at the API's limit, and as much again while it is turned.

So a PNG may have 69 million pixels, and a JPEG of 100 million is decoded at half its sides. Everything here blocks.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from bot.domain.references import MAX_ASPECT_RATIO, MAX_FILE_BYTES, MAX_PIXELS, ImageFacts

MAX_MEMORY = 420_000_000
"""Bytes. Beside them there is at most the file itself, and the encoded result."""
MAX_JPEG_PIXELS = 200_000_000
"""However small it is decoded, all of a JPEG's data is read: some seconds' worth."""
MAX_WEBP_PIXELS = MAX_MEMORY // 16
"""For decoding, at 16 bytes a pixel."""
MAX_WEBP_PIXELS_ENCODED = 16_000_000
"""The encoder takes some 20 bytes a pixel; and no side may be longer than 16,383."""

_BEST_QUALITY, _LAST_QUALITY = 95, 90
_BAND = 512
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILES = {"RGB": b"RGB ", "RGBA": b"RGB ", "L": b"GRAY", "I;16": b"GRAY", "LA": b"GRAY", "CMYK": b"CMYK"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture's new file, and the picture as it was encoded, not closed yet."""

    data: bytes
    picture: Image.Image


def fitting_size(width: int, height: int, most_pixels: int) -> tuple[int, int]:
    """Return the largest measures of the same shape with at most so many pixels; those given, where they do.

    The shape is kept to a pixel, and never more elongated than the API takes.
    """
    if width * height <= most_pixels:
        return width, height
    factor = math.sqrt(most_pixels / (width * height))
    longer, shorter = max(width, height), min(width, height)
    short = max(1, math.floor(shorter * factor + 1e-9))
    long = max(1, min(math.floor(longer * factor + 1e-9), MAX_ASPECT_RATIO * short, most_pixels // short))
    return (long, short) if width >= height else (short, long)


def shrinking(image: ImageFile, pixels: int, *, scans: int) -> int | None:
    """Return by how much the sides of an opened picture are divided in decoding, so that the memory suffices.

    Args:
        image: not decoded yet.
        pixels: how many it has; a GIF's frame may be larger than its screen.
        scans: how many a JPEG has.

    Returns:
        1, 2, 4 or 8; None where it takes too much whatever is done.
    """
    if pixels > MAX_JPEG_PIXELS:
        return None
    for divisor in (1, 2, 4, 8) if isinstance(image, JpegImageFile) else (1,):
        if _memory(image, pixels, divisor, scans) <= MAX_MEMORY:
            return divisor
    return None


def _memory(image: ImageFile, pixels: int, divisor: int, scans: int) -> int:
    decoded = pixels // divisor**2
    result = 4 * min(decoded, MAX_PIXELS)
    small = image.mode in {"1", "L", "P"}
    held = decoded * (1 if small else 4)
    coefficients = int(2 * pixels * _samples(image)) if isinstance(image, JpegImageFile) and scans > 1 else 0
    return max(coefficients + held, held + (4 * decoded if small and image.mode != "L" else 0) + result, 2 * result)


def _samples(image: JpegImageFile) -> float:
    """Return how many samples a JPEG has for a pixel: 3 with all colour, 1.5 with half of it in both directions."""
    factors = [(layer[1], layer[2]) for layer in image.layer]
    widest = max((h * v for h, v in factors), default=1)
    return sum(h * v for h, v in factors) / widest


def encode(image: ImageFile, facts: ImageFacts, orientation: int, *, divisor: int) -> Encoded:
    """Return an opened picture as a file that the API takes: upright, small enough, without metadata.

    Args:
        image: not decoded yet.
        facts: what its file's bytes say.
        orientation: 1-8, as EXIF counts.
        divisor: what `shrinking` has said.

    Raises:
        Exception: whatever Pillow's decoders make of damaged bytes.
    """
    width, height = image.size
    if divisor > 1:
        image.draft(None, (width // divisor, height // divisor))
    source = _Source.of(image, facts)
    image.load()
    if facts.format == "TIFF":
        # Pillow turns those itself.
        orientation = 1
        width, height = image.size
    profile = image.info.get("icc_profile")
    size = fitting_size(*image.size, MAX_PIXELS)
    picture: Image.Image = image
    if size != image.size:
        picture = _resized(plain(image), size)
    if orientation in _TURNS:
        picture = picture.transpose(_TURNS[orientation])
    changed = size != (width, height)
    if picture is not image:
        image.close()
    heavy = 1
    for data in _candidates(picture, source, profile, scaled=changed):
        if len(data) <= MAX_FILE_BYTES:
            return Encoded(data, picture)
        heavy = len(data)
    picture = plain(picture)
    while True:
        # Bytes go with pixels, so their ratio is nearly the right step; a little less to get there.
        pixels = picture.width * picture.height
        size = fitting_size(*picture.size, int(pixels * min(0.81, MAX_FILE_BYTES / heavy * 0.94)))
        picture = _resized(picture, size)
        data = _lossy(picture, _LAST_QUALITY, profile)
        if len(data) <= MAX_FILE_BYTES:
            return Encoded(data, picture)
        heavy = len(data)


@dataclass(frozen=True, slots=True)
class _Source:
    """How a picture came: its bytes a pixel, 0 where that does not tell what a PNG takes, and a JPEG's own tables."""

    lossless: bool
    weight: float
    tables: dict[int, list[int]] | None = None
    subsampling: int = -1

    @classmethod
    def of(cls, image: ImageFile, facts: ImageFacts) -> "_Source":
        weight = facts.size / (facts.width * facts.height)
        if isinstance(image, JpegImageFile):
            return cls(lossless=False, weight=weight, tables=image.quantization, subsampling=get_sampling(image))
        return cls(lossless=facts.format != "WebP", weight=0.0 if facts.format in {"BMP", "TIFF"} else weight)


def _candidates(picture: Image.Image, source: _Source, profile: bytes | None, *, scaled: bool) -> Iterator[bytes]:
    """Yield encodings of a picture, the best first."""
    if source.tables and not scaled and source.weight * picture.width * picture.height <= MAX_FILE_BYTES:
        # As good as it came, and no better. Half the colour in one direction only would have to be turned too.
        sampling = source.subsampling if source.subsampling in {0, 2} else 0
        yield _saved(picture, "JPEG", profile, qtables=source.tables, subsampling=sampling)
    keeps = source.lossless and _png_keeps(picture)
    if keeps and source.weight * picture.width * picture.height <= MAX_FILE_BYTES:
        yield _saved(picture, "PNG", profile)
    flat = plain(picture)
    if flat.mode == "RGBA":
        flat = _resized(flat, fitting_size(*flat.size, MAX_WEBP_PIXELS_ENCODED))
    for quality in (_BEST_QUALITY, _LAST_QUALITY):
        yield _lossy(flat, quality, profile)


def _png_keeps(picture: Image.Image) -> bool:
    return picture.mode in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}


def _lossy(picture: Image.Image, quality: int, profile: bytes | None) -> bytes:
    if picture.mode == "RGBA":
        return _saved(picture, "WEBP", profile, quality=quality)
    return _saved(picture, "JPEG", profile, quality=quality, subsampling=0 if quality == _BEST_QUALITY else 2)


def _saved(picture: Image.Image, format_: str, profile: bytes | None, **options: object) -> bytes:
    fits = profile is not None and profile[16:20] == _PROFILES.get(picture.mode, b"RGB ")
    # Encoders write some of what a picture's file said beside its pixels.
    picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
    buffer = BytesIO()
    picture.save(buffer, format_, icc_profile=profile if fits else None, **options)
    return buffer.getvalue()


def plain(image: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be scaled and encoded in any way: L, RGB, CMYK, or RGBA where it is clear."""
    match image.mode:
        case "L" | "RGB" | "CMYK" if "transparency" not in image.info:
            return image
        case "1" if "transparency" not in image.info:
            return image.convert("L")
        case "I;16" if "transparency" not in image.info:
            # Pillow's own conversion cuts off instead of dividing.
            return image.convert("I").point([value >> 8 for value in range(65536)], "L")
        case "RGBA" | "LA" | "PA" | "La" | "RGBa" | "P" | "L" | "RGB" | "1" | "I;16":
            through = "A" in image.mode or "a" in image.mode or "transparency" in image.info
            if not through:
                return image.convert("RGB")
            layers = image if image.mode == "RGBA" else image.convert("RGBA")
            lowest, _highest = layers.getchannel("A").getextrema()
            return layers if lowest != 255 else layers.convert("RGB")
        case "I" | "F":
            return image.convert("L")
        case _:
            return image.convert("RGB")


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a picture scaled down, band by band: in one go, Pillow would hold a third picture in between."""
    if size == image.size:
        return image
    scaled = Image.new(image.mode, size)
    for top in range(0, size[1], _BAND):
        bottom = min(top + _BAND, size[1])
        # A band's filter reaches beyond it, so nothing shows where they meet.
        box = (0, top * image.height / size[1], image.width, bottom * image.height / size[1])
        scaled.paste(image.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box), (0, top))
    return scaled
