"""The words of broken request rules."""

# ruff: noqa: ARG001 - a class without data still is the argument that picks its words

from bot.errors import (
    AspectRatioOutOfRange,
    ImageCountNotUnderstood,
    ImageCountOutOfRange,
    LinkNotUnderstood,
    LinkWithPassword,
    PromptMissing,
    PromptTooLong,
    ReplyOutOfSight,
    RequestError,
    RequestRefused,
    SizeNotUnderstood,
    TierNotOffered,
    TooFewPixels,
    TooManyImagesTogether,
    TooManyPixels,
    TooManyReferences,
    UnknownVersion,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _, ngettext
from bot.presentation.wording import code, listing, number, shortened


def _quoted(text: str) -> str:
    return code(shortened(text, 60)) if text.strip() else _("an empty text")


@describe.register
def _request(error: RequestError) -> str:
    return _("This request breaks one of Seedream's rules.")


@describe.register
def _refused(error: RequestRefused) -> str:
    if len(error.problems) == 1:
        return describe(error.problems[0])
    lines = "\n".join(f"- {describe(problem)}" for problem in error.problems)
    return _("This cannot be sent as it is:") + "\n" + lines


@describe.register
def _prompt_missing(error: PromptMissing) -> str:
    return _("The prompt is empty. Describe the picture you would like.")


@describe.register
def _prompt_too_long(error: PromptTooLong) -> str:
    return _("The prompt has {length} characters; Seedream takes at most {limit}. Please shorten it.").format(
        length=number(error.length), limit=number(error.limit)
    )


@describe.register
def _reply(error: ReplyOutOfSight) -> str:
    return _(
        "I cannot see the pictures of the message you answered: Discord shows me those of other people's messages only "
        "in part. Right-click it and choose Apps, then Edit with Seedream; or attach the picture to your own message."
    )


@describe.register
def _version(error: UnknownVersion) -> str:
    return _("There is no version {text}. Choose {offered}.").format(
        text=_quoted(error.text), offered=listing(error.offered, _("or"))
    )


@describe.register
def _size(error: SizeNotUnderstood) -> str:
    return _("The size {text} is not understood. Choose {tiers}, or give pixels such as `2560x1440`.").format(
        text=_quoted(error.text), tiers=listing(error.tiers, _("or"))
    )


@describe.register
def _tier(error: TierNotOffered) -> str:
    return _("Version {version} does not draw {tier}. It offers {offered}, or exact pixels.").format(
        version=error.version, tier=error.tier, offered=listing(error.offered)
    )


@describe.register
def _aspect(error: AspectRatioOutOfRange) -> str:
    return _("{width}x{height} is too elongated: one side may be at most {limit} times as long as the other.").format(
        width=error.width, height=error.height, limit=error.limit
    )


@describe.register
def _few_pixels(error: TooFewPixels) -> str:
    return _(
        "{width}x{height} has too few pixels for version {version}: it draws {minimum} or more, for example {example}."
    ).format(
        width=error.width,
        height=error.height,
        version=error.version,
        minimum=number(error.minimum),
        example=error.example,
    )


@describe.register
def _many_pixels(error: TooManyPixels) -> str:
    return _(
        "{width}x{height} has too many pixels for version {version}: it draws at most {maximum}, for example {example}."
    ).format(
        width=error.width,
        height=error.height,
        version=error.version,
        maximum=number(error.maximum),
        example=error.example,
    )


@describe.register
def _count(error: ImageCountOutOfRange) -> str:
    return _("Ask for 1 to {limit} pictures, or for Auto; {count} is not possible.").format(
        limit=error.limit, count=error.count
    )


@describe.register
def _count_text(error: ImageCountNotUnderstood) -> str:
    return _("{text} is no number of pictures. Give one from 1 to 15, or auto.").format(text=_quoted(error.text))


@describe.register
def _references(error: TooManyReferences) -> str:
    return _("{count} reference images are too many; Seedream takes at most {limit}.").format(
        count=error.count, limit=error.limit
    )


@describe.register
def _together(error: TooManyImagesTogether) -> str:
    left = max(0, error.limit - error.references)
    asked = ngettext("{images} picture", "{images} pictures", error.images).format(images=error.images)
    given = ngettext("{count} reference image", "{count} reference images", error.references).format(
        count=error.references
    )
    return _(
        "{given} and {asked} make {total}; Seedream takes at most {limit} together. "
        "With {given} you can ask for at most {left}."
    ).format(given=given, asked=asked, total=error.references + error.images, limit=error.limit, left=left)


@describe.register
def _link(error: LinkNotUnderstood) -> str:
    return _(
        "{text} is no link to a picture. Links begin with https:// or http://, with blanks or commas between them."
    ).format(text=_quoted(error.text))


@describe.register
def _password(error: LinkWithPassword) -> str:
    return _(
        "A link to {host} has a name or a password in it, and I do not pass those on. "
        "Attach the picture, or give a link that works without."
    ).format(host=_quoted(error.host))
