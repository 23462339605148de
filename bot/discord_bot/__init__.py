"""The bot as Discord sees it: the client with its cogs, its first answers, and what holds between the two."""

from bot.discord_bot.answers import acknowledge, answer_error, answering
from bot.discord_bot.client import EXTENSIONS, CommandMemory, SeedreamBot
from bot.discord_bot.leaving import leave
from bot.discord_bot.shards import Shards
from bot.discord_bot.speaker import Speaker
from bot.discord_bot.terms import Hearing, intents, invitation, permissions, point_at

__all__ = [
    "EXTENSIONS",
    "CommandMemory",
    "Hearing",
    "SeedreamBot",
    "Shards",
    "Speaker",
    "acknowledge",
    "answer_error",
    "answering",
    "intents",
    "invitation",
    "leave",
    "permissions",
    "point_at",
]
