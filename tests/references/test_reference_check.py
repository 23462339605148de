import hashlib
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.references import MAX_FILE_BYTES
from bot.errors import (
    AnimatedImage,
    DamagedImage,
    ImageFileEmpty,
    ImageFileTooLarge,
    ImageInPieces,
    ImageTooElongated,
    ImageTooManyPixels,
    ImageTooSmall,
    NotAnImage,
    PhoneImageFormat,
    ReferenceImageError,
    ReferenceIsPage,
    UnsupportedImageFormat,
)
from bot.references import check
from bot.references.check import inspect
from bot.references.pieces import MAX_PIECES, too_many_pieces
from bot.references.sniff import sniff
from tests.references.pictures import animation, bmp_header, encode, ftyp, gif_header, name_of, png_header, webp_header

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(data: bytes) -> Path:
        path = tmp_path / "reference"
        path.write_bytes(data)
        return path

    return _write


def sixteen_bit_tiff() -> bytes:
    """Return what a photo editor saves with 16 bits a channel, planar: nothing Pillow can decode."""
    tags = [(256, 20), (257, 20), (258, None), (259, 1), (262, 2), (273, 0), (277, 3), (278, 20), (279, 2400), (284, 7)]
    start = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHII", tag, 3, 3, start)
        if value is None
        else struct.pack("<HHII", tag, 4, 1, start + 6 if tag == 273 else value)
        for tag, value in tags
    )
    body = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + struct.pack("<HHH", 12, 12, 12)
    return b"II*\0" + struct.pack("<I", 8) + body + bytes(2400)


@pytest.mark.parametrize(
    ("format_", "options", "name"),
    [
        ("JPEG", {}, "JPEG"),
        ("JPEG", {"progressive": True}, "JPEG"),
        ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (200, 120))]}, "JPEG"),
        ("PNG", {}, "PNG"),
        ("WEBP", {}, "WebP"),
        ("WEBP", {"lossless": True}, "WebP"),
        ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}, "WebP"),
        ("BMP", {}, "BMP"),
        ("TIFF", {}, "TIFF"),
        ("TIFF", {"compression": "tiff_lzw"}, "TIFF"),
        ("GIF", {}, "GIF"),
    ],
    ids=name_of,
)
def test_every_accepted_format_is_told_from_its_bytes(
    write: Write, format_: str, options: dict[str, Any], name: str
) -> None:
    data = encode(format_, **options)
    facts = inspect(write(data), 1, "holiday.docx")
    assert (facts.format, facts.width, facts.height, facts.frames) == (name, 200, 120, 1)
    assert (facts.size, facts.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_any_mode_are_decoded(write: Write, mode: str) -> None:
    assert inspect(write(encode("PNG", Image.new(mode, (40, 30)))), 1, "a").format == "PNG"


def test_a_jpeg_for_print_is_decoded(write: Write) -> None:
    assert inspect(write(encode("JPEG", Image.new("CMYK", (40, 30)))), 1, "a").format == "JPEG"


@pytest.mark.parametrize(
    ("data", "kind", "fields"),
    [
        (b"", ImageFileEmpty, {}),
        (b"BMW is a car maker, and this is a text.", NotAnImage, {}),
        (b"{}", NotAnImage, {}),
        (b"\0" * 5000, NotAnImage, {}),
        (b"PK\x03\x04" + b"\0" * 60, NotAnImage, {}),
        (b"just some words", NotAnImage, {}),
        (b"<html><body>no picture</body></html>", ReferenceIsPage, {}),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><title>photo.png</title><svg/>", ReferenceIsPage, {}),
        (b"<?xml version='1.0'?><!-- old --><html xmlns=''>", ReferenceIsPage, {}),
        (ftyp(b"isom", b"mp41", b"avc1"), NotAnImage, {}),
        (ftyp(b"heic", b"mif1", b"heic"), PhoneImageFormat, {"format": "HEIC"}),
        (ftyp(b"mif1", b"heix"), PhoneImageFormat, {"format": "HEIC"}),
        (ftyp(b"heix"), PhoneImageFormat, {"format": "HEIC"}),
        (ftyp(b"msf1", b"hevc"), PhoneImageFormat, {"format": "HEIC"}),
        (ftyp(b"mif1", b"avif"), PhoneImageFormat, {"format": "AVIF"}),
        (ftyp(b"avis", b"msf1"), PhoneImageFormat, {"format": "AVIF"}),
        (encode("AVIF"), PhoneImageFormat, {"format": "AVIF"}),
        (encode("JPEG2000"), UnsupportedImageFormat, {"format": "JPEG 2000"}),
        (encode("ICO"), UnsupportedImageFormat, {"format": "ICO"}),
        (encode("QOI"), UnsupportedImageFormat, {"format": "QOI"}),
        (encode("PDF"), UnsupportedImageFormat, {"format": "PDF"}),
        (encode("DDS"), UnsupportedImageFormat, {"format": "DDS"}),
        (b"8BPS\0\x01" + b"\0" * 20, UnsupportedImageFormat, {"format": "PSD"}),
        (b"\xff\x0a\0\0", UnsupportedImageFormat, {"format": "JPEG XL"}),
        (b"\0\0\0\x0cJXL \r\n\x87\n", UnsupportedImageFormat, {"format": "JPEG XL"}),
        (b"II*\0\x10\0\0\0CR\x02\0", UnsupportedImageFormat, {"format": "camera raw"}),
        (ftyp(b"crx ", b"isom"), UnsupportedImageFormat, {"format": "camera raw"}),
        (b"\xef\xbb\xbf <?xml version='1.0'?>\n<SVG xmlns=''>", UnsupportedImageFormat, {"format": "SVG"}),
        (sixteen_bit_tiff(), UnsupportedImageFormat, {"format": "TIFF of a rare kind"}),
        (animation("GIF"), AnimatedImage, {"frames": 3}),
        (animation("WEBP", 4), AnimatedImage, {"frames": 4}),
        (animation("PNG"), AnimatedImage, {"frames": 3}),
        (animation("TIFF", 2), AnimatedImage, {"frames": 2}),
        (encode("PNG", Image.new("RGB", (14, 40))), ImageTooSmall, {"width": 14, "height": 40, "minimum": 15}),
        (encode("PNG", Image.new("RGB", (321, 20))), ImageTooElongated, {"width": 321, "height": 20, "limit": 16}),
    ],
    ids=name_of,
)
def test_what_cannot_be_used_is_named(
    write: Write, data: bytes, kind: type[ReferenceImageError], fields: dict[str, object]
) -> None:
    with pytest.raises(ReferenceImageError) as caught:
        inspect(write(data), 3, "photo.png")
    assert type(caught.value) is kind
    assert vars(caught.value) == {"number": 3, "filename": "photo.png", **fields}


@pytest.mark.parametrize("size", [(15, 15), (15, 240), (240, 15)])
def test_the_limits_themselves_are_allowed(write: Write, size: tuple[int, int]) -> None:
    facts = inspect(write(encode("PNG", Image.new("L", size))), 1, "a")
    assert (facts.width, facts.height) == size


@pytest.mark.parametrize(
    ("data", "width", "height"),
    [
        (png_header(50_000, 50_000), 50_000, 50_000),
        (png_header(6001, 6000), 6001, 6000),
        (png_header(2**31 - 1, 2**31 - 1), 2**31 - 1, 2**31 - 1),
        (webp_header(16_384, 16_384), 16_384, 16_384),
        (gif_header(65_535, 65_535), 65_535, 65_535),
        (bmp_header(40_000, 40_000), 40_000, 40_000),
    ],
    ids=["png", "png just above", "png huge", "webp", "gif", "bmp"],
)
def test_a_decompression_bomb_is_refused_by_its_header(
    monkeypatch: pytest.MonkeyPatch, write: Write, data: bytes, width: int, height: int
) -> None:
    def never(*_: object) -> None:
        pytest.fail("a pixel was decoded")

    monkeypatch.setattr(check, "decode", never)
    assert len(data) < 1000
    with pytest.raises(ImageTooManyPixels) as caught:
        inspect(write(data), 1, "bomb")
    assert (caught.value.width, caught.value.height, caught.value.maximum) == (width, height, 36_000_000)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_that_breaks_off_is_damaged(write: Write, format_: str, share: float) -> None:
    data = encode(format_)
    with pytest.raises(DamagedImage):
        inspect(write(data[: int(len(data) * share)]), 1, "a")


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_a_file_of_nothing_but_its_first_bytes_is_damaged(write: Write, format_: str) -> None:
    with pytest.raises(DamagedImage):
        inspect(write(encode(format_)[:20]), 1, "a")


def test_a_large_photo_that_breaks_off_is_damaged_though_it_is_decoded_small(write: Write) -> None:
    data = encode("JPEG", Image.effect_noise((2400, 1600), 40))
    assert inspect(write(data), 1, "a").width == 2400
    with pytest.raises(DamagedImage):
        inspect(write(data[:-2000]), 1, "a")


def test_flipped_bytes_in_a_png_are_damage(write: Write) -> None:
    data = bytearray(encode("PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(DamagedImage):
        inspect(write(bytes(data)), 1, "a")


@pytest.mark.parametrize("cut", [0, 300])
def test_a_webp_too_large_for_its_decoder_is_checked_by_its_lengths(
    monkeypatch: pytest.MonkeyPatch, write: Write, cut: int
) -> None:
    monkeypatch.setattr(check, "MAX_WEBP_PIXELS_DECODED", 100)
    data = encode("WEBP")
    if not cut:
        assert inspect(write(data), 1, "a").format == "WebP"
        return
    with pytest.raises(DamagedImage):
        inspect(write(data[:-cut]), 1, "a")


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded(write: Write) -> None:
    data = encode("JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(DamagedImage):
        inspect(write(data[:-2] + scan[:40] * 200 + b"\xff\xd9"), 1, "a")


def test_a_file_in_countless_pieces_is_refused_before_they_are_looked_through(write: Write) -> None:
    png, jpeg, gif = encode("PNG"), encode("JPEG"), encode("GIF", Image.new("L", (40, 40)))
    chunk = b"\0\0\0\0abCd" + struct.pack(">I", zlib.crc32(b"abCd"))
    palette = gif.index(b",") if b"!" not in gif else min(gif.index(b","), gif.index(b"!"))
    for sound, start, piece, most in (
        (png, 33, chunk, MAX_PIECES["PNG"]),
        (png, len(png) - 12, chunk, MAX_PIECES["PNG"]),
        (jpeg, 2, b"\xff\xfe\0\2", MAX_PIECES["JPEG"]),
        (jpeg, len(jpeg) - 2, b"\xff\xfe\0\2", MAX_PIECES["JPEG"]),
        (gif, palette, b"!\xfe\0", MAX_PIECES["GIF"]),
        (gif, palette, b"!\xfe" + b"\1a" * 1000 + b"\0", MAX_PIECES["GIF"] // 1000),
    ):
        some = sound[:start] + piece * (most // 2) + sound[start:]
        assert inspect(write(some), 1, "a").width > 0
        with pytest.raises(ImageInPieces):
            inspect(write(sound[:start] + piece * (most + 1) + sound[start:]), 1, "a")


@pytest.mark.parametrize("piece", [b"\xff\xf0", b"\xff\0", b"\0"])
def test_what_pillow_goes_over_before_a_scan_counts_as_a_piece(piece: bytes) -> None:
    jpeg = encode("JPEG")
    assert too_many_pieces(jpeg[:2] + piece * (MAX_PIECES["JPEG"] + 1) + jpeg[2:], "JPEG")


@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "GIF", "TIFF"]))
def test_counting_pieces_takes_any_bytes(data: bytes, name: str) -> None:
    assert not too_many_pieces(data, name)


def test_a_file_above_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ImageFileTooLarge) as caught:
        inspect(path, 1, "large.png")
    assert caught.value.limit == MAX_FILE_BYTES


def test_a_gif_whose_one_frame_exceeds_its_screen_has_the_frames_size(write: Write) -> None:
    data = bytearray(encode("GIF", Image.new("L", (60, 40))))
    data[6:10] = struct.pack("<HH", 20, 20)
    facts = inspect(write(bytes(data)), 1, "a")
    assert (facts.width, facts.height) == (60, 40)


@given(
    st.binary(max_size=64) | st.sampled_from([encode(f)[:40] for f in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")])
)
def test_sniffing_takes_any_bytes(head: bytes) -> None:
    sniff(head)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.sampled_from(
        [encode(f, Image.linear_gradient("L").resize((40, 30))) for f in ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")]
    ),
    edits=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    end=st.integers(0, 5000),
)
def test_spoilt_files_end_in_facts_or_in_a_named_problem(
    write: Write, data: bytes, edits: list[tuple[int, int]], end: int
) -> None:
    spoilt = bytearray(data)
    for place, value in edits:
        spoilt[place % len(spoilt)] = value
    try:
        inspect(write(bytes(spoilt[: max(1, end)])), 1, "a")
    except ReferenceImageError as problem:
        assert problem.number == 1  # noqa: PT017 - both outcomes are right, anything else is not


def test_one_picture_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    running, peak, decode = 0, 0, check.decode

    def counted(*args: Any) -> None:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        decode(*args)
        running -= 1

    monkeypatch.setattr(check, "decode", counted)
    paths = [tmp_path / str(number) for number in range(8)]
    for path in paths:
        path.write_bytes(encode("PNG", Image.effect_noise((1000, 800), 50)))
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda path: inspect(path, 1, "a"), paths))) == 8
    assert peak == 1


def test_the_size_that_the_decoder_sees_counts_too(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setattr(check, "MAX_PIXELS", 200 * 120 - 1)
    with pytest.raises(ImageTooManyPixels):
        inspect(write(encode("GIF")), 1, "a")


def test_a_small_picture_in_an_enormous_tile_is_refused_before_decoding(write: Write) -> None:
    """A tile is decoded whole: a megabyte of file would take a gigabyte of memory."""
    side = 20_000
    tags = [(256, 64), (257, 64), (258, 8), (259, 1), (262, 1), (277, 1), (322, side), (323, side), (324, 8), (325, 99)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    with pytest.raises(ImageTooManyPixels) as refused:
        inspect(write(data), 1, "tile.tif")
    assert (refused.value.width, refused.value.height) == (side, side)


def test_the_video_of_a_motion_photo_does_not_count_as_scans(write: Write) -> None:
    data = encode("JPEG", Image.new("RGB", (64, 64))) + b"\xff\xda" * 5000
    assert inspect(write(data), 1, "motion.jpg").format == "JPEG"
