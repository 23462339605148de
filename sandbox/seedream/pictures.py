"""Finished pictures as files: the scene, the card on it, and the bytes of a JPEG or a PNG."""

import io
import random
import struct
import zlib
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from sandbox.seedream.card import Tile, Words, accent_of, place_card
from sandbox.seedream.scenery import paint, scene_for

_SMALL_SIDE = 1024
_JPEG_QUALITY = 92
_PNG_LEVEL = 1
_SEGMENT_BYTES = 65_000


@dataclass(frozen=True)
class PictureOrder:
    """One picture to draw.

    Attributes:
        width: as ordered, in pixels; the card says it.
        number: from 1 to `total`.
        drawn_size: the true width and height of the file; None for the ordered ones.
        noise: from 0 to 1.
        min_bytes: the file is filled up to this with a metadata block.
    """

    prompt: str
    version: str
    width: int
    height: int
    number: int
    total: int
    task_id: str
    tiles: tuple[Tile, ...]
    file_format: Literal["JPEG", "PNG"]
    drawn_size: tuple[int, int] | None = None
    noise: float = 0.0
    min_bytes: int = 0


def draw_file(order: PictureOrder) -> bytes:
    """Return the picture's file; the same order gives the same bytes. Call it off the event loop."""
    picture = draw(order)
    file = io.BytesIO()
    if order.file_format == "JPEG":
        picture.save(file, "JPEG", quality=_JPEG_QUALITY)
        return _pad_jpeg(file.getvalue(), order.min_bytes)
    picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    return _pad_png(file.getvalue(), order.min_bytes)


def draw(order: PictureOrder) -> Image.Image:
    """Return the picture, RGB."""
    width, height = order.drawn_size or (order.width, order.height)
    # Small pictures are drawn twice as large and reduced: smooth edges and letters.
    scale = 2 if max(width, height) <= _SMALL_SIDE else 1
    scene = scene_for(order.prompt, order.number)
    picture = paint(scene, width * scale, height * scale)
    words = Words(
        title=f"Seedream {order.version}  ·  {order.width} x {order.height}",
        badge=f"image {order.number} of {order.total}",
        prompt=order.prompt,
        small=f"task {order.task_id}  ·  drawn by the sandbox",
    )
    place_card(picture, words, order.tiles, accent_of(scene.palette.near))
    if scale > 1:
        picture = picture.reduce(scale)
    return _grain(picture, order.noise, scene.seed) if order.noise > 0 else picture


def _grain(picture: Image.Image, noise: float, seed: int) -> Image.Image:
    dice = random.Random(seed)  # noqa: S311 - grain, not secrets
    grain = Image.frombytes("RGB", picture.size, dice.randbytes(picture.width * picture.height * 3))
    return Image.blend(picture, grain, min(1.0, noise))


def _pad_png(data: bytes, least: int) -> bytes:
    # An ancillary, private chunk before IEND, which is the file's last 12 bytes.
    missing = least - len(data) - 12
    if missing <= 0:
        return data
    body = b"sdPd" + bytes(missing)
    chunk = struct.pack(">I", missing) + body + struct.pack(">I", zlib.crc32(body))
    return data[:-12] + chunk + data[-12:]


def _pad_jpeg(data: bytes, least: int) -> bytes:
    # Comment segments behind the first one (APP0), each at most 65,533 bytes long.
    after_app0 = 4 + int.from_bytes(data[4:6], "big")
    comments = bytearray()
    while len(data) + len(comments) < least:
        size = max(0, min(_SEGMENT_BYTES, least - len(data) - len(comments) - 4))
        comments += b"\xff\xfe" + struct.pack(">H", size + 2) + bytes(size)
    return data[:after_app0] + bytes(comments) + data[after_app0:]
