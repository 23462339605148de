"""The contact sheet: a job's references side by side, each with the number that it has for the person and the model."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

MAX_COLUMNS = 5
TILE = 300
GAP = 16
"""Pixels; five tiles make a sheet of 1,596, and Discord shows it at about a third of that."""

_BACKGROUND = (43, 45, 49)
_TILE_COLOUR = (30, 31, 34)
_EDGE = (96, 99, 107)
_BADGE, _BADGE_EDGE, _NUMBER = (20, 20, 23), (255, 255, 255), (255, 255, 255)
_CHECKS = ((214, 214, 214), (176, 176, 176))
_CHECK_SIDE = 15
_RADIUS = 14
_BADGE_HEIGHT = 84
_NUMBER_SIZE = 62
_QUALITY = 82


def draw(pictures: Sequence[Image.Image | None]) -> bytes:
    """Return a WebP file with numbered tiles, row by row; blocks, so call it in a thread.

    The sheet brings its own dark ground, so it reads the same on a light and on a dark client.

    Args:
        pictures: small ones in RGB or RGBA, 1 or more; None for one that cannot be shown.
    """
    columns = _columns(len(pictures))
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (TILE + GAP) + GAP, rows * (TILE + GAP) + GAP), _BACKGROUND)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        sheet.paste(_tile(picture, place + 1), (GAP + column * (TILE + GAP), GAP + row * (TILE + GAP)), _corners())
    file = BytesIO()
    sheet.save(file, "WEBP", quality=_QUALITY)
    return file.getvalue()


def _columns(count: int) -> int:
    """Return how many tiles stand side by side: rows of nearly the same length, at most five."""
    rows = -(-count // MAX_COLUMNS)
    return -(-count // rows)


def _tile(picture: Image.Image | None, number: int) -> Image.Image:
    tile = Image.new("RGB", (TILE, TILE), _TILE_COLOUR)
    if picture is not None:
        shown = _fitted(picture)
        place = ((TILE - shown.width) // 2, (TILE - shown.height) // 2)
        if shown.mode == "RGBA":
            tile.paste(_checks(shown.size), place)
            tile.paste(shown, place, shown)
        else:
            tile.paste(shown, place)
    pen = ImageDraw.Draw(tile)
    pen.rounded_rectangle((0, 0, TILE - 1, TILE - 1), _RADIUS, outline=_EDGE, width=2)
    _badge(pen, str(number))
    return tile


def _fitted(picture: Image.Image) -> Image.Image:
    """Return a picture as large as the tile; small ones are enlarged, but not into blurs."""
    factor = min(TILE / picture.width, TILE / picture.height, 4.0)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _badge(pen: ImageDraw.ImageDraw, number: str) -> None:
    font = _font()
    width = max(_BADGE_HEIGHT, round(font.getlength(number)) + 40)
    box = (10, 10, 10 + width, 10 + _BADGE_HEIGHT)
    pen.rounded_rectangle(box, _BADGE_HEIGHT // 2, fill=_BADGE, outline=_BADGE_EDGE, width=5)
    pen.text(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), number, fill=_NUMBER, font=font, anchor="mm")


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_NUMBER_SIZE)


@cache
def _corners() -> Image.Image:
    mask = Image.new("L", (TILE, TILE))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, TILE - 1, TILE - 1), _RADIUS, fill=255)
    return mask


def _checks(size: tuple[int, int]) -> Image.Image:
    """Return a chequered ground, as one expects behind what one can see through."""
    ground = Image.new("RGB", size, _CHECKS[0])
    pen = ImageDraw.Draw(ground)
    for top in range(0, size[1], _CHECK_SIDE):
        for left in range((top // _CHECK_SIDE) % 2 * _CHECK_SIDE, size[0], 2 * _CHECK_SIDE):
            pen.rectangle((left, top, left + _CHECK_SIDE - 1, top + _CHECK_SIDE - 1), fill=_CHECKS[1])
    return ground
