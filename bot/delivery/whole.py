"""Telling a picture's file that ends too early: a server that closes its answer early may give no other sign."""

from pathlib import Path

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
_TAIL = 1024
"""Bytes looked through for the end; some writers leave a little behind it."""


def is_cut_short(path: Path) -> bool:
    """Tell whether a file begins as a picture and lacks the end of one. Reads a few bytes; runs in a thread.

    Sources: https://www.w3.org/TR/png-3/#11IEND, https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.1.1.3, EOI),
    https://developers.google.com/speed/webp/docs/riff_container#webp_file_header.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    if head.startswith(_PNG):
        return _PNG_END not in tail
    if head.startswith(_JPEG):
        return _JPEG_END not in tail
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return size < int.from_bytes(head[4:8], "little") + 8
    return False
