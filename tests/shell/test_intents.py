"""What the bot asks Discord to be told: no more than its settings need."""

import discord
import pytest

from bot.discord_bot import Hearing, SeedreamBot, intents


@pytest.mark.parametrize(
    ("hearing", "names"),
    [
        (Hearing(), {"guilds"}),
        (Hearing(mentions=True), {"guilds", "guild_messages", "dm_messages"}),
        (
            Hearing(mentions=True, message_content=True),
            {"guilds", "guild_messages", "dm_messages", "message_content"},
        ),
    ],
)
def test_only_what_the_settings_need_is_asked_for(hearing: Hearing, names: set[str]) -> None:
    wanted = {name for name, on in intents(hearing) if on}
    assert wanted == names


async def test_a_bot_that_only_registers_commands_hears_nothing() -> None:
    async with SeedreamBot() as bot:
        assert bot.intents == discord.Intents(guilds=True)


def test_reactions_have_intents_of_their_own() -> None:
    wanted = {name for name, on in intents(Hearing(reactions=True)) if on}
    assert wanted == {"guilds", "guild_reactions", "dm_reactions"}
