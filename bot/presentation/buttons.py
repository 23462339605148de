"""The buttons under a job's messages, known again by their `custom_id` in every process."""

import discord

from bot.domain.job import Job
from bot.presentation.forms import button_view
from bot.presentation.i18n import _

USE = "use:"
"""How the `custom_id` begins of the button that takes results as references."""


def result_buttons(job: Job, first: int) -> discord.ui.View:
    """Return the buttons under a message of results; `first` is the number of its first picture."""
    return button_view(_("Use as reference"), f"{USE}{job.id}:{first}")
