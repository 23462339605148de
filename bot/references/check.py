"""Checking a reference image from its bytes: what it is, its measures, and whether it can be decoded to its end.

Sizes are known, and refused, before a single pixel is decoded, so that a small file that claims a huge picture costs
nothing. Everything here blocks: call it in a thread.
"""

import hashlib
import threading
from io import BufferedReader
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.domain.references import MAX_FILE_BYTES, MAX_PIXELS, ImageFacts, check_image
from bot.errors import (
    DamagedImage,
    ImageFileEmpty,
    ImageFileTooLarge,
    ImageInPieces,
    ImageTooManyPixels,
    NotAnImage,
    PhoneImageFormat,
    ReferenceImageError,
    ReferenceIsPage,
    UnsupportedImageFormat,
)
from bot.references.headers import Header, read_gif, read_webp
from bot.references.pieces import JPEG_MARKER, too_many_pieces
from bot.references.sniff import HEAD_BYTES, Kind, sniff

# The plugins themselves instead of `Image.open`: only this one format's code ever sees the bytes, and a JPEG of two
# pictures, as phones make them (MPO), is read as the one that everybody sees.
PLUGINS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "BMP": BmpImageFile,
    "TIFF": TiffImageFile,
    "GIF": GifImageFile,
}
_TILE_WIDTH, _TILE_LENGTH = 322, 323
MAX_TIFF_PAGES_COUNTED = 100
MAX_JPEG_SCANS = 100
"""Encoders make about ten. Each scan of a few bytes can cost a pass over the whole picture, and ten megabytes of them
minutes; see https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf."""
MAX_WEBP_PIXELS_DECODED = 12_000_000
"""Pillow's WebP decoder takes some 16 bytes a pixel; larger ones are checked by the lengths in their headers."""

PREVIEW_SIDE = 320
"""Pixels; what is decoded only to see whether it can be is as large as that, where there is as much."""

one_at_a_time = threading.Lock()
"""Held by whoever decodes: one picture is in memory at a time."""


def inspect(path: Path, number: int, filename: str) -> ImageFacts:
    """Return what the bytes of a file say about a picture that keeps every rule of the API.

    Args:
        path: the file; it is read, never changed.
        number: the reference's number, for the error.
        filename: what the person calls it, for the error.

    Raises:
        ReferenceImageError: the first rule that it breaks.
        OSError: the file cannot be read.
    """
    with one_at_a_time, path.open("rb") as file:
        facts = examine(file, number, filename)
        decode(file, facts, number, filename)
    return facts


def examine(file: BufferedReader, number: int, filename: str, *, scalable: bool = False) -> ImageFacts:
    """Return what a file's header says about a picture that keeps the API's rules; nothing is decoded.

    Args:
        file: it is read, never changed.
        number: the reference's number, for the error.
        filename: what the person calls it, for the error.
        scalable: whether it may have more bytes and pixels than the API takes, because it is scaled down then.

    Raises:
        ReferenceImageError: the first rule that it breaks.
        OSError: the file cannot be read.
    """
    size = file.seek(0, SEEK_END)
    if size == 0:
        raise ImageFileEmpty(number, filename)
    if size > MAX_FILE_BYTES and not scalable:
        raise ImageFileTooLarge(number, filename, limit=MAX_FILE_BYTES)
    file.seek(0)
    name = _accepted_format(file.read(HEAD_BYTES), number, filename)
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if too_many_pieces(file.read(), name):
        raise ImageInPieces(number, filename)
    facts = _facts(file, name, size, sha256, number, filename)
    problem = check_image(number, filename, facts, too_many_pixels=not scalable)
    if problem is not None:
        raise problem
    return facts


def _accepted_format(head: bytes, number: int, filename: str) -> str:
    found = sniff(head)
    if found is None:
        raise NotAnImage(number, filename)
    if found.kind is Kind.PAGE:
        raise ReferenceIsPage(number, filename)
    if found.kind is Kind.PHONE:
        raise PhoneImageFormat(number, filename, format=found.format)
    if found.kind is Kind.OTHER:
        raise UnsupportedImageFormat(number, filename, format=found.format)
    return found.format


def _facts(file: BinaryIO, name: str, size: int, sha256: str, number: int, filename: str) -> ImageFacts:
    try:
        header = _header(file, name)
    except MemoryError:
        raise
    except Exception as error:
        # Pillow's parsers answer malformed bytes with nearly any kind of exception.
        raise unreadable(error, name, number, filename) from error
    if header is None:
        raise DamagedImage(number, filename)
    return ImageFacts(name, header.width, header.height, header.frames, size, sha256)


def _header(file: BinaryIO, name: str) -> Header | None:
    file.seek(0)
    if name == "GIF":
        return read_gif(file.read())
    if name == "WebP":
        return read_webp(file.read())
    image = PLUGINS[name](file)
    frames = 1
    if isinstance(image, PngImageFile):
        frames = getattr(image, "n_frames", 1)
    elif isinstance(image, TiffImageFile):
        # Before the pages are counted, which reads other pages' tags into the picture.
        width, height = _decoded_size(image)
        return Header(width, height, _pages(image))
    return Header(image.width, image.height, frames)


def _decoded_size(image: TiffImageFile) -> tuple[int, int]:
    """Return what decoding takes: a tile is decoded whole, however small the picture that is cut out of it."""
    tile = (image.tag_v2.get(_TILE_WIDTH), image.tag_v2.get(_TILE_LENGTH))
    width, height = (side if isinstance(side, int) else 0 for side in tile)
    return (width, height) if width * height > MAX_PIXELS else image.size


def _pages(image: TiffImageFile) -> int:
    try:
        for page in range(1, MAX_TIFF_PAGES_COUNTED):
            image.seek(page)
    except EOFError:
        return page
    return MAX_TIFF_PAGES_COUNTED


def scans(data: bytes) -> int:
    """Return how many scans a JPEG has; what follows its end, such as the video of a motion photo, does not count.

    Source of the markers: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, table B.1.
    """
    count, at = 0, 2
    while (found := JPEG_MARKER.search(data, at)) and found[1] != b"\xd9":
        count += found[1] == b"\xda"
        at = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    return count


def decode(file: BinaryIO, facts: ImageFacts, number: int, filename: str) -> ImageFile | None:
    """Decode a picture of at most `MAX_PIXELS` to its end, a JPEG at a fraction of its size; return it.

    None for a large WebP, which would take too much memory: it is checked by the lengths in its header.

    Raises:
        ReferenceImageError: it cannot be decoded.
    """
    file.seek(0)
    if facts.format == "JPEG" and scans(file.read()) > MAX_JPEG_SCANS:
        raise DamagedImage(number, filename)
    if facts.format == "WebP":
        _check_webp_lengths(file, number, filename)
        if facts.width * facts.height > MAX_WEBP_PIXELS_DECODED:
            return None
    file.seek(0)
    try:
        image = PLUGINS[facts.format](file)
        # Seen once more: for GIF and WebP the first look was ours, not Pillow's.
        too_large = image.width * image.height > MAX_PIXELS
        if not too_large:
            # An eighth of the size still reads every byte, with a sixty-fourth of the memory; JPEG only.
            image.draft(None, (max(PREVIEW_SIDE, facts.width // 8), max(PREVIEW_SIDE, facts.height // 8)))
            image.load()
    except MemoryError:
        raise
    except Exception as error:
        # As above: whatever a decoder raises, it could not decode.
        raise unreadable(error, facts.format, number, filename) from error
    if too_large:
        raise ImageTooManyPixels(number, filename, width=image.width, height=image.height, maximum=MAX_PIXELS)
    return image


def _check_webp_lengths(file: BinaryIO, number: int, filename: str) -> None:
    file.seek(0)
    header = read_webp(file.read())
    if header is None or not header.complete:
        raise DamagedImage(number, filename)


def unreadable(error: Exception, name: str, number: int, filename: str) -> ReferenceImageError:
    """Return what an error of Pillow's says about a picture."""
    words = str(error).lower()
    if "unsupported" in words or "unknown pixel mode" in words:
        # Sound, but of a kind that hardly any program reads, such as TIFF with 16 bits a channel.
        return UnsupportedImageFormat(number, filename, format=f"{name} of a rare kind")
    return DamagedImage(number, filename)
