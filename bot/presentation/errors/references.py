"""The words of reference images that cannot be used: each names the image by number and file name."""

from bot.domain.references import ACCEPTED_FORMATS, MAX_FILE_BYTES
from bot.errors import (
    AnimatedImage,
    DamagedImage,
    ImageBeyondScaling,
    ImageFileEmpty,
    ImageFileTooLarge,
    ImageInPieces,
    ImageTooElongated,
    ImageTooManyPixels,
    ImageTooSmall,
    NotAnImage,
    PhoneImageFormat,
    ReferenceAddressRefused,
    ReferenceGone,
    ReferenceImageError,
    ReferenceIsPage,
    ReferenceRedirected,
    ReferencesRefused,
    ReferenceTooSlow,
    ReferenceUnreachable,
    ReferenceUploadFailed,
    UnsupportedImageFormat,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _
from bot.presentation.wording import file_size, listing, number, plain, shortened


def _named(error: ReferenceImageError, sentence: str) -> str:
    name = plain(shortened(error.filename, 60))
    return _("Image {number}, {name}: {sentence}").format(number=error.number, name=name, sentence=sentence)


def _accepted() -> str:
    return _("Accepted are {formats}.").format(formats=listing(ACCEPTED_FORMATS))


@describe.register
def _refused(error: ReferencesRefused) -> str:
    return "\n".join(describe(problem) for problem in error.problems)


@describe.register
def _reference(error: ReferenceImageError) -> str:
    return _named(error, _("cannot be used as a reference."))


@describe.register
def _not_an_image(error: NotAnImage) -> str:
    return _named(error, _("not an image.") + " " + _accepted())


@describe.register
def _format(error: UnsupportedImageFormat) -> str:
    return _named(error, _("{format} is not taken by Seedream.").format(format=error.format) + " " + _accepted())


@describe.register
def _phone(error: PhoneImageFormat) -> str:
    return _named(
        error,
        _(
            "{format} is not taken by Seedream. Export it as JPEG or PNG "
            "(on an iPhone, sharing it with the option “Most Compatible” does that) and attach that."
        ).format(format=error.format),
    )


@describe.register
def _animated(error: AnimatedImage) -> str:
    return _named(
        error,
        _("it has {frames} frames, and Seedream takes still pictures. Save the frame you mean as PNG or JPEG.").format(
            frames=error.frames
        ),
    )


@describe.register
def _damaged(error: DamagedImage) -> str:
    return _named(error, _("the file is damaged or incomplete. Open and save it anew, or attach another copy."))


@describe.register
def _in_pieces(error: ImageInPieces) -> str:
    return _named(
        error, _("the file is cut into more pieces than image programs write. Open it, save it anew, and attach that.")
    )


@describe.register
def _too_large(error: ImageFileTooLarge) -> str:
    return _named(
        error,
        (
            _("larger than {limit}, the most Seedream takes. Save it smaller, for example as JPEG.")
            if error.limit <= MAX_FILE_BYTES
            else _("larger than {limit}, the most I can scale down. Save it smaller, for example as JPEG.")
        ).format(limit=file_size(error.limit)),
    )


@describe.register
def _empty(error: ImageFileEmpty) -> str:
    return _named(error, _("the file is empty. Please attach it again."))


@describe.register
def _small(error: ImageTooSmall) -> str:
    return _named(
        error,
        _("{width}x{height} pixels are too few; each side needs {minimum} or more.").format(
            width=error.width, height=error.height, minimum=error.minimum
        ),
    )


@describe.register
def _pixels(error: ImageTooManyPixels) -> str:
    return _named(
        error,
        _("{width}x{height} pixels are too many; Seedream takes at most {maximum} in all. Scale it down.").format(
            width=number(error.width), height=number(error.height), maximum=number(error.maximum)
        ),
    )


@describe.register
def _beyond(error: ImageBeyondScaling) -> str:
    return _named(
        error,
        _(
            "{width}x{height} pixels are more than I can scale down. Scale it to at most {maximum} pixels in all, "
            "or save it as an ordinary JPEG."
        ).format(width=number(error.width), height=number(error.height), maximum=number(error.maximum)),
    )


@describe.register
def _elongated(error: ImageTooElongated) -> str:
    return _named(
        error,
        _("{width}x{height} is too elongated; one side may be at most {limit} times as long as the other.").format(
            width=error.width, height=error.height, limit=error.limit
        ),
    )


@describe.register
def _gone(error: ReferenceGone) -> str:
    return _named(error, _("it is not, or no longer, to be had there. Please attach it."))


@describe.register
def _unreachable(error: ReferenceUnreachable) -> str:
    return _named(error, _("could not be downloaded just now. Please try again in a minute."))


@describe.register
def _address(error: ReferenceAddressRefused) -> str:
    return _named(error, _("the bot does not fetch anything from {host}.").format(host=plain(error.host)))


@describe.register
def _redirected(error: ReferenceRedirected) -> str:
    return _named(
        error,
        _("its link leads on to others more than {limit} times. Give the address of the picture itself.").format(
            limit=error.limit
        ),
    )


@describe.register
def _slow(error: ReferenceTooSlow) -> str:
    return _named(error, _("its server takes too long to send it. Please attach the picture instead."))


@describe.register
def _page(error: ReferenceIsPage) -> str:
    return _named(
        error,
        _(
            "its link leads to a web page, not to a picture. Open it, right-click the picture there, "
            "and copy the address of the picture itself; or attach the picture."
        ),
    )


@describe.register
def _upload(error: ReferenceUploadFailed) -> str:
    return _named(error, _("Seedream's file service did not take it. Please try again in a minute."))
