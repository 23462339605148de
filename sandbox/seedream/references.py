"""The model's rules for reference images, checked from their bytes; and the thumbnail that proves what arrived.

Source: the Seedream documents of Volcano Ark, as its resellers repeat them, e.g.
https://apidoc.cometapi.com/zh-Hans/api/image/seededit-seedream/bytedance-image-generation.
"""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
MOST_BYTES = 10 * 1024 * 1024
LEAST_SIDE = 15
LONGEST_RATIO = 16
MOST_PIXELS = 36_000_000
THUMBNAIL_SIDE = 512


class BadReferenceError(ValueError):
    """A reference image breaks a rule; the text says which."""


def inspect(data: bytes) -> Image.Image:
    """Return a thumbnail (RGB, at most 512 pixels a side, upright) of an image that keeps all rules.

    Takes as long as decoding the image does: call it off the event loop.

    Raises:
        BadReferenceError: it breaks one of them, or cannot be decoded.
    """
    if len(data) > MOST_BYTES:
        raise BadReferenceError(f"{len(data)} bytes; at most {MOST_BYTES} are taken")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_sides(*image.size)
            image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            return _on_white(upright)
    except UnidentifiedImageError as error:
        raise BadReferenceError("not an image; jpeg, png, webp, bmp, tiff and gif are taken") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadReferenceError(f"more than {MOST_PIXELS} pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadReferenceError):
            raise
        raise BadReferenceError(f"cannot be decoded: {error}") from error


def _check_sides(width: int, height: int) -> None:
    if min(width, height) < LEAST_SIDE:
        raise BadReferenceError(f"{width}x{height}; each side must be longer than {LEAST_SIDE - 1} pixels")
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise BadReferenceError(f"{width}x{height}; width / height must lie in [1/{LONGEST_RATIO}, {LONGEST_RATIO}]")
    if width * height > MOST_PIXELS:
        raise BadReferenceError(f"{width}x{height}; at most {MOST_PIXELS} pixels are taken")


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
