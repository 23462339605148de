"""What can be wrong with one reference image; each error names the image by number and file name."""

from dataclasses import dataclass
from typing import ClassVar

from bot.errors.base import BotError


@dataclass(eq=False)
class ReferenceImageError(BotError):
    """One reference image cannot be used; `number` counts from 1 in the order the images are sent."""

    number: int
    filename: str


@dataclass(eq=False)
class ReferencesRefused(BotError):
    """Every reference image that cannot be used, in order."""

    problems: tuple[ReferenceImageError, ...]


@dataclass(eq=False)
class NotAnImage(ReferenceImageError):
    """The bytes are no picture of any format we know."""


@dataclass(eq=False)
class UnsupportedImageFormat(ReferenceImageError):
    """A picture, but of a format the API does not take."""

    format: str


@dataclass(eq=False)
class PhoneImageFormat(ReferenceImageError):
    """A HEIC or AVIF picture, as phones make them; it wants exporting as JPEG."""

    format: str


@dataclass(eq=False)
class AnimatedImage(ReferenceImageError):
    """A picture of several frames; the API wants one."""

    frames: int


@dataclass(eq=False)
class DamagedImage(ReferenceImageError):
    """A picture that breaks off or cannot be decoded."""


@dataclass(eq=False)
class ImageInPieces(ReferenceImageError):
    """A file cut into so many pieces that looking through them takes too long."""


@dataclass(eq=False)
class ImageFileTooLarge(ReferenceImageError):
    """More bytes than the API takes."""

    limit: int


@dataclass(eq=False)
class ImageFileEmpty(ReferenceImageError):
    """A file without a single byte."""


@dataclass(eq=False)
class ImageTooSmall(ReferenceImageError):
    """A side is not longer than the API's minimum."""

    width: int
    height: int
    minimum: int


@dataclass(eq=False)
class ImageTooManyPixels(ReferenceImageError):
    """More pixels than the API takes, or than is safe to decode."""

    width: int
    height: int
    maximum: int


@dataclass(eq=False)
class ImageBeyondScaling(ReferenceImageError):
    """More pixels than the bot can scale down in the memory it allows itself."""

    width: int
    height: int
    maximum: int


@dataclass(eq=False)
class ImageTooElongated(ReferenceImageError):
    """A picture more than 16 times as wide as high, or the other way round."""

    width: int
    height: int
    limit: int


@dataclass(eq=False)
class ReferenceGone(ReferenceImageError):
    """The file is not, or no longer, where the link says; or its server does not give it to everybody."""


@dataclass(eq=False)
class ReferenceUnreachable(ReferenceImageError):
    """The file could not be downloaded just now."""

    reason: str
    retryable: ClassVar[bool] = True


@dataclass(eq=False)
class ReferenceAddressRefused(ReferenceImageError):
    """The link leads to an address the bot does not fetch from."""

    host: str


@dataclass(eq=False)
class ReferenceRedirected(ReferenceImageError):
    """The link leads on and on."""

    limit: int


@dataclass(eq=False)
class ReferenceTooSlow(ReferenceImageError):
    """The download took longer than is waited for."""


@dataclass(eq=False)
class ReferenceIsPage(ReferenceImageError):
    """The link leads to a page of the web, which may well show the picture that was meant."""


@dataclass(eq=False)
class ReferenceUploadFailed(ReferenceImageError):
    """The files API did not take a sound picture."""

    reason: str
