"""`/seedream`: a prompt, options and pictures in; a job out."""

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.discord_bot import SeedreamBot
from bot.domain.links import parse_links
from bot.domain.request import DEFAULT_SIZE, MAX_PROMPT_LENGTH, RequestDraft
from bot.domain.sizes import Version
from bot.domain.sources import Picture, Source, TaskResults, Tray
from bot.errors import StorageUnavailable
from bot.intake import take_in
from bot.interactions import parent_id
from bot.presentation.choices import AUTO, MAX_CHOICE, image_count_choices, size_choices, task_choices, version_choices

BotInteraction = discord.Interaction[SeedreamBot]

MAX_TEXT = 6000
"""Characters of an option. Source:
https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
"""

_log = structlog.get_logger(__name__)


class Seedream(commands.Cog):
    """The slash command."""

    def __init__(self, bot: SeedreamBot) -> None:
        self.bot = bot

    @app_commands.command(name="seedream", description="Make pictures from a prompt, and from pictures of yours.")
    @app_commands.describe(
        prompt="What the picture should show; call your pictures image 1, image 2 … in the order you attach them.",
        version="Which Seedream draws. Default: 5.0-lite.",
        size="2K, 3K or 4K, or exact pixels such as 2560x1440. Default: 2K.",
        max_images="How many pictures, 1 to 15. Default: 1. Pictures are paid for one by one.",
        image_urls="Links to pictures or Discord messages, with blanks between; numbered after attached pictures.",
        from_task="An earlier task whose pictures are to be used; they are numbered after the links.",
        use_tray="Whether to use what you collected with Add to references; numbered last.",
        **{f"image{n}": f"Reference image {n}: JPEG, PNG, WebP, BMP, TIFF or GIF, up to 10 MB." for n in range(1, 15)},
    )
    @app_commands.choices(version=[app_commands.Choice(name=name, value=value) for name, value in version_choices()])
    @app_commands.choices(
        max_images=[app_commands.Choice(name=name, value=value) for name, value in image_count_choices()]
    )
    async def seedream(  # noqa: PLR0917 - Discord's options are the parameters of the callback
        self,
        interaction: BotInteraction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT_LENGTH],
        version: str = Version.V5_0_LITE.value,
        size: str = DEFAULT_SIZE.value,
        max_images: int = 1,
        image_urls: app_commands.Range[str, 1, MAX_TEXT] | None = None,
        from_task: app_commands.Range[str, 1, MAX_CHOICE] | None = None,
        use_tray: bool = False,
        image1: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        image9: discord.Attachment | None = None,
        image10: discord.Attachment | None = None,
        image11: discord.Attachment | None = None,
        image12: discord.Attachment | None = None,
        image13: discord.Attachment | None = None,
        image14: discord.Attachment | None = None,
    ) -> None:
        """Take the command in; the options are the parameters."""
        first = (image1, image2, image3, image4, image5, image6, image7)
        second = (image8, image9, image10, image11, image12, image13, image14)
        attachments = [attachment for attachment in first + second if attachment is not None]
        draft = RequestDraft(prompt, version, size, None if max_images == AUTO else max_images)
        links = parse_links(image_urls or "")
        sources: list[Source] = [Picture(attachment.url, attachment.filename) for attachment in attachments]
        sources += links.sources
        if from_task and from_task.strip():
            sources.append(TaskResults(from_task.strip()))
        if use_tray:
            sources.append(Tray())
        await take_in(interaction, draft, sources, links.problems)

    @seedream.autocomplete("size")
    async def suggest_sizes(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the sizes of the version that is chosen so far."""
        version = getattr(interaction.namespace, "version", None)
        return [
            app_commands.Choice(name=name, value=value)
            for name, value in size_choices(version if isinstance(version, str) else None, typed)
        ]

    @seedream.autocomplete("from_task")
    async def suggest_tasks(self, interaction: BotInteraction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the person's last tasks in this channel and its threads."""
        here = parent_id(interaction) or interaction.channel_id or 0
        try:
            tasks = await interaction.client.desk.recent(interaction.user.id, here)
        except StorageUnavailable as error:
            _log.warning("no earlier tasks to suggest", error=str(error))
            return []
        return [app_commands.Choice(name=name, value=value) for name, value in task_choices(tasks, typed)]


async def setup(bot: SeedreamBot) -> None:
    """Add the cog."""
    await bot.add_cog(Seedream(bot))
