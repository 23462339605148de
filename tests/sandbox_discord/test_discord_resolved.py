"""What an interaction tells of the members and channels that a person chose: less than what they are elsewhere."""

from collections.abc import Awaitable, Callable

import discord
import pytest
from discord.ext import commands

from sandbox.discord import Channel, DiscordSandbox, Guild, Permissions, Person
from sandbox.discord.command_registry import kept_option
from sandbox.discord.errors import Json
from tests.sandbox_discord.conftest import TrialBot
from tests.sandbox_discord.notes import Notes

StartBot = Callable[..., Awaitable[TrialBot]]


async def test_partial_members_and_channels(
    sandbox: DiscordSandbox, guild: Guild, channel: Channel, ada: Person, bea: Person, start_bot: StartBot
) -> None:
    notes = Notes()
    sandbox.observers.append(notes)

    def setup(bot: commands.AutoShardedBot) -> None:
        @bot.tree.command(description="Takes a look.")
        async def look(interaction: discord.Interaction, where: discord.TextChannel, who: discord.Member) -> None:
            await interaction.response.send_message(f"{where} {who}")

    await start_bot(setup)
    other = guild.add_text_channel("elsewhere")
    interaction = await ada.slash(channel, "look", where=other, who=bea)
    await interaction.acknowledged()
    [data] = [payload["data"] for event, payload in notes.events if event == "INTERACTION_CREATE"]
    chosen = data["resolved"]["channels"][str(other.id)]
    assert (chosen["name"], chosen["type"]) == ("elsewhere", 0)
    assert chosen["permissions"] == str(int(other.permissions_of(ada)))
    assert Permissions.VIEW_CHANNEL in Permissions(int(chosen["permissions"]))
    assert "permission_overwrites" not in chosen
    member = data["resolved"]["members"][str(bea.id)]
    assert member.keys() & {"user", "deaf", "mute"} == set()
    assert data["resolved"]["users"][str(bea.id)]["username"] == "bea"


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        (
            {"type": 11, "name": "image", "description": "i", "choices": [], "autocomplete": False},
            ["choices", "autocomplete"],
        ),
        ({"type": 3, "name": "prompt", "description": "p", "choices": [], "max_value": 3}, ["max_value"]),
        ({"type": 7, "name": "where", "description": "w", "channel_types": [0], "required": True}, []),
    ],
)
def test_an_option_is_kept_without_what_its_type_has_no_use_for(given: Json, gone: list[str]) -> None:
    expected = {key: value for key, value in given.items() if key not in gone}
    assert kept_option(given) == expected
    group = {"type": 1, "name": "part", "description": "p"}
    assert kept_option(group | {"options": [given]}) == group | {"options": [expected]}
