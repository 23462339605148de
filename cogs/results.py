"""The buttons under results."""

import re
from typing import Any, Self

import discord
from discord.ext import commands

from bot.discord_bot import SeedreamBot, answering
from bot.forms import open_form, seen_in
from bot.presentation.buttons import USE

BotInteraction = discord.Interaction[SeedreamBot]


class UseAsReference(
    discord.ui.DynamicItem[discord.ui.Item[Any]], template=rf"{USE}(?P<job>[0-9a-f]{{16}}):(?P<first>\d+)"
):
    """Opens the form for the pictures of the message it stands under, for whoever presses it."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        """Return the button as it was pressed."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form."""
        if interaction.message is not None:
            await answering(interaction, _use(interaction, interaction.message))


async def _use(interaction: BotInteraction, message: discord.Message) -> None:
    seen = await seen_in(interaction, message)
    await open_form(interaction, interaction.client.desk.form(interaction.user.id, seen.pictures))


class Results(commands.Cog):
    """What can be done with results."""

    def __init__(self, bot: SeedreamBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Listen to the buttons, those of earlier processes too."""
        self.bot.add_dynamic_items(UseAsReference)

    async def cog_unload(self) -> None:
        """Stop listening."""
        self.bot.remove_dynamic_items(UseAsReference)


async def setup(bot: SeedreamBot) -> None:
    """Add the cog."""
    await bot.add_cog(Results(bot))
