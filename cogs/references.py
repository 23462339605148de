"""Right-click a message: edit its pictures at once, or collect them; and the form that both lead to."""

import re
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_bot import SeedreamBot, answering
from bot.domain.sources import picture_key
from bot.errors import FormOfAnother, TrayEmpty
from bot.forms import open_anew, open_form, seen_in, take_form
from bot.presentation.forms import AGAIN, PREFIX
from bot.presentation.i18n import speaking
from bot.presentation.tray import EMPTY, GENERATE, TAKE_OUT, mark_of, tray_view

BotInteraction = discord.Interaction[SeedreamBot]


class TryAgain(discord.ui.DynamicItem[discord.ui.Item[Any]], template=rf"{AGAIN}(?P<form>\w+)"):
    """The button under a refusal that opens the form as it was filled in."""

    def __init__(self, item: discord.ui.Item[Any], form_id: str) -> None:
        super().__init__(item)
        self.form_id = form_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the button as it was pressed."""
        return cls(item, match["form"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form."""
        await answering(interaction, open_anew(interaction, self.form_id))


class TrayControl(
    discord.ui.DynamicItem[discord.ui.Item[Any]],
    template=rf"tray:(?P<verb>{TAKE_OUT}|{GENERATE}|{EMPTY}):(?P<user>\d+):(?P<channel>\d+)",
):
    """A tray's menu and buttons; what is in it is looked up, so that they work however old they are."""

    def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)
        self.verb = match["verb"]
        self.user_id = int(match["user"])
        self.channel_id = int(match["channel"])

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the control as it was used."""
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what it says."""
        await answering(
            interaction, self._generate(interaction) if self.verb == GENERATE else self._change(interaction)
        )

    async def _generate(self, interaction: BotInteraction) -> None:
        self._require_owner(interaction)
        desk = interaction.client.desk
        pictures = await desk.tray(self.user_id, self.channel_id)
        if not pictures:
            raise TrayEmpty
        await open_form(interaction, desk.form(self.user_id, pictures, tray_id=self.channel_id))

    async def _change(self, interaction: BotInteraction) -> None:
        self._require_owner(interaction)
        desk = interaction.client.desk
        await interaction.response.defer()
        if self.verb == EMPTY:
            await desk.empty(self.user_id, self.channel_id)
        else:
            marks = set(_chosen(interaction))
            present = await desk.tray(self.user_id, self.channel_id)
            keys = {picture_key(picture.url) for picture in present if mark_of(picture) in marks}
            await desk.take_out(self.user_id, self.channel_id, keys)
        left = await desk.tray(self.user_id, self.channel_id)
        with speaking(interaction.locale.value):
            view = tray_view(self.user_id, self.channel_id, left)
        await interaction.edit_original_response(view=view)

    def _require_owner(self, interaction: BotInteraction) -> None:
        if interaction.user.id != self.user_id:
            raise FormOfAnother


def _chosen(interaction: BotInteraction) -> list[str]:
    data: Any = interaction.data
    return [str(value) for value in data.get("values", ())]


class References(commands.Cog):
    """The commands of a message's menu, and what comes back of forms."""

    def __init__(self, bot: SeedreamBot) -> None:
        self.bot = bot
        self.menus = [
            app_commands.ContextMenu(name="Edit with Seedream", callback=self.edit),
            app_commands.ContextMenu(name="Add to references", callback=self.collect),
        ]

    async def cog_load(self) -> None:
        """Add the menus and the controls."""
        for menu in self.menus:
            self.bot.tree.add_command(menu)
        self.bot.add_dynamic_items(TryAgain, TrayControl)

    async def cog_unload(self) -> None:
        """Take them away."""
        for menu in self.menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)
        self.bot.remove_dynamic_items(TryAgain, TrayControl)

    async def edit(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Open the form for the pictures of a message."""
        seen = await seen_in(interaction, message)
        await open_form(interaction, self.bot.desk.form(interaction.user.id, seen.pictures, seen.left_out))

    async def collect(self, interaction: BotInteraction, message: discord.Message) -> None:
        """Put the pictures of a message into the person's tray of this channel, and show it to them alone."""
        seen = await seen_in(interaction, message)
        await interaction.response.defer(ephemeral=True, thinking=True)
        owner, place = interaction.user.id, interaction.channel_id or 0
        collected = await self.bot.desk.collect(owner, place, seen.pictures)
        with speaking(interaction.locale.value):
            view = tray_view(owner, place, collected.pictures, collected=collected, left_out=seen.left_out)
        await interaction.edit_original_response(view=view)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Take in the forms that are sent, also those that an earlier process has opened."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.modal_submit and data["custom_id"].startswith(PREFIX):
            await take_form(interaction)


async def setup(bot: SeedreamBot) -> None:
    """Add the cog."""
    await bot.add_cog(References(bot))
