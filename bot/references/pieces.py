"""Counting the pieces that a file is cut into, before a decoder goes through them one by one.

Millions of empty pieces fit into a file of ten megabytes and occupy a decoder for many seconds. Encoders write pieces
of kilobytes, or of up to 255 bytes in a GIF. Sources: https://www.w3.org/TR/png-3/#5Chunk-layout,
https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.1.1.4), https://www.w3.org/Graphics/GIF/spec-gif89a.txt (15).
"""

from collections.abc import Callable, Iterator
from itertools import islice

MAX_PIECES = {"PNG": 10_000, "JPEG": 10_000, "GIF": 100_000}
"""By format; those that are not named are not cut up."""


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
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        yield at
        # A marker may be preceded by any number of fill bytes.
        at += 1 if data[at + 1] == 0xFF else 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))


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
