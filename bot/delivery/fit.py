"""Making a picture fit an upload limit: first another encoding, then fewer pixels. Runs in a thread."""

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.domain.job import PictureNote

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_PIXELS = 100_000_000
QUALITIES = (95, 90, 85, 80)
SCALED_QUALITY = 85
SMALLEST_SIDE = 64


class NotAPictureError(ValueError):
    """The bytes are no picture of a format Seedream draws, or one too large to handle."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture that fits: its file, the ending that goes with its format, and what was done to it."""

    path: Path
    extension: str
    size: int
    change: PictureNote | None = None


def fit(path: Path, limit: int) -> Fitted:
    """Return a file of at most `limit` bytes with the picture in `path`; the original is used where it fits.

    Raises:
        NotAPictureError: it is no picture of the formats Seedream draws, has too many pixels to decode, or is damaged.
        OSError: the disk does not do its part.
    """
    try:
        return _fitted(path, limit)
    except (NotAPictureError, MemoryError):
        raise
    except Exception as error:
        # Pillow answers malformed bytes with nearly any kind of exception; only the disk's own have a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NotAPictureError(str(error)) from error


def _fitted(path: Path, limit: int) -> Fitted:
    size = path.stat().st_size
    with Image.open(path, formats=list(FORMATS)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise NotAPictureError(f"{image.width}x{image.height} pixels")
        extension = FORMATS[image.format or ""]
        if size <= limit:
            return Fitted(path, extension, size)
        image.load()
        return _shrunk(image, path, limit)


def _shrunk(image: Image.Image, path: Path, limit: int) -> Fitted:
    profile = image.info.get("icc_profile")
    picture = _flat(image)
    target = path.with_name(f"{path.name}.fit.jpg")
    for quality in QUALITIES:
        written = _write(picture, target, quality, profile)
        if written <= limit:
            return Fitted(target, "jpg", written, PictureNote.REENCODED)
    while min(picture.size) > SMALLEST_SIDE:
        # Bytes go with pixels, so the root of the ratio is nearly the right step; a little less to get there.
        factor = min(0.9, math.sqrt(limit / written) * 0.97)
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        written = _write(picture, target, SCALED_QUALITY, profile)
        if written <= limit:
            return Fitted(target, "jpg", written, PictureNote.SCALED)
    raise NotAPictureError(f"does not fit into {limit} bytes")


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture in RGB; what shines through becomes white, as JPEG knows no transparency."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    # A conversion to what it is already would be a copy, of 64 MB.
    return image if image.mode == "RGB" else image.convert("RGB")


def _write(picture: Image.Image, target: Path, quality: int, profile: bytes | None) -> int:
    """Write a JPEG file and return its size in bytes."""
    # Into a file of the system's, Pillow encodes without holding the interpreter's lock; into memory it would hold up
    # the event loop for as long as it takes, up to a second a picture.
    with target.open("wb") as file:
        picture.save(file, "JPEG", quality=quality, optimize=True, icc_profile=profile)
    return target.stat().st_size
