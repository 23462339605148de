"""The words of forms that cannot be opened or taken in."""

# ruff: noqa: ARG001 - a class without data still is the argument that picks its words

from bot.errors import FormError, FormForgotten, FormOfAnother, NoPictureSeen, NothingSeen, TrayEmpty
from bot.presentation.errors.base import describe
from bot.presentation.forms import named
from bot.presentation.i18n import _
from bot.presentation.wording import listing


@describe.register
def _form(error: FormError) -> str:
    return _("This form cannot be used.")


@describe.register
def _nothing(error: NothingSeen) -> str:
    return _(
        "There are no pictures in this message. I looked at its files, the pictures in its embeds and its galleries. "
        "Use this on a message that shows a picture."
    )


@describe.register
def _no_picture(error: NoPictureSeen) -> str:
    seen = listing([named(name, kind) for name, kind in zip(error.names, error.kinds, strict=False)])
    return _(
        "There are no pictures in this message that Seedream could use. I found {seen}. Use this on a message that "
        "shows a picture."
    ).format(seen=seen)


@describe.register
def _forgotten(error: FormForgotten) -> str:
    return _(
        "It is no longer known which pictures this form was about: it has been used already, or was opened more than a "
        "day ago. Please open it anew, from the message with the pictures."
    )


@describe.register
def _of_another(error: FormOfAnother) -> str:
    return _("Somebody else has opened this. Please open your own, from the message with the pictures.")


@describe.register
def _tray(error: TrayEmpty) -> str:
    return _(
        "There is nothing in your tray here; it is kept for an hour after the last picture. Right-click a message with "
        "pictures and choose Apps, then “Add to references”."
    )
