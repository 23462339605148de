"""Two small pictures for the demo to attach: somebody's sketch of a lighthouse, and of a red boat."""

from io import BytesIO

from PIL import Image, ImageDraw

SIDE = 768
_SKY = "#dce9f2"
_SEA = "#7fa6bd"


def lighthouse() -> bytes:
    """Return a PNG of a lighthouse on a rock."""
    image, draw = _shore()
    draw.polygon([(120, 600), (300, 470), (480, 470), (660, 600)], fill="#6d6459")
    draw.polygon([(320, 480), (352, 180), (416, 180), (448, 480)], fill="#f6f1e7")
    for top, half in ((250, 41), (340, 50), (430, 59)):
        draw.polygon(
            [(384 - half, top + 34), (384 - half + 4, top), (384 + half - 4, top), (384 + half, top + 34)], "#b4453a"
        )
    draw.rectangle((344, 128, 424, 180), fill="#2f3b46")
    draw.rectangle((356, 138, 412, 172), fill="#ffd877")
    draw.polygon([(336, 128), (384, 84), (432, 128)], fill="#b4453a")
    draw.polygon([(412, 140), (760, 60), (760, 220), (412, 170)], fill="#fff2c4")
    return _png(image)


def red_boat() -> bytes:
    """Return a PNG of a red sailing boat."""
    image, draw = _shore()
    draw.polygon([(180, 540), (600, 540), (530, 630), (250, 630)], fill="#c23b2e")
    draw.rectangle((378, 190, 390, 540), fill="#5b4632")
    draw.polygon([(396, 200), (396, 500), (590, 500)], fill="#fbf8f0")
    draw.polygon([(372, 240), (372, 500), (230, 500)], fill="#efe6d2")
    draw.polygon([(390, 190), (390, 226), (450, 208)], fill="#2f3b46")
    return _png(image)


def _shore() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (SIDE, SIDE), _SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, SIDE, SIDE), fill=_SEA)
    for row in range(590, SIDE, 36):
        draw.arc((row % 90 - 60, row, row % 90 + 240, row + 28), 200, 340, fill="#a9c6d6", width=4)
        draw.arc((row % 70 + 380, row, row % 70 + 680, row + 28), 200, 340, fill="#a9c6d6", width=4)
    return image, draw


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
