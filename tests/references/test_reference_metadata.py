"""What is taken out of files without touching a pixel, and what stays."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.references import metadata
from tests.references.pictures import encode, gps_exif, halves, profile

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Phonemaker, 52.52 N</x:xmpmeta>"
PRIVATE = (b"Phonemaker", b"52.52 N", b"GPS", b"secret", b"Exif")


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def after_start(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def before_end(png: bytes, *chunks: bytes) -> bytes:
    return png[:-12] + b"".join(chunks) + png[-12:]


def pixels(data: bytes) -> tuple[str, tuple[int, int], bytes]:
    with Image.open(io.BytesIO(data)) as image:
        return image.mode, image.size, image.tobytes()


JPEG = encode("JPEG", halves(), icc_profile=profile())
PNG = encode("PNG", halves(), icc_profile=profile())
WEBP = encode("WEBP", halves(), icc_profile=profile(), lossless=True)


def info() -> PngImagePlugin.PngInfo:
    made = PngImagePlugin.PngInfo()
    made.add_text("Author", "secret")
    made.add_text("Comment", "secret", zip=True)
    made.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return made


@pytest.mark.parametrize(
    ("format_", "data", "plain"),
    [
        ("JPEG", encode("JPEG", halves(), icc_profile=profile(), exif=gps_exif()), JPEG),
        ("JPEG", encode("JPEG", halves(), icc_profile=profile(), xmp=XMP), JPEG),
        ("JPEG", encode("JPEG", halves(), icc_profile=profile(), comment=b"secret"), JPEG),
        ("JPEG", after_start(JPEG, segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04secret")), JPEG),
        ("JPEG", after_start(JPEG, segment(0xE2, b"MPF\0secret"), segment(0xEF, b"secret")), JPEG),
        ("JPEG", JPEG + b"\0\0\0\x18ftypmp42 secret", JPEG),
        ("JPEG", JPEG + JPEG, JPEG),
        ("PNG", encode("PNG", halves(), icc_profile=profile(), pnginfo=info()), PNG),
        ("PNG", encode("PNG", halves(), icc_profile=profile(), exif=gps_exif()), PNG),
        ("PNG", before_end(PNG, chunk(b"tIME", b"\x07\xea\x0b\x16\0\0\0"), chunk(b"caBX", b"secret")), PNG),
        ("PNG", PNG + b"secret", PNG),
        ("WebP", encode("WEBP", halves(), icc_profile=profile(), lossless=True, exif=gps_exif(), xmp=XMP), WEBP),
        ("WebP", WEBP + b"secret", WEBP),
    ],
)
def test_what_is_not_the_picture_goes_and_the_rest_stays_bit_by_bit(format_: str, data: bytes, plain: bytes) -> None:
    clean = metadata.read(data, format_).clean
    assert clean == plain
    assert not any(word in clean for word in PRIVATE)
    if b"MPF" not in data:
        # Pillow itself stumbles over one that is made up.
        assert pixels(clean) == pixels(data)
    with Image.open(io.BytesIO(clean)) as image:
        assert image.info["icc_profile"] == profile()


def test_a_small_copy_within_the_jfif_header_goes() -> None:
    at = JPEG.index(b"JFIF\0") - 4
    length = int.from_bytes(JPEG[at + 2 : at + 4], "big")
    header = JPEG[at + 4 : at + 2 + length]
    with_copy = segment(0xE0, header[:12] + b"\x02\x02" + b"secret" * 2)
    clean = metadata.read(JPEG[:at] + with_copy + JPEG[at + 2 + length :], "JPEG").clean
    assert clean == JPEG


def test_the_marker_of_print_colours_stays() -> None:
    data = encode("JPEG", Image.new("CMYK", (40, 30), (10, 200, 30, 4)))
    assert b"Adobe" in data
    assert metadata.read(data, "JPEG").clean is data


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF"])
def test_a_file_without_metadata_stays_the_very_same(format_: str) -> None:
    data = encode(format_)
    assert metadata.read(data, format_) == metadata.Contents(data)
    assert metadata.read(data, format_).clean is data


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_how_it_was_held_is_read(format_: str, orientation: int) -> None:
    data = encode(format_, halves(), exif=gps_exif(orientation))
    assert metadata.read(data, "WebP" if format_ == "WEBP" else format_).orientation == orientation


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        ("GIF", encode("GIF", halves().convert("P"), comment=b"secret")),
        ("GIF", encode("GIF", halves().convert("P")) + b"secret"),
        ("BMP", encode("BMP") + b"secret"),
        ("TIFF", encode("TIFF", halves(), tiffinfo={305: "secret"})),
    ],
)
def test_what_only_encoding_anew_takes_out_is_told(format_: str, data: bytes) -> None:
    assert metadata.read(data, format_).clean is None


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense at all"])
def test_malformed_exif_means_upright(exif: bytes) -> None:
    contents = metadata.read(after_start(JPEG, segment(0xE1, exif)), "JPEG")
    assert (contents.clean, contents.orientation) == (JPEG, 1)


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP, encode("GIF")])
@given(share=st.floats(0, 1), junk=st.binary(max_size=40))
def test_whatever_the_bytes_it_ends_in_time(data: bytes, share: float, junk: bytes) -> None:
    at = 16 + int(share * (len(data) - 16))
    broken = data[:at] + junk + data[at + len(junk) :]
    format_ = {b"\xff": "JPEG", b"\x89": "PNG", b"R": "WebP", b"G": "GIF"}[data[:1]]
    try:
        metadata.read(broken, format_)
    except ValueError:
        return


@pytest.mark.parametrize("at", [2, len(JPEG) - 2], ids=["before the scan", "in the scan"])
def test_a_long_run_of_bytes_that_fill_up_is_gone_through_once(at: int) -> None:
    # Begun anew at each of them, this takes a day.
    found = metadata.read(JPEG[:at] + b"\xff" * 3_000_000 + b"\0" + JPEG[at:], "JPEG")
    assert found.clean is not None


def test_a_jpeg_of_countless_segments_is_not_gone_through() -> None:
    with pytest.raises(ValueError, match="too many"):
        metadata.read(JPEG[:-2] + b"\xff\xfe\0\2" * 20_000 + JPEG[-2:], "JPEG")


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate"])
def test_what_a_tiff_has_beside_its_picture_is_not_sent(compression: str) -> None:
    data = encode("TIFF", halves(), compression=compression)
    assert metadata.read(data, "TIFF").clean is data
    assert metadata.read(data + b"secret" * 20, "TIFF").clean is None
    assert metadata.read(encode("TIFF", halves(), icc_profile=profile()), "TIFF").clean is not None


def test_what_hides_in_a_segment_that_stays_is_cut_off() -> None:
    hiding = after_start(JPEG, segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + b"secret"))
    clean = metadata.read(hiding, "JPEG").clean
    assert clean is not None
    assert b"secret" not in clean


def test_a_gif_may_only_say_how_often_it_runs() -> None:
    gif = encode("GIF", Image.new("L", (40, 40)))
    start = gif.index(b",", 13)
    loop = b"!\xff\x0bNETSCAPE2.0"
    assert metadata.read(gif[:start] + loop + b"\3\1\0\0\0" + gif[start:], "GIF").clean is not None
    assert metadata.read(gif[:start] + loop + b"\6secret\0" + gif[start:], "GIF").clean is None
