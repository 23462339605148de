"""What the bot says to somebody who reacted to a message with pictures."""

import discord

from bot.presentation.forms import button_view
from bot.presentation.i18n import _, ngettext

OFFER = "offer:"
"""How the `custom_id` begins of the button that opens the form; the message and the person follow."""


def offer_words(user_id: int) -> str:
    """Return who is meant, and what the button is for."""
    return _("<@{user}>, describe what these pictures are to become.").format(user=user_id)


def offer_view(message_id: int, user_id: int, pictures: int) -> discord.ui.View:
    """Return the button, which works as long as the message it stands under."""
    label = ngettext("Describe the edit ({count} picture)", "Describe the edit ({count} pictures)", pictures).format(
        count=pictures
    )
    return button_view(label, f"{OFFER}{message_id}:{user_id}")
