"""Making a picture fit an upload limit: first another encoding, then fewer pixels. Runs in a thread."""

import math
from dataclasses import dataclass
from io import BytesIO
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
    for quality in QUALITIES:
        data = _jpeg(picture, quality, profile)
        if len(data) <= limit:
            return _written(path, data, PictureNote.REENCODED)
    while min(picture.size) > SMALLEST_SIDE:
        # Bytes go with pixels, so the root of the ratio is nearly the right step; a little less to get there.
        factor = min(0.9, math.sqrt(limit / len(data)) * 0.97)
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        data = _jpeg(picture, SCALED_QUALITY, profile)
        if len(data) <= limit:
            return _written(path, data, PictureNote.SCALED)
    raise NotAPictureError(f"does not fit into {limit} bytes")


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture in RGB; what shines through becomes white, as JPEG knows no transparency."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    return image.convert("RGB")


def _jpeg(picture: Image.Image, quality: int, profile: bytes | None) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True, icc_profile=profile)
    return buffer.getvalue()


def _written(path: Path, data: bytes, change: PictureNote) -> Fitted:
    target = path.with_name(f"{path.name}.fit.jpg")
    target.write_bytes(data)
    return Fitted(target, "jpg", len(data), change)
