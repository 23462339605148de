"""A small discord.py bot with one of everything that a page can use."""

import asyncio
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands


class Questions(discord.ui.Modal, title="Questions"):
    """A modal with a text, a menu and files."""

    name: discord.ui.Label[Any] = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(custom_id="name", max_length=20)
    )
    colour: discord.ui.Label[Any] = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(
            custom_id="colour", options=[discord.SelectOption(label="Red"), discord.SelectOption(label="Blue")]
        ),
    )
    files: discord.ui.Label[Any] = discord.ui.Label(
        text="Files", component=discord.ui.FileUpload(custom_id="files", required=False, max_values=2)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, colour, files = self.name.component, self.colour.component, self.files.component
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(colour, discord.ui.Select)
        assert isinstance(files, discord.ui.FileUpload)
        names = [item.filename for item in files.values]
        await interaction.response.send_message(f"modal: {name.value} {colour.values} {names}")


class Parts(discord.ui.View):
    """A button, and menus of several kinds."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Press", custom_id="press")
    async def press(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="pressed")

    @discord.ui.button(label="Silent", custom_id="silent")
    async def silent(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        """Say nothing."""

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        """Cannot be pressed."""

    @discord.ui.select(
        custom_id="menu", options=[discord.SelectOption(label="One"), discord.SelectOption(label="Two")], max_values=1
    )
    async def menu(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"chosen: {select.values}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="people")
    async def people(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"people: {[user.name for user in select.values]}")


class TrialBot(commands.AutoShardedBot):
    """The bot; `started` is set once its commands are registered."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            guild_ready_timeout=0.02,
            intents=discord.Intents.default(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.started = asyncio.Event()

    async def setup_hook(self) -> None:
        self.tree.add_command(_try)
        self.tree.add_command(_group)
        self.tree.add_command(_read)
        self.tree.add_command(_greet)
        self.add_view(Parts())
        await self.tree.sync()
        self.started.set()


@app_commands.command(name="try", description="Try something.")
async def _try(
    interaction: discord.Interaction,
    what: str,
    count: app_commands.Range[int, 1, 3] = 1,
    flag: bool = False,
    image: discord.Attachment | None = None,
    who: discord.User | None = None,
    where: discord.TextChannel | None = None,
    role: discord.Role | None = None,
) -> None:
    match what:
        case "silence":
            return
        case "secret":
            await interaction.response.send_message("between us", ephemeral=True)
        case "modal":
            await interaction.response.send_modal(Questions(custom_id=f"questions-{interaction.id}"))
        case "parts":
            await interaction.response.send_message("parts", view=Parts())
        case "defer":
            await interaction.response.defer(thinking=True)
        case _:
            parts: list[Any] = [count, flag, image and image.filename, who and who.name, where and where.name]
            await interaction.response.send_message(f"{what}: {[*parts, role and role.name]}")


@_try.autocomplete("what")
async def _suggest(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    if current == "silence":
        await asyncio.Event().wait()
    return [app_commands.Choice(name=f"{current} and more", value=f"{current}!")]


_group = app_commands.Group(name="group", description="A group.")


@_group.command(name="inner", description="Inside.")
async def _inner(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.send_message(f"inner: {text}")


@app_commands.context_menu(name="Read")
async def _read(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"read: {message.content}")


@app_commands.context_menu(name="Greet")
async def _greet(interaction: discord.Interaction, user: discord.Member) -> None:
    await interaction.response.send_message(f"greetings, {user.name}")
