"""Counting the pieces that a file is cut into, before a decoder goes through them one by one.

Millions of empty pieces fit into a file of ten megabytes and occupy a decoder for many seconds. Encoders write pieces
of kilobytes, or of up to 255 bytes in a GIF. Sources: https://www.w3.org/TR/png-3/#5Chunk-layout,
https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.1.1.4), https://www.w3.org/Graphics/GIF/spec-gif89a.txt (15).
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
"""One that has a segment, or the end. It takes one of the bytes that fill up before a marker, not all: a long run of
them would be gone through from each of its bytes."""

MAX_PIECES = {"PNG": 10_000, "JPEG": 10_000, "GIF": 100_000}
"""By format; those that are not named are not cut up."""

_WITHOUT_SEGMENT = {0x00, 0x01, 0xC8, *range(0xD0, 0xDA), *range(0xF0, 0xFE)}


def too_many_pieces(data: bytes, name: str) -> bool:
    """Tell whether a file of a format is cut into more pieces than any ordinary program writes."""
    most = MAX_PIECES.get(name)
    return most is not None and next(islice(_PIECES[name](data), most, None), None) is not None


def _png(data: bytes) -> Iterator[int]:
    at = 8
    while at + 8 <= len(data):
        yield at
        # Length, type, data, checksum.
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _jpeg(data: bytes) -> Iterator[int]:
    # Up to the first scan as Pillow goes: byte by byte over what is no marker, and over some as if they had no segment.
    at = 2
    while at + 4 <= len(data) and data[at : at + 2] != b"\xff\xda":
        yield at
        if data[at] != 0xFF or data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] in _WITHOUT_SEGMENT:
            at += 2
        else:
            at += 2 + _length(data, at + 2)
    while (found := JPEG_MARKER.search(data, at)) and found[1] != b"\xd9":
        yield at
        at = found.end() + _length(data, found.end())


def _length(data: bytes, at: int) -> int:
    return max(2, int.from_bytes(data[at : at + 2], "big"))


def _gif(data: bytes) -> Iterator[int]:
    at = 13 + _palette(data, 10)
    while at + 1 < len(data) and data[at] in b"\x21\x2c":
        yield at
        at += 2 if data[at] == 0x21 else 11 + _palette(data, at + 9)
        while at < len(data) and data[at]:
            yield at
            at += 1 + data[at]
        at += 1


def _palette(data: bytes, at: int) -> int:
    flags = data[at] if at < len(data) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


_PIECES: dict[str, Callable[[bytes], Iterator[int]]] = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif}
