"""Real bytes of every kind of file that people attach."""

import hashlib
import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageCms


def encode(format_: str, image: Image.Image | None = None, **options: object) -> bytes:
    """Return a picture's file; the default picture is 200x120 and noisy."""
    # The same noise in every process: pytest-xdist compares what its workers have collected.
    noise = hashlib.shake_128(b"noise").digest(200 * 120 * 3)
    picture = image or Image.frombytes("RGB", (200, 120), noise)
    file = io.BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def painted(number: int, size: tuple[int, int] = (200, 120)) -> Image.Image:
    """Return a picture in one colour, another for every number."""
    return Image.new("RGB", size, (number * 16 % 256, number * 40 % 256, 90))


def halves(size: tuple[int, int] = (120, 80)) -> Image.Image:
    """Return a picture that is red on its left and blue on its right half, so that one sees how it lies."""
    picture = Image.new("RGB", size, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return picture


def noisy(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Return a picture that hardly compresses."""
    count = size[0] * size[1] * len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(
        mode, size, hashlib.shake_128(b"noise").digest(min(count, 1 << 20)) * (count // (1 << 20) + 1)
    )


def gps_exif(orientation: int = 1) -> Image.Exif:
    """Return what a phone writes into a photo: how it was held, by what, and where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phonemaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return exif


@cache
def profile() -> bytes:
    """Return a colour profile for RGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def name_of(value: object) -> str | None:
    """Name a parameter of a test: bytes by their number, all else as pytest does."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


def animation(format_: str, frames: int = 3) -> bytes:
    """Return a file of several different frames."""
    pictures = [Image.new("RGB", (50, 50), (index * 60, 0, 255)) for index in range(frames)]
    return encode(format_, pictures[0], save_all=True, append_images=pictures[1:])


def png_header(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def webp_header(width: int, height: int) -> bytes:
    """Return a WebP of a few bytes that claims a canvas size."""
    canvas = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_header(width: int, height: int) -> bytes:
    """Return a GIF of a few bytes whose one frame claims a size."""
    frame = b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0" + b"\x02\x01\x00\x00"
    return b"GIF89a" + struct.pack("<HH", 1, 1) + b"\0\0\0" + frame + b";"


def bmp_header(width: int, height: int) -> bytes:
    """Return a BMP of a few bytes that claims a size."""
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *[0] * 6)


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    """Return the first box of an ISO media file, and some bytes after it."""
    body = major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + b"\0" * 64
