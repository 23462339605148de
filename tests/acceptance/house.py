"""The whole bot in the sandbox, over sockets, as the acceptance tests use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from bot.app import App
from bot.config import Settings
from bot.domain.references import SHEET_FILENAME
from sandbox.clock import ManualClock
from sandbox.discord import Attachment, Channel, File, Guild, Interaction, Message, Person
from sandbox.reading import labelled, status, task_id, words
from sandbox.seedream import LedgerEntry, TaskPlan, Upload
from sandbox.world import SandboxWorld

SMALL = TaskPlan(drawn_size=(160, 120), image_format="png")


def picture(number: int = 1, *, size: tuple[int, int] = (64, 48), form: str = "PNG", name: str | None = None) -> File:
    """Return a picture whose bytes differ by number."""
    buffer = BytesIO()
    Image.new("RGB", size, (number * 16 % 256, number * 40 % 256, 90)).save(buffer, form)
    return File(name or f"photo{number}.{form.lower()}", buffer.getvalue())


@dataclass
class House:
    """A server with a channel, a person in it, and the bot; nothing in it is mocked."""

    world: SandboxWorld
    clock: ManualClock
    folder: Path
    guild: Guild
    channel: Channel
    person: Person
    sections: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    app: App | None = None

    @classmethod
    def build(cls, world: SandboxWorld, clock: ManualClock, folder: Path) -> "House":
        """Furnish the sandbox."""
        world.seedream.plan = SMALL
        guild = world.discord.add_guild("Atelier")
        channel = guild.add_text_channel("pictures")
        return cls(world, clock, folder, guild, channel, world.discord.add_person("mara"))

    async def start(self, **sections: Mapping[str, Any]) -> None:
        """Start the bot and wait until Discord has it."""
        self.sections = {**self.sections, **sections}
        settings = Settings.model_validate(self.world.settings(self.folder, **self.sections))
        app = App(settings, clock=self.clock)
        await app.start()
        self.app = app
        self.world.bot_busy = lambda: app.worker.busy
        await self.world.discord.wait_ready()
        # Its first question to Seedream is over, so that the faults of a test strike what they are meant for.
        await self.world.discord.until(lambda: app.api_asked, what="the question that follows the start")

    async def stop(self) -> None:
        """Stop the bot in good order."""
        app, self.app = self.app, None
        if app is not None:
            await app.stop()

    async def crash(self) -> None:
        """Stop the bot as a crash would."""
        app, self.app = self.app, None
        assert app is not None
        await app.crash()

    async def ask(self, channel: Channel | None = None, /, **options: Any) -> Interaction:
        """Use `/seedream` and wait for the acknowledgement."""
        options.setdefault("prompt", "a calm harbour")
        interaction = await self.person.slash(channel or self.channel, "seedream", **options)
        await interaction.acknowledged()
        return interaction

    async def refused(self, **options: Any) -> str:
        """Use `/seedream`, expect a private refusal, and return its words."""
        interaction = await self.ask(**options)
        answer = await interaction.acknowledged()
        assert answer.ephemeral
        assert interaction.original is not None
        return interaction.original.content

    async def card(self, interaction: Interaction, *expected: str) -> Message:
        """Wait until the bot's reply contains all of some words."""

        def shown() -> Message | None:
            card = interaction.original
            return card if card is not None and all(text in words(card) for text in expected) else None

        return await self.world.until(shown, what=f"{expected} in the reply")

    async def done(self, interaction: Interaction) -> Message:
        """Wait until the card tells the outcome."""
        return await self.card(interaction, "Outcome:")

    def place(self, interaction: Interaction) -> Channel:
        """Return where the pictures go: the thread under the card, else the place of asking."""
        card = interaction.original
        return card.thread if card is not None and card.thread is not None else interaction.channel

    def pictures(self, interaction: Interaction) -> list[Attachment]:
        """Return the pictures that have been posted for a command, or put on its card, in order."""
        card = [interaction.original] if interaction.original is not None else []
        listed = [a for message in (*card, *self.messages(interaction)) for a in message.attachments]
        return [a for a in listed if a.filename != SHEET_FILENAME]

    def sheets(self, interaction: Interaction) -> list[Attachment]:
        """Return the contact sheets on a command's card, shown in its embed or listed among its files."""
        card = interaction.original
        return [a for a in card.files if a.filename == SHEET_FILENAME] if card is not None else []

    def messages(self, interaction: Interaction) -> list[Message]:
        """Return the bot's messages for a command other than its card, in order."""
        card = interaction.original
        place = self.place(interaction)
        bot = self.world.discord.bot
        return [m for m in place.messages if m.author is bot and m is not card and not m.is_system]

    def replan(self, **changes: Any) -> None:
        """Change how the coming tasks live."""
        self.world.seedream.plan = replace(self.world.seedream.plan, **changes)

    def uploads(self, entry: LedgerEntry) -> list[Upload]:
        """Return the uploaded files behind the references of a paid request, in the order they were received."""
        return [upload for upload in entry.references if isinstance(upload, Upload)]

    async def results(self) -> list[bytes]:
        """Return the finished pictures as the API keeps them, in order, over all tasks."""
        kept = self.world.seedream._results
        return [
            await kept.picture(task, n)
            for task in self.world.seedream.tasks.values()
            for n in range(1, task.images + 1)
        ]

    @property
    def paid(self) -> int:
        """How many requests were accepted to be paid."""
        return len(self.world.seedream.ledger)


__all__ = ["SMALL", "House", "labelled", "picture", "status", "task_id", "words"]
