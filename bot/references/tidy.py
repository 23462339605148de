"""From a picture as a person has it to one that the API takes: upright, small enough, without what is not the picture.

One that is all of that already stays byte for byte as it came. Everything here blocks: call it in a thread.
"""

from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Literal

from PIL import Image

from bot.domain.references import MAX_FILE_BYTES, MAX_PIXELS, Extent, ImageFacts
from bot.errors import DamagedImage, ImageBeyondScaling
from bot.references import metadata
from bot.references.check import (
    MAX_JPEG_SCANS,
    PLUGINS,
    PREVIEW_SIDE,
    decode,
    examine,
    one_at_a_time,
    scans,
    unreadable,
)
from bot.references.metadata import UPRIGHT
from bot.references.scaling import MAX_WEBP_PIXELS, encode, plain, shrinking

TooLarge = Literal["scale", "refuse"]

_WITHOUT_SHADES = {"1", "P", "PA", "I;16"}


@dataclass(frozen=True, slots=True)
class Tidied:
    """A picture that the API takes.

    Attributes:
        path: its file; the one that came, where nothing had to be changed.
        facts: what the bytes of that file say.
        was: how large it came, where it was too big.
        preview: the picture, small; None where looking at it would take too much memory.
    """

    path: Path
    facts: ImageFacts
    was: Extent | None = None
    preview: Image.Image | None = None


def tidy(path: Path, number: int, filename: str, *, target: Path, too_large: TooLarge = "scale") -> Tidied:
    """Return a picture as it may be sent.

    Args:
        path: the file as it came; it is read, never changed.
        number: the reference's number, for the error.
        filename: what the person calls it, for the error.
        target: where a changed picture is written.
        too_large: what becomes of one that is too big for the API.

    Raises:
        ReferenceImageError: it cannot be used.
        OSError: a file cannot be read or written.
    """
    with one_at_a_time, path.open("rb") as file:
        facts = examine(file, number, filename, scalable=too_large == "scale")
        look = _look(file, facts, path, target, number, filename)
        too_big = look.size > MAX_FILE_BYTES or facts.width * facts.height > MAX_PIXELS
        if too_big or look.clean is None or look.orientation != UPRIGHT:
            tidied = _encoded(file, facts, look, target, number, filename)
            return replace(tidied, was=Extent(facts.width, facts.height, facts.size)) if too_big else tidied
    with one_at_a_time, look.clean.open("rb") as file:
        if look.clean != path:
            facts = examine(file, number, filename)
        return Tidied(look.clean, facts, preview=_preview(decode(file, facts, number, filename)))


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of a file without decoding it.

    Attributes:
        clean: the file without metadata, which may be the one that came; None where only encoding anew takes them out.
        size: its bytes.
        scans: how many a JPEG has.
    """

    clean: Path | None
    size: int
    orientation: int
    scans: int


def _look(file: BufferedReader, facts: ImageFacts, path: Path, target: Path, number: int, filename: str) -> _Look:
    file.seek(0)
    data = file.read()
    count = scans(data) if facts.format == "JPEG" else 0
    if count > MAX_JPEG_SCANS:
        raise DamagedImage(number, filename)
    try:
        contents = metadata.read(data, facts.format)
    except MemoryError:
        raise
    except Exception as error:
        # Pillow's parser of TIFF answers malformed bytes with nearly any kind of exception.
        raise unreadable(error, facts.format, number, filename) from error
    clean = contents.clean
    if clean is None or clean is data:
        return _Look(None if clean is None else path, len(data), contents.orientation, count)
    target.write_bytes(clean)
    return _Look(target, len(clean), contents.orientation, count)


def _encoded(file: BufferedReader, facts: ImageFacts, look: _Look, target: Path, number: int, filename: str) -> Tidied:
    beyond = ImageBeyondScaling(number, filename, width=facts.width, height=facts.height, maximum=MAX_PIXELS)
    if facts.format == "WebP" and facts.width * facts.height > MAX_WEBP_PIXELS:
        # Opening it takes the memory already.
        raise beyond
    file.seek(0)
    try:
        image = PLUGINS[facts.format](file)
        pixels = max(facts.width * facts.height, image.width * image.height)
        divisor = shrinking(image, pixels, scans=look.scans)
        encoded = encode(image, facts, look.orientation, divisor=divisor) if divisor else None
    except MemoryError:
        raise
    except Exception as error:
        # Whatever a decoder raises, it could not decode.
        raise unreadable(error, facts.format, number, filename) from error
    if encoded is None:
        raise beyond
    target.write_bytes(encoded.data)
    with target.open("rb") as made:
        return Tidied(target, examine(made, number, filename), preview=_preview(encoded.picture))


def _preview(image: Image.Image | None) -> Image.Image | None:
    """Return a picture at most `PREVIEW_SIDE` wide and high, in RGB, or RGBA where one may see through it."""
    if image is None:
        return None
    longest = max(image.size)
    small = image
    if image.mode in _WITHOUT_SHADES and longest > 2 * PREVIEW_SIDE:
        small = image.resize(_within(image.size, 2 * PREVIEW_SIDE), Image.Resampling.NEAREST)
    if longest > PREVIEW_SIDE and small.mode not in _WITHOUT_SHADES:
        small = small.resize(_within(image.size, PREVIEW_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = plain(small)
    small = small if small.mode == "RGBA" else small.convert("RGB")
    return small if longest <= PREVIEW_SIDE else small.resize(_within(image.size, PREVIEW_SIDE))


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(size)
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)
