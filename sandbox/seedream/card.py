"""The card of words on a picture: prompt, version, size, number, and the references in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageOps

from sandbox.seedream.lettering import Lettering, Paragraph
from sandbox.seedream.scenery import Colour, blend

_INK: Colour = (38, 46, 58)
_SOFT: Colour = (104, 114, 128)
_PAPER: Colour = (252, 251, 248)
_TILE: Colour = (206, 211, 214)
_PAPER_SHARE = 0.9


@dataclass(frozen=True)
class Tile:
    """One reference as a picture shows it.

    Attributes:
        image: a thumbnail; None for a link to somewhere else, which the sandbox does not fetch.
        label: the link's host, or the file's name.
    """

    image: Image.Image | None = field(repr=False)
    label: str


@dataclass(frozen=True)
class Words:
    """What the card says.

    Attributes:
        title: the first line, e.g. "Seedream 4.5".
        badge: "image 2 of 4".
        small: the last line.
    """

    title: str
    badge: str
    prompt: str
    small: str


@dataclass(frozen=True)
class _Measures:
    """Lengths in pixels, all of them parts of the picture's shorter side."""

    width: float
    pad: float
    gap: float
    title: float
    small: float
    tile: float
    columns: int

    def tiles_height(self, count: int) -> float:
        rows = -(-count // self.columns)
        return rows * self.tile + (rows - 1) * self.gap + 2.6 * self.gap if rows else 0.0


def place_card(picture: Image.Image, words: Words, tiles: Sequence[Tile], accent: Colour) -> None:
    """Draw the card on the lower part of a picture.

    Args:
        picture: RGB; changed in place.
        words: what it says; the prompt may have any length and hold any letters.
        tiles: the references in their order, at most 14.
        accent: the colour of the badge.
    """
    lettering = Lettering()
    measures = _measure(picture.width, picture.height, len(tiles))
    prompt, lost = lettering.readable(words.prompt)
    small = f"{words.small} · _ : a letter this picture's font lacks" if lost else words.small
    around = 2 * measures.pad + measures.title + measures.small + 2.6 * measures.gap
    around += measures.tiles_height(len(tiles))
    short = min(picture.size)
    room = min(picture.height * 0.94, max(picture.height * 0.62, short * 0.8), short * 1.5) - around
    text = lettering.fit(
        prompt,
        measures.width - 2 * measures.pad,
        max(room, short * 0.06),
        largest=short * 0.058,
        smallest=short * 0.0135,
    )
    height = around + text.height
    left = (picture.width - measures.width) / 2
    top = picture.height - height - max(short * 0.035, (picture.height - height) * 0.08)
    _paper(picture, (left, top, left + measures.width, top + height), measures.pad * 0.7)
    writer = _Writer(ImageDraw.Draw(picture), lettering, measures, left + measures.pad)
    y = top + measures.pad
    writer.header(y, words, accent)
    y += measures.title + 1.5 * measures.gap
    writer.paragraph(y, text)
    y += text.height
    if tiles:
        _tiles(picture, tiles, lettering, measures, (left + measures.pad, y + 1.8 * measures.gap), accent)
        y += measures.tiles_height(len(tiles))
    writer.footer(y + 1.1 * measures.gap, small)


def _measure(width: int, height: int, tiles: int) -> _Measures:
    short = min(width, height)
    card = min(width - short * 0.1, height * 1.5)
    pad = short * 0.042
    gap = short * 0.015
    inner = card - 2 * pad
    columns = max(1, min(tiles, 14 if inner > short * 1.2 else 7))
    tile = min(short * 0.16, (inner - (columns - 1) * gap) / columns)
    return _Measures(card, pad, gap, short * 0.03, short * 0.017, tile, columns)


def _paper(picture: Image.Image, box: tuple[float, float, float, float], radius: float) -> None:
    left, top, right, bottom = map(round, box)
    region = picture.crop((left, top, right, bottom))
    washed = Image.blend(region, Image.new("RGB", region.size, _PAPER), _PAPER_SHARE)
    picture.paste(washed, (left, top), _rounded(region.size, radius))


def _rounded(size: tuple[int, int], radius: float) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
    return mask


@dataclass(frozen=True)
class _Writer:
    draw: ImageDraw.ImageDraw
    lettering: Lettering
    measures: _Measures
    left: float

    @property
    def right(self) -> float:
        return self.left + self.measures.width - 2 * self.measures.pad

    def header(self, y: float, words: Words, accent: Colour) -> None:
        size = self.measures.title
        badge_width = self.lettering.width(words.badge, size * 0.86) + size * 1.3
        middle = y + size * 0.5
        self.draw.rounded_rectangle(
            (self.right - badge_width, middle - size * 0.82, self.right, middle + size * 0.82), size * 0.82, fill=accent
        )
        self.draw.text(
            (self.right - badge_width / 2, middle), words.badge, _PAPER, self.lettering.font(size * 0.86), anchor="mm"
        )
        room = self.right - self.left - badge_width - size
        title = self.lettering.shorten(words.title, room, size)
        self.draw.text((self.left, middle), title, accent, self.lettering.font(size), anchor="lm")

    def paragraph(self, y: float, text: Paragraph) -> None:
        font = self.lettering.font(text.size)
        for index, line in enumerate(text.lines):
            self.draw.text((self.left, y + (index + 0.5) * text.line_height), line, _INK, font, anchor="lm")

    def footer(self, y: float, small: str) -> None:
        size = self.measures.small
        line = self.lettering.shorten(small, self.right - self.left, size)
        self.draw.text((self.left, y + size * 0.5), line, _SOFT, self.lettering.font(size), anchor="lm")


def _tiles(
    picture: Image.Image,
    tiles: Sequence[Tile],
    lettering: Lettering,
    measures: _Measures,
    corner: tuple[float, float],
    accent: Colour,
) -> None:
    draw = ImageDraw.Draw(picture)
    side = round(measures.tile)
    mask = _rounded((side, side), side * 0.1)
    step = measures.tile + measures.gap
    for index, tile in enumerate(tiles):
        row, column = divmod(index, measures.columns)
        x, y = round(corner[0] + column * step), round(corner[1] + row * step)
        picture.paste(_tile_face(tile, side, lettering), (x, y), mask)
        radius = side * 0.15
        centre = (x + radius * 1.25, y + radius * 1.25)
        draw.circle(centre, radius * 1.12, fill=_PAPER)
        draw.circle(centre, radius, fill=accent)
        draw.text(centre, str(index + 1), _PAPER, lettering.font(radius * 1.1), anchor="mm")


def _tile_face(tile: Tile, side: int, lettering: Lettering) -> Image.Image:
    if tile.image is not None:
        return ImageOps.fit(tile.image, (side, side), Image.Resampling.BICUBIC)
    face = Image.new("RGB", (side, side), _TILE)
    draw = ImageDraw.Draw(face)
    draw.text((side / 2, side * 0.52), "foreign link", _INK, lettering.font(side * 0.13), anchor="mm")
    host = lettering.shorten(lettering.readable(tile.label)[0], side * 0.9, side * 0.11)
    draw.text((side / 2, side * 0.72), host, _SOFT, lettering.font(side * 0.11), anchor="mm")
    return face


def accent_of(near: Colour) -> Colour:
    """Return a scene's nearest hill as a colour for letters and badges: dark enough on paper."""
    return blend(near, _INK, 0.25)
