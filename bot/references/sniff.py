"""What a file is, told from its first bytes; names and declared types are never asked.

Sources: https://www.iana.org/assignments/media-types for the formats, https://mp4ra.org/registered-types/brands for the
brands of HEIF files.
"""

from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 4096
"""How much of a file `sniff` wants to see."""


class Kind(StrEnum):
    """How the API and the bot stand to a format."""

    ACCEPTED = "accepted"
    PHONE = "phone"
    """HEIC or AVIF: a picture as phones make them, that their owners can export as JPEG."""
    PAGE = "page"
    """A page of the web."""
    OTHER = "other"
    """A picture or document whose format has a name, but which the API does not take."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format by the name people know it by."""

    kind: Kind
    format: str


_SIGNATURES = (
    (b"\xff\xd8\xff", Kind.ACCEPTED, "JPEG"),
    (b"\x89PNG\r\n\x1a\n", Kind.ACCEPTED, "PNG"),
    (b"GIF87a", Kind.ACCEPTED, "GIF"),
    (b"GIF89a", Kind.ACCEPTED, "GIF"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.OTHER, "JPEG XL"),
    (b"\xff\x0a", Kind.OTHER, "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.OTHER, "JPEG 2000"),
    (b"\xff\x4f\xff\x51", Kind.OTHER, "JPEG 2000"),
    (b"8BPS", Kind.OTHER, "PSD"),
    (b"%PDF-", Kind.OTHER, "PDF"),
    (b"%!PS", Kind.OTHER, "EPS"),
    (b"\x00\x00\x01\x00", Kind.OTHER, "ICO"),
    (b"icns", Kind.OTHER, "ICNS"),
    (b"gimp xcf", Kind.OTHER, "XCF"),
    (b"qoif", Kind.OTHER, "QOI"),
    (b"DDS ", Kind.OTHER, "DDS"),
    (b"\x76\x2f\x31\x01", Kind.OTHER, "OpenEXR"),
    (b"#?RADIANCE", Kind.OTHER, "Radiance HDR"),
)
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_CANON_BRAND = b"crx "
_PAGES = (b"<!doctype html", b"<html")


def sniff(head: bytes) -> Sniffed | None:
    """Return what a file that begins with `head` is; None where it is nothing we know for a picture.

    Args:
        head: the first `HEAD_BYTES` bytes, or all where there are fewer.
    """
    for signature, kind, name in _SIGNATURES:
        if head.startswith(signature):
            return Sniffed(kind, name)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed(Kind.ACCEPTED, "WebP")
    if head.startswith(_TIFF):
        return Sniffed(Kind.OTHER, "camera raw") if head[8:10] == b"CR" else Sniffed(Kind.ACCEPTED, "TIFF")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return Sniffed(Kind.ACCEPTED, "BMP")
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PAGES):
        return Sniffed(Kind.PAGE, "HTML")
    if text.startswith(b"<") and b"<svg" in text:
        return Sniffed(Kind.OTHER, "SVG")
    return Sniffed(Kind.PAGE, "HTML") if text.startswith(b"<") and b"<html" in text else None


def _sniff_brands(head: bytes) -> Sniffed | None:
    # ISO/IEC 14496-12, 4.3: size, "ftyp", major brand, minor version, then compatible brands to the box's end.
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[start : start + 4] for start in range(16, end - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Sniffed(Kind.PHONE, "AVIF")
    if brands & _HEIC_BRANDS:
        return Sniffed(Kind.PHONE, "HEIC")
    return Sniffed(Kind.OTHER, "camera raw") if _CANON_BRAND in brands else None
