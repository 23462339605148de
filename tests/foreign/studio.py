"""What the tests of the foreign programs work with: a guild, two people, and the bot."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.discord import Channel, DiscordSandbox, Guild, Interaction, Message, Person, RequestRecord
from tests.foreign.programs import ForeignBot, Launch


@dataclass(frozen=True)
class Studio:
    """A guild with two people, and a foreign bot in it."""

    sandbox: DiscordSandbox
    guild: Guild
    ada: Person
    bea: Person
    bot: ForeignBot

    async def desk(self, interaction: Interaction) -> Message:
        """Return the message with the buttons in the thread of an answer, as soon as it is there."""

        def desk() -> Message | None:
            thread = interaction.original.thread if interaction.original is not None else None
            return next((item for item in thread.messages if item.components), None) if thread is not None else None

        return await self.sandbox.until(desk, what="the buttons in the thread")


def furnish(sandbox: DiscordSandbox, launch: Callable[[str], Launch], folder: Path) -> Studio:
    """Make a guild in a sandbox, and a bot that is not yet started."""
    guild = sandbox.add_guild("Studio")
    ada, bea = sandbox.add_person("ada", display_name="Ada"), sandbox.add_person("bea", display_name="Bea")
    return Studio(sandbox, guild, ada, bea, ForeignBot(launch(sandbox.api_base_url), sandbox, folder))


def refused(requests: list[RequestRecord]) -> list[RequestRecord]:
    """Return the requests that the sandbox did not know, did not accept, or broke on; a 429 is always planned."""
    answered = [item for item in requests if item.status != 429]
    return [item for item in answered if item.status is None or not 200 <= item.status < 300]


def answer_of(interaction: Interaction) -> Message:
    """Return the message that answers an interaction."""
    assert interaction.original is not None
    return interaction.original


def thread_of(message: Message) -> Channel:
    """Return the thread that was opened from a message."""
    assert message.thread is not None
    return message.thread
