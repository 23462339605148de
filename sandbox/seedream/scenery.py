"""The picture behind the words: a quiet evening of sky, sun and hills, the same for the same prompt and number."""

import hashlib
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Colours of one time of day: sky from top to horizon, the sun, the farthest and the nearest hill."""

    zenith: Colour
    horizon: Colour
    sun: Colour
    far: Colour
    near: Colour


_PALETTES = (
    Palette((86, 116, 158), (247, 214, 190), (255, 240, 214), (186, 172, 186), (48, 66, 92)),
    Palette((58, 92, 112), (228, 226, 196), (255, 250, 226), (150, 178, 172), (28, 62, 66)),
    Palette((92, 84, 138), (250, 200, 178), (255, 232, 196), (190, 150, 172), (58, 44, 82)),
    Palette((120, 168, 196), (244, 238, 222), (255, 253, 240), (168, 196, 196), (62, 100, 104)),
    Palette((196, 132, 104), (252, 226, 178), (255, 246, 216), (206, 154, 124), (92, 56, 52)),
    Palette((44, 58, 96), (176, 178, 208), (246, 244, 252), (112, 122, 164), (24, 30, 58)),
    Palette((128, 152, 122), (244, 236, 204), (255, 250, 228), (170, 184, 146), (58, 78, 58)),
    Palette((150, 112, 132), (250, 220, 214), (255, 244, 236), (202, 164, 172), (78, 54, 74)),
)
_HILLS = 4


@dataclass(frozen=True)
class Scene:
    """What there is to paint; `seed` differs from number to number, the palette only from prompt to prompt."""

    palette: Palette
    seed: int


def scene_for(prompt: str, number: int) -> Scene:
    """Return the scene of a prompt's picture number `number`."""
    digest = hashlib.sha256(prompt.encode("utf-8", "backslashreplace")).digest()
    return Scene(_PALETTES[digest[0] % len(_PALETTES)], int.from_bytes(digest[1:8], "big") + number)


def paint(scene: Scene, width: int, height: int) -> Image.Image:
    """Return the scene as an RGB picture."""
    dice = random.Random(scene.seed)  # noqa: S311 - scenery, not secrets
    picture = _sky(scene.palette, width, height)
    _sun(picture, scene.palette, dice)
    draw = ImageDraw.Draw(picture)
    for layer in range(_HILLS):
        nearness = layer / (_HILLS - 1)
        colour = blend(scene.palette.far, scene.palette.near, nearness**1.15)
        draw.polygon(_ridge(width, height, nearness, dice), fill=colour)
    return picture


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour between two; `share` 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _sky(palette: Palette, width: int, height: int) -> Image.Image:
    steps = 64
    strip = Image.new("RGB", (1, steps))
    for step in range(steps):
        share = min(1.0, step / (steps * 0.62))
        strip.putpixel((0, step), blend(palette.zenith, palette.horizon, share**0.85))
    return strip.resize((1, height), Image.Resampling.BICUBIC).resize((width, height), Image.Resampling.NEAREST)


def _sun(picture: Image.Image, palette: Palette, dice: random.Random) -> None:
    short = min(picture.size)
    centre = (picture.width * dice.uniform(0.22, 0.78), picture.height * dice.uniform(0.13, 0.3))
    glow = round(short * 0.42)
    # radial_gradient is 0 in the middle and 255 from its rim on.
    halo = Image.radial_gradient("L").point(
        [max(0, round(150 * (1 - level / 181) ** 2)) if level < 181 else 0 for level in range(256)]
    )
    halo = halo.resize((glow * 2, glow * 2), Image.Resampling.BILINEAR)
    picture.paste(palette.sun, (round(centre[0]) - glow, round(centre[1]) - glow), halo)
    radius = short * 0.075
    disc = Image.new("L", (256, 256))
    ImageDraw.Draw(disc).ellipse((2, 2, 253, 253), fill=255)
    side = round(radius * 2)
    picture.paste(
        palette.sun,
        (round(centre[0] - radius), round(centre[1] - radius)),
        disc.resize((side, side), Image.Resampling.BICUBIC),
    )


def _ridge(width: int, height: int, nearness: float, dice: random.Random) -> list[tuple[float, float]]:
    short = min(width, height)
    base = height * (0.42 + 0.34 * nearness)
    swing = min(height * 0.09, short * 0.16) * (1.1 - 0.4 * nearness)
    waves = [
        (dice.uniform(0.6, 1.2) / (2**octave), dice.uniform(0.5, 0.8) * 2**octave, dice.uniform(0, math.tau))
        for octave in range(4)
    ]
    step = max(1, short // 160)
    points: list[tuple[float, float]] = []
    for x in [*range(0, width, step), width]:
        along = x / (short * 1.2) * math.tau
        level = sum(size * math.sin(along * speed + shift) for size, speed, shift in waves)
        points.append((x, base + swing * level * 0.6))
    return [*points, (width, height), (0, height)]
