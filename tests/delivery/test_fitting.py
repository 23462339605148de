"""Making pictures fit: untouched where they do, else re-encoded, else scaled; never above the limit."""

import contextlib
import math
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.delivery import fit as module
from bot.delivery.fit import NotAPictureError, fit
from bot.domain.job import PictureNote
from tests.delivery.conftest import flat, noise


def _stored(folder: Path, data: bytes) -> Path:
    path = folder / "1"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("image_format", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_what_fits_is_left_as_it_is(tmp_path: Path, image_format: str, extension: str) -> None:
    data = noise(image_format=image_format)
    path = _stored(tmp_path, data)
    fitted = fit(path, len(data))
    assert (fitted.path, fitted.extension, fitted.size, fitted.change) == (path, extension, len(data), None)
    assert path.read_bytes() == data


def test_another_encoding_is_tried_before_pixels_are_given_up(tmp_path: Path) -> None:
    data = noise(400, 300)
    path = _stored(tmp_path, data)
    fitted = fit(path, int(len(data) * 0.8))
    assert (fitted.change, fitted.extension) == (PictureNote.REENCODED, "jpg")
    assert fitted.size == fitted.path.stat().st_size <= int(len(data) * 0.8)
    with Image.open(fitted.path) as image:
        assert (image.format, image.size) == ("JPEG", (400, 300))
    assert path.read_bytes() == data, "the original is kept for the next attempt"


def test_encoding_does_not_hold_the_interpreter_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Pillow lets go of the interpreter's lock only where it writes to a file of the system's.
    written: list[int] = []
    save = Image.Image.save

    def seen(image: Image.Image, file: BinaryIO, *arguments: Any, **options: Any) -> None:
        written.append(file.fileno())
        save(image, file, *arguments, **options)

    path = _stored(tmp_path, noise(600, 400))
    monkeypatch.setattr(Image.Image, "save", seen)
    assert fit(path, 30_000).change is PictureNote.SCALED
    assert len(written) > len(module.QUALITIES)


def test_the_best_quality_that_fits_is_taken(tmp_path: Path) -> None:
    data = noise(400, 300)
    path = _stored(tmp_path, data)
    best = fit(path, len(data) - 1).size
    lesser = fit(path, best - 1)
    assert (lesser.change, lesser.size < best) == (PictureNote.REENCODED, True)
    assert fit(path, best).size == best


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_pixels_are_given_up_where_nothing_else_helps(tmp_path: Path, image_format: str) -> None:
    path = _stored(tmp_path, noise(600, 400, image_format, quality=95))
    fitted = fit(path, 30_000)
    assert (fitted.change, fitted.extension) == (PictureNote.SCALED, "jpg")
    assert 30_000 * 0.5 < fitted.size <= 30_000, "as little as possible is given up"
    with Image.open(fitted.path) as image:
        assert image.width / image.height == pytest.approx(1.5, rel=0.02)


@pytest.mark.parametrize(
    ("mode", "options"), [("RGBA", {}), ("LA", {}), ("L", {}), ("P", {"transparency": 0, "compress_level": 0})]
)
def test_every_mode_becomes_a_sound_jpeg(tmp_path: Path, mode: str, options: dict[str, int]) -> None:
    data = noise(200, 150, "PNG", mode, **options)
    fitted = fit(_stored(tmp_path, data), min(len(data) - 1, 20_000))
    with Image.open(fitted.path) as image:
        image.load()
        assert image.mode == "RGB"


def test_what_shines_through_becomes_white(tmp_path: Path) -> None:
    image = Image.frombytes("RGBA", (200, 150), noise_bytes := bytes(range(250)) * 480)
    assert len(noise_bytes) == 200 * 150 * 4
    image.putalpha(0)
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=0)
    fitted = fit(_stored(tmp_path, buffer.getvalue()), 20_000)
    with Image.open(fitted.path) as flattened:
        assert flattened.convert("RGB").getpixel((100, 75)) == (255, 255, 255)


def test_the_colour_profile_is_kept(tmp_path: Path) -> None:
    profile = b"a profile of its own"
    data = noise(icc_profile=profile)
    fitted = fit(_stored(tmp_path, data), len(data) // 2)
    with Image.open(fitted.path) as image:
        assert image.info["icc_profile"] == profile


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>not found</html>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        noise(image_format="GIF", mode="P"),
        noise()[:9000],
    ],
    ids=["empty", "html", "png-head", "jpeg-head", "gif", "broken-off"],
)
def test_what_is_no_picture_is_said_so(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NotAPictureError):
        fit(_stored(tmp_path, data), 2000)


def test_too_many_pixels_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PIXELS", 100 * 100)
    assert fit(_stored(tmp_path, flat(100, 100)), 10**6).change is None
    with pytest.raises(NotAPictureError, match="101x100"):
        fit(_stored(tmp_path, flat(101, 100)), 10**6)


def test_a_decompression_bomb_is_not_decoded(tmp_path: Path) -> None:
    data = bytearray(flat())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(NotAPictureError):
        fit(_stored(tmp_path, bytes(data)), 10**9)


def test_a_limit_that_nothing_meets_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotAPictureError, match="300 bytes"):
        fit(_stored(tmp_path, noise(200, 200)), 300)


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(65, 400),
    height=st.integers(65, 400),
    image_format=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    share=st.floats(0.05, 1.2),
)
def test_the_limit_is_kept(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, image_format: str, share: float
) -> None:
    data = noise(width, height, image_format)
    limit = max(40_000, math.floor(len(data) * share))
    fitted = fit(_stored(tmp_path_factory.mktemp("fit"), data), limit)
    assert fitted.path.stat().st_size == fitted.size <= limit
    assert (fitted.change is None) == (len(data) <= limit)


@settings(max_examples=150, deadline=None)
@given(
    image_format=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    place=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=12),
    limit=st.sampled_from([1500, 10**6]),
)
def test_damaged_bytes_fit_or_are_no_picture(
    tmp_path_factory: pytest.TempPathFactory, image_format: str, place: float, junk: bytes, limit: int
) -> None:
    data = bytearray(noise(48, 48, image_format))
    start = int(place * len(data))
    data[start : start + len(junk)] = junk
    path = _stored(tmp_path_factory.mktemp("damaged"), bytes(data))
    with contextlib.suppress(NotAPictureError):
        assert fit(path, limit).size <= limit


def test_bytes_that_confuse_pillow_are_no_picture(tmp_path: Path) -> None:
    """A compressed text of more than a megabyte makes Pillow raise a bare ValueError."""
    info = PngInfo()
    info.add_text("note", "x" * 3_000_000, zip=True)
    path = tmp_path / "1"
    Image.new("RGB", (64, 64)).save(path, "PNG", pnginfo=info)
    with pytest.raises(NotAPictureError):
        fit(path, 100)
