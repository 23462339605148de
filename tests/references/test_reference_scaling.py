"""Pictures too big for the API, made to fit; and the reckoning of memory before anything is decoded."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.references import MAX_FILE_BYTES, Extent
from bot.errors import DamagedImage, ImageBeyondScaling, ImageFileTooLarge, ImageTooElongated, ImageTooManyPixels
from bot.references import scaling, tidy
from bot.references.scaling import fitting_size
from bot.references.tidy import Tidied
from tests.references.pictures import (
    bmp_header,
    encode,
    gif_header,
    gps_exif,
    halves,
    noisy,
    painted,
    png_header,
    profile,
    webp_header,
)


def tidied(folder: Path, data: bytes, **options: object) -> Tidied:
    path = folder / "came"
    path.write_bytes(data)
    made = tidy.tidy(path, 1, "photo", target=folder / "made", **options)  # type: ignore[arg-type] # options as given
    assert path.read_bytes() == data
    return made


def opened(made: Tidied) -> Image.Image:
    image = Image.open(io.BytesIO(made.path.read_bytes()))
    image.load()
    return image


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play with pictures a thousandth the size."""
    for module in (scaling, tidy):
        monkeypatch.setattr(module, "MAX_PIXELS", 36_000)
        monkeypatch.setattr(module, "MAX_FILE_BYTES", 10_000)
    monkeypatch.setattr(scaling, "MAX_MEMORY", 420_000)
    monkeypatch.setattr(scaling, "MAX_JPEG_PIXELS", 200_000)
    monkeypatch.setattr(scaling, "MAX_WEBP_PIXELS_ENCODED", 16_000)
    monkeypatch.setattr(tidy, "MAX_WEBP_PIXELS", 25_000)


@given(width=st.integers(15, 40_000), height=st.integers(15, 40_000), most=st.integers(20_000, 36_000_000))
def test_a_fitting_size_fits_and_keeps_the_shape(width: int, height: int, most: int) -> None:
    if max(width, height) > 16 * min(width, height):
        return
    new_width, new_height = fitting_size(width, height, most)
    assert new_width * new_height <= most
    assert max(new_width, new_height) <= 16 * min(new_width, new_height)
    if width * height <= most:
        assert (new_width, new_height) == (width, height)
    else:
        scale = (most / (width * height)) ** 0.5
        # As large as whole pixels allow; a long strip gives up a little of its length to keep the API's rule.
        assert abs(min(new_width, new_height) - min(width, height) * scale) <= 1.01
        assert abs(max(new_width, new_height) - max(width, height) * scale) <= 17


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_what_needs_nothing_goes_byte_for_byte(tmp_path: Path, format_: str) -> None:
    data = encode(format_)
    made = tidied(tmp_path, data)
    assert made.path == tmp_path / "came"
    assert made.was is None
    assert made.preview is not None
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("format_", "ends_as"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "JPEG"), ("TIFF", "PNG")])
def test_it_is_upright_and_tells_nothing(tmp_path: Path, format_: str, ends_as: str, orientation: int) -> None:
    exact = {"lossless": True} if format_ == "WEBP" else {"quality": 98, "subsampling": 0} if format_ == "JPEG" else {}
    data = encode(format_, halves(), exif=gps_exif(orientation), icc_profile=profile(), **exact)
    made = tidied(tmp_path, data)
    if orientation == 1 and format_ == "WEBP":
        ends_as = "WebP"
    assert (made.facts.format, made.was) == (ends_as, None)
    sent = made.path.read_bytes()
    assert b"Phonemaker" not in sent
    assert b"Exif" not in sent
    image = opened(made)
    assert not dict(image.getexif())
    assert image.info["icc_profile"] == profile()
    with Image.open(io.BytesIO(data)) as original:
        if format_ == "TIFF":
            original.load()
            upright = original.copy()
        else:
            turned = scaling._TURNS.get(orientation)
            upright = original.transpose(turned) if turned is not None else original.copy()
    assert (image.width, image.height) == (made.facts.width, made.facts.height) == upright.size
    for place in ((5, 5), (upright.width - 5, 5), (5, upright.height - 5)):
        seen, meant = image.convert("RGB").getpixel(place), upright.convert("RGB").getpixel(place)
        assert isinstance(seen, tuple)
        assert isinstance(meant, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(seen, meant, strict=True))


def test_a_jpeg_is_turned_with_the_tables_it_came_with(tmp_path: Path) -> None:
    data = encode("JPEG", noisy((160, 120)), quality=83, exif=gps_exif(6))
    made = opened(tidied(tmp_path, data))
    with Image.open(io.BytesIO(data)) as original:
        assert made.quantization == original.quantization  # type: ignore[attr-defined] # both are JPEG


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_too_many_pixels_is_scaled_down(tmp_path: Path, mode: str, *, progressive: bool) -> None:
    data = encode("JPEG", Image.new(mode, (240, 200), 77), progressive=progressive)
    made = tidied(tmp_path, data)
    assert made.was == Extent(240, 200, len(data))
    assert (made.facts.format, made.facts.width * made.facts.height <= 36_000) == ("JPEG", True)
    assert made.facts.width / made.facts.height == pytest.approx(1.2, rel=0.02)
    assert opened(made).mode == mode


@pytest.mark.usefixtures("small_limits")
def test_a_huge_jpeg_is_decoded_at_half_its_sides(tmp_path: Path) -> None:
    made = tidied(tmp_path, encode("JPEG", painted(3, (400, 250))))
    assert (made.facts.width, made.facts.height) == (200, 125)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    ("mode", "ends_as"), [("RGB", "JPEG"), ("L", "JPEG"), ("RGBA", "WebP"), ("LA", "WebP"), ("P", "JPEG")]
)
def test_a_png_of_too_many_bytes_is_encoded_anew(tmp_path: Path, mode: str, ends_as: str) -> None:
    source = noisy((170, 170), "RGBA" if mode == "LA" else "RGB" if mode == "P" else mode)
    data = encode("PNG", source.convert(mode))
    assert len(data) > 10_000
    made = tidied(tmp_path, data)
    assert made.facts.size <= 10_000
    assert made.facts.format == ends_as
    assert made.was == Extent(170, 170, len(data))
    assert made.facts.width == made.facts.height


@pytest.mark.usefixtures("small_limits")
def test_metadata_alone_can_make_it_too_big(tmp_path: Path) -> None:
    plain = encode("JPEG", halves())
    made = tidied(tmp_path, encode("JPEG", halves(), comment=b"secret" * 4000))
    assert (made.path.read_bytes(), made.was) == (plain, None)


@pytest.mark.usefixtures("small_limits")
def test_a_drawing_that_stays_small_stays_lossless(tmp_path: Path) -> None:
    drawing = Image.new("P", (220, 200))
    drawing.putpalette([255, 255, 255, 0, 0, 0])
    made = tidied(tmp_path, encode("PNG", drawing))
    assert made.facts.format == "PNG"
    assert made.facts.width * made.facts.height <= 36_000


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("format_", ["BMP", "TIFF"])
def test_what_was_only_packed_badly_stays_lossless(tmp_path: Path, format_: str) -> None:
    data = encode(format_, halves())
    assert len(data) > 10_000
    made = tidied(tmp_path, data)
    assert made.facts.format == "PNG"
    assert opened(made).tobytes() == halves().tobytes()


@pytest.mark.usefixtures("small_limits")
def test_what_can_be_seen_through_stays_so(tmp_path: Path) -> None:
    clear = noisy((250, 200), "RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((250, 200)))
    image = opened(tidied(tmp_path, encode("PNG", clear)))
    assert image.mode == "RGBA"
    opaque = noisy((250, 200), "RGBA")
    opaque.putalpha(255)
    assert opened(tidied(tmp_path, encode("PNG", opaque))).mode == "RGB"


@pytest.mark.usefixtures("small_limits")
def test_bands_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    # Smooth, because Pillow's own rounding differs by the height of a band where neighbours differ much.
    picture = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn).resize((250, 200)) for turn in (0, 90, 180)])
    whole = picture.resize((173, 139), Image.Resampling.LANCZOS).tobytes()
    monkeypatch.setattr(scaling, "_BAND", 16)
    bands = scaling._resized(picture, (173, 139)).tobytes()
    assert max(abs(a - b) for a, b in zip(bands, whole, strict=True)) <= 1


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("depth", ["I;16", "1"])
def test_rare_depths_keep_their_shades(tmp_path: Path, depth: str) -> None:
    source = Image.new(depth, (240, 200), 0x8000 if depth == "I;16" else 255)
    image = opened(tidied(tmp_path, encode("PNG", source))).convert("L")
    assert image.getpixel((50, 50)) == (0x80 if depth == "I;16" else 255)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    "data",
    [
        png_header(310, 230),
        webp_header(260, 100),
        webp_header(200, 190),
        gif_header(600, 500),
        bmp_header(310, 230),
        encode("JPEG", Image.new("L", (500, 410))),
    ],
    ids=["png", "webp", "webp too many", "gif", "bmp", "jpeg"],
)
def test_what_takes_too_much_memory_is_refused_before_it_is_decoded(
    tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if data[8:12] == b"WEBP":
        # The smaller one only if it has to be changed.
        monkeypatch.setattr(tidy, "MAX_PIXELS", 20_000)
    monkeypatch.setattr(tidy, "encode", lambda *_, **__: pytest.fail("a pixel was decoded"))
    with pytest.raises(ImageBeyondScaling) as caught:
        tidied(tmp_path, data)
    assert caught.value.width > 0


@pytest.mark.usefixtures("small_limits")
def test_many_scans_are_reckoned_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "MAX_JPEG_PIXELS", 10**9)
    picture = Image.new("RGB", (280, 280))
    assert tidied(tmp_path, encode("JPEG", picture, progressive=False)).facts.width == 140
    with pytest.raises(ImageBeyondScaling):
        tidied(tmp_path, encode("JPEG", picture, progressive=True, subsampling=0))


def test_the_limits_as_they_are(tmp_path: Path) -> None:
    for width, height in ((8000, 8650), (40_000, 40_000)):
        with pytest.raises(ImageBeyondScaling):
            tidied(tmp_path, png_header(width, height))
    # Within them, the header is believed and the decoder finds nothing there.
    with pytest.raises(DamagedImage):
        tidied(tmp_path, png_header(7000, 8000))


def test_refusing_says_what_it_always_said(tmp_path: Path) -> None:
    with pytest.raises(ImageTooManyPixels):
        tidied(tmp_path, png_header(6001, 6000), too_large="refuse")
    with pytest.raises(ImageFileTooLarge):
        tidied(tmp_path, encode("PNG") + bytes(MAX_FILE_BYTES), too_large="refuse")


@pytest.mark.parametrize("too_large", ["scale", "refuse"])
def test_other_rules_hold_in_either_case(tmp_path: Path, too_large: str) -> None:
    with pytest.raises(ImageTooElongated):
        tidied(tmp_path, encode("PNG", Image.new("L", (400, 20))), too_large=too_large)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_one_that_breaks_off_is_damaged(tmp_path: Path, format_: str) -> None:
    size = (150, 120) if format_ == "WEBP" else (250, 190)
    options = {"quality": 100} if format_ == "WEBP" else {}
    data = encode(format_, noisy(size), **options)
    assert len(data) > 20_000
    with pytest.raises(DamagedImage):
        tidied(tmp_path, data[: len(data) // 2])


def test_a_tiff_that_tells_its_program_goes_as_png(tmp_path: Path) -> None:
    made = tidied(tmp_path, encode("TIFF", halves(), tiffinfo={305: "secret"}))
    assert (made.facts.format, made.was) == ("PNG", None)
    assert opened(made).tobytes() == halves().tobytes()


@pytest.mark.parametrize(
    ("data", "size"), [(encode("JPEG", painted(1, (4000, 3000))), (320, 240)), (encode("PNG"), None)]
)
def test_previews_are_small(tmp_path: Path, data: bytes, size: tuple[int, int] | None) -> None:
    preview = tidied(tmp_path, data).preview
    assert preview is not None
    assert preview.size == (size or (200, 120))
