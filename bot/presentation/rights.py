"""Discord's own names of the permissions the bot talks about."""

from collections.abc import Iterable

from bot.domain.place import Right
from bot.presentation.i18n import _
from bot.presentation.wording import listing


def right_names(rights: Iterable[str]) -> str:
    """Return permissions as Discord's English client names them, as a listing."""
    names = {
        Right.VIEW_CHANNEL: _("View Channel"),
        Right.SEND_MESSAGES: _("Send Messages"),
        Right.SEND_MESSAGES_IN_THREADS: _("Send Messages in Threads"),
        Right.CREATE_PUBLIC_THREADS: _("Create Public Threads"),
        Right.ATTACH_FILES: _("Attach Files"),
        Right.EMBED_LINKS: _("Embed Links"),
        Right.READ_MESSAGE_HISTORY: _("Read Message History"),
    }
    return listing(f"“{names[Right(right)]}”" for right in rights)
