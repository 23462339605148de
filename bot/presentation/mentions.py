"""What the bot says to people who mention it, beside the card."""

from bot.presentation.i18n import _
from bot.presentation.panel import CONTENT
from bot.presentation.wording import abridged


def usage() -> str:
    """Return how to ask for a picture by a mention."""
    return _(
        "Hello! Mention me with what you would like to see, and attach pictures or answer a message with some if they "
        "are to be changed: “turn this into clay, 3K, 4 images”. `/seedream` does the same, with every option to "
        "choose from."
    )


def answered(words: str, *, user_id: int | None = None, channel_id: int | None = None) -> str:
    """Return words as they are sent: to whom, where they answer no message; about where, if that is elsewhere."""
    if channel_id is not None:
        words = _("About your message in <#{channel}>:").format(channel=channel_id) + "\n" + words
    if user_id is not None:
        words = f"<@{user_id}> {words}"
    return abridged(words, CONTENT)
