"""Taking out of a picture's file what is not the picture, without decoding it: the pixels stay as they are, bit by bit.

Photos carry where and when they were taken, by which phone, sometimes a smaller copy from before they were cropped, or
a video behind their end. What decides how the picture looks stays: the colour profile above all.

Sources: https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B), https://www.w3.org/TR/png-3/#11Chunks,
https://developers.google.com/speed/webp/docs/riff_container, https://www.w3.org/Graphics/GIF/spec-gif89a.txt,
https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Literal

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from bot.references.pieces import JPEG_MARKER, MAX_PIECES

UPRIGHT = 1
_ORIENTATION = 0x0112

_END_OF_SCAN = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_EOI, _SOS, _COMMENT = 0xD9, 0xDA, 0xFE
_APP = range(0xE0, 0xF0)
_KEPT_APP = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JFIF_BYTES, _ADOBE_BYTES = 14, 12

_PNG_HEAD = 8
_KEPT_CHUNKS = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"bKGD"),
}

_KEPT_RIFF = {b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"}
_SAYS_METADATA = 0x08 | 0x04

_GIF_LOOP = b"\x0bNETSCAPE2.0\x03\x01"

_STRIP_BYTES, _TILE_BYTES = 279, 325
_TIFF_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_KEPT_TAGS = {
    *(254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 292, 293, 296),
    *(317, 320, 322, 323, 324, 325, 332, 338, 339, 347, 512, 513, 514, 529, 530, 531, 532, 34675),
}


@dataclass(frozen=True, slots=True)
class Contents:
    """A picture's file without what is not the picture.

    Attributes:
        clean: its bytes; the very ones that came where nothing was to be taken out. None: that takes encoding it anew.
        orientation: how it wants to be turned, 1-8, as EXIF counts; 1 is upright.
    """

    clean: bytes | None
    orientation: int = UPRIGHT


def read(data: bytes, format_: str) -> Contents:
    """Return a file's contents; `format_` is spelled as in `ACCEPTED_FORMATS`.

    Raises:
        ValueError: it breaks the rules of its format.
    """
    try:
        match format_:
            case "JPEG":
                return _jpeg(data)
            case "PNG":
                return _png(data)
            case "WebP":
                return _webp(data)
            case "GIF":
                return Contents(None if _gif_has_more(data) else data)
            case "BMP":
                return Contents(None if len(data) > int.from_bytes(data[2:6], "little") else data)
            case _:
                return _tiff(data)
    except IndexError as error:
        raise ValueError("it breaks off") from error


def _same_or(data: bytes, pieces: list[bytes]) -> bytes:
    clean = b"".join(pieces)
    return data if clean == data else clean


def _jpeg(data: bytes) -> Contents:
    pieces, orientation, at = [data[:2]], UPRIGHT, 2
    for number in count():
        found = JPEG_MARKER.search(data, at)
        if found is None or found[1][0] == _EOI:
            break
        if number == MAX_PIECES["JPEG"]:
            raise ValueError("too many segments")
        marker, at = found[1][0], found.end()
        end = at + int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : end]
        if marker == 0xE1 and orientation == UPRIGHT and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body)
        kept = _kept_segment(marker, data[at:end])
        if kept:
            pieces.append(bytes((0xFF, marker)) + kept)
        at = end
        if marker == _SOS:
            scan_end = _END_OF_SCAN.search(data, at)
            at = scan_end.start() if scan_end else len(data)
            # No scan ends in what fills up before the next marker.
            pieces.append(data[end:at].rstrip(b"\xff"))
    pieces.append(bytes((0xFF, _EOI)))
    return Contents(_same_or(data, pieces), orientation)


def _kept_segment(marker: int, segment: bytes) -> bytes:
    """Return a segment as it stays, from its length on; empty for one that goes."""
    body = segment[2:]
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= _JFIF_BYTES:
        # A small copy of the picture may follow: its measures are the last two bytes of the fourteen.
        return segment if len(body) == _JFIF_BYTES else b"\0\x10" + body[:12] + b"\0\0"
    if marker == 0xEE and body.startswith(b"Adobe") and len(body) > _ADOBE_BYTES:
        return b"\0\x0e" + body[:_ADOBE_BYTES]
    if marker in _APP or marker == _COMMENT:
        return segment if marker in _KEPT_APP and body.startswith(_KEPT_APP[marker]) else b""
    return segment


def _png(data: bytes) -> Contents:
    pieces, orientation, at = [data[:_PNG_HEAD]], UPRIGHT, _PNG_HEAD
    while True:
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise ValueError("a chunk reaches beyond the end")
        if kind == b"eXIf":
            orientation = _orientation(data[at + 8 : end - 4])
        if kind in _KEPT_CHUNKS:
            pieces.append(data[at:end])
        if kind == b"IEND":
            return Contents(_same_or(data, pieces), orientation)
        at = end


def _webp(data: bytes) -> Contents:
    pieces, orientation = [], UPRIGHT
    for kind, body in _riff(data):
        if kind == b"EXIF":
            orientation = _orientation(body)
        if kind not in _KEPT_RIFF:
            continue
        if kind == b"VP8X":
            body = bytes((body[0] & ~_SAYS_METADATA,)) + body[1:]  # noqa: PLW2901 - the same chunk, without its promise
        pieces.append(kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2))
    whole = b"WEBP" + b"".join(pieces)
    return Contents(_same_or(data, [b"RIFF", len(whole).to_bytes(4, "little"), whole]), orientation)


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
    at = 12
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _gif_has_more(data: bytes) -> bool:
    """Tell whether a GIF has comments, texts, other programs' data, or anything behind its end."""
    at = 13 + _palette(data[10])
    while (kind := data[at]) != 0x3B:
        if kind == 0x21:
            label, loops = data[at + 1], data[at + 2 : at + 16] == _GIF_LOOP and not data[at + 18]
            if label != 0xF9 and not (label == 0xFF and loops):
                return True
            at += 2
        else:
            at += 11 + _palette(data[at + 9])
        while data[at]:
            at += 1 + data[at]
        at += 1
    return at + 1 < len(data)


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _tiff(data: bytes) -> Contents:
    tags = TiffImageFile(BytesIO(data)).tag_v2
    orientation = tags.get(_ORIENTATION, UPRIGHT)
    turned = orientation if orientation in range(2, 9) else UPRIGHT
    blocks = [tags.get(tag, ()) for tag in (_STRIP_BYTES, _TILE_BYTES)]
    pixels = [size for sizes in blocks for size in (sizes if isinstance(sizes, tuple) else (sizes,))]
    more = set(tags) - _KEPT_TAGS or len(data) > _tiff_tags_bytes(data) + sum(pixels) + len(pixels)
    return Contents(None if more else data, turned)


def _tiff_tags_bytes(data: bytes) -> int:
    """Return how many bytes a TIFF's header and its one directory with its values take at most.

    What a program only unlinks, such as the place where a photo was taken, stays in the file beside them.
    """
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    at = int.from_bytes(data[4:8], order)
    entries = int.from_bytes(data[at : at + 2], order)
    size = 8 + 2 + 12 * entries + 4
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        kind = int.from_bytes(data[entry + 2 : entry + 4], order)
        value = _TIFF_TYPE_BYTES.get(kind, 0) * int.from_bytes(data[entry + 4 : entry + 8], order)
        # Values begin at even places.
        size += value + value % 2 if value > 4 else 0
    return size


def _orientation(block: bytes) -> int:
    exif = Image.Exif()
    try:
        exif.load(block)
        value = exif.get(_ORIENTATION, UPRIGHT)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow answers malformed bytes with nearly any kind; without it, it is upright
        return UPRIGHT
    return value if value in range(1, 9) else UPRIGHT
