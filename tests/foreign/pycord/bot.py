"""A small py-cord bot for the sandbox: it stamps files, and otherwise knows nothing of where it runs.

`DISCORD_API` is the REST API's base address, `DISCORD_TOKEN` the bot token. Its twin is `../discordjs/bot.js`.
"""

import io
import logging
import os

import discord
from discord.http import Route

STYLES = ("bold", "blue", "quiet")
LOOK, DONE = "\N{EYES}", "\N{WHITE HEAVY CHECK MARK}"

bot = discord.Bot(
    intents=discord.Intents(guilds=True, guild_messages=True, guild_reactions=True),
    allowed_mentions=discord.AllowedMentions.none(),
)


async def stamped(file: discord.Attachment, words: str) -> discord.File:
    """Download a file and return it with words at its end."""
    data = await file.read()
    return discord.File(io.BytesIO(data + f"\n{words}".encode()), file.filename)


class Notes(discord.ui.DesignerModal):
    """Asks for a note and for further files."""

    def __init__(self) -> None:
        self.note = discord.ui.InputText(custom_id="note", style=discord.InputTextStyle.long, max_length=200)
        self.extra = discord.ui.FileUpload(custom_id="extra", max_values=2, required=False)
        super().__init__(
            discord.ui.Label("Note", self.note),
            discord.ui.Label("Files", self.extra, description="Up to two"),
            title="A note on the stamp",
        )

    async def callback(self, interaction: discord.Interaction) -> None:
        """Answer with the note, and with the files in the order they were chosen."""
        files = [await stamped(file, "noted") for file in self.extra.values or []]
        await interaction.response.send_message(f"Noted: {self.note.value}", files=files)


class Desk(discord.ui.View):
    """The buttons below a stamped file; they outlive a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Keep", style=discord.ButtonStyle.success, custom_id="keep")
    async def keep(self, button: discord.ui.Button, interaction: discord.Interaction) -> None:
        """Say who keeps it, in the message itself, and be done."""
        button.disabled = True
        await interaction.response.edit_message(content=f"Kept by {interaction.user.display_name}.", view=self)

    @discord.ui.button(label="Whose?", custom_id="whose")
    async def whose(self, _: discord.ui.Button, interaction: discord.Interaction) -> None:
        """Answer the one who asks, and nobody else."""
        await interaction.response.send_message(f"Yours, {interaction.user.mention}.", ephemeral=True)

    @discord.ui.button(label="Note", style=discord.ButtonStyle.primary, custom_id="note")
    async def note(self, _: discord.ui.Button, interaction: discord.Interaction) -> None:
        """Open the form."""
        await interaction.response.send_modal(Notes())


async def suggest(ctx: discord.AutocompleteContext) -> list[str]:
    """Return the styles that begin with what was typed."""
    return [style for style in STYLES if style.startswith(ctx.value)]


@bot.slash_command(description="Put a stamp on a file")
@discord.option("file", discord.Attachment, description="What to stamp")
@discord.option("style", str, description="How to stamp it", autocomplete=suggest, default="plain")
async def stamp(ctx: discord.ApplicationContext, file: discord.Attachment, style: str) -> None:
    """Stamp a file, and open a thread for what is to be done with it."""
    await ctx.defer()
    result = await stamped(file, f"stamped, {style}")
    answer = await ctx.interaction.edit_original_response(content=f"A {style} stamp.", file=result)
    thread = await answer.create_thread(name=f"Stamp on {file.filename}", auto_archive_duration=60)
    await thread.send("What now?", view=Desk())


@bot.message_command(name="Count files")
async def count_files(ctx: discord.ApplicationContext, message: discord.Message) -> None:
    """Count the files of a message."""
    await ctx.respond(f"{len(message.attachments)} files by {message.author.display_name}.", ephemeral=True)


@bot.event
async def on_connect() -> None:
    """Know the buttons before anybody can press one; py-cord itself registers the commands here."""
    bot.add_view(Desk())
    await bot.sync_commands()


@bot.event
async def on_raw_reaction_add(payload: discord.RawReactionActionEvent) -> None:
    """Tick off what somebody wants looked at."""
    if str(payload.emoji) == LOOK:
        await bot.get_partial_messageable(payload.channel_id).get_partial_message(payload.message_id).add_reaction(DONE)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    Route.API_BASE_URL = os.environ["DISCORD_API"]
    bot.run(os.environ["DISCORD_TOKEN"])  # until SIGTERM
