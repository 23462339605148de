"""Size and number of frames of GIF and WebP files, read from their headers without decoding anything.

Pillow takes memory for a WebP's whole canvas as soon as it opens one, and walks through a GIF's frames slowly; for the
other formats its own headers do. Sources: https://www.w3.org/Graphics/GIF/spec-gif89a.txt,
https://developers.google.com/speed/webp/docs/riff_container.
"""

from dataclasses import dataclass

_EXTENSION, _IMAGE = 0x21, 0x2C
_HAS_PALETTE = 0x80


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says; `complete` is whether a WebP holds all the bytes that it announces."""

    width: int
    height: int
    frames: int
    complete: bool = True


def read_gif(data: bytes) -> Header | None:
    """Return the header of a GIF; None where there is no frame to be found."""
    try:
        width, height = _u16(data, 6), _u16(data, 8)
        at = 13 + _palette_bytes(data[10])
    except IndexError:
        return None
    frames = 0
    try:
        while data[at] in {_EXTENSION, _IMAGE}:
            if data[at] == _EXTENSION:
                at = _after_blocks(data, at + 2)
                continue
            frames += 1
            if frames == 1:
                # A first frame that reaches beyond the screen makes the picture larger.
                width = max(width, _u16(data, at + 1) + _u16(data, at + 5))
                height = max(height, _u16(data, at + 3) + _u16(data, at + 7))
            at = _after_blocks(data, at + 11 + _palette_bytes(data[at + 9]))
    except IndexError:
        # It breaks off; the decoder finds out whether the first frame is whole.
        pass
    return Header(width, height, frames) if frames else None


def read_webp(data: bytes) -> Header | None:
    """Return the header of a WebP; None where its first chunk is of no known kind."""
    size = _webp_size(data)
    if size is None:
        return None
    end = 8 + int.from_bytes(data[4:8], "little")
    at, frames = 12, 0
    while at + 8 <= min(end, len(data)):
        frames += data[at : at + 4] == b"ANMF"
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return Header(*size, max(frames, 1), complete=max(at, end) <= len(data) + len(data) % 2)


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X" and len(body) == 10:
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


def _u16(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & _HAS_PALETTE else 0


def _after_blocks(data: bytes, at: int) -> int:
    while length := data[at]:
        at += 1 + length
    return at + 1
