"""What holds between the bot and Discord before a word is said: addresses, intents, permissions, the invitation."""

from dataclasses import dataclass
from urllib.parse import urlencode

import discord
import yarl

from bot.domain.place import Right


def point_at(api_base_url: str) -> None:
    """Make discord.py talk to another API than Discord's own; it knows the address as a class attribute only."""
    discord.http.Route.BASE = api_base_url


def point_at_gateway(url: str) -> None:
    """Make discord.py connect to this gateway where it does not ask for one."""
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the bot listens to beside interactions.

    Attributes:
        mentions: messages that mention it, or answer its pictures.
        message_content: whether it may see other people's messages whole, which is a privileged intent.
        reactions: reactions to messages with pictures.
        others: to other people's messages as well, not only to its own.
        emoji: the reaction that counts; `name:id` for a server's own.
    """

    mentions: bool = False
    message_content: bool = False
    reactions: bool = False
    others: bool = False
    emoji: str = "🎨"


def intents(hearing: Hearing) -> discord.Intents:
    """Return the least the bot needs: interactions want no intent; guilds tells about threads and channels.

    Source: https://discord.com/developers/docs/events/gateway#list-of-intents
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = wanted.dm_messages = hearing.mentions
    wanted.guild_reactions = wanted.dm_reactions = hearing.reactions
    wanted.message_content = hearing.message_content
    return wanted


def permissions() -> int:
    """Return the integer of the permissions the bot makes use of.

    Source: https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
    """
    return discord.Permissions(**{right.value: True for right in Right}).value


def invitation(application_id: object) -> str:
    """Return the link that adds the bot to a server with the permissions it needs.

    Source: https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
    """
    query = {"client_id": application_id, "permissions": permissions(), "scope": "bot applications.commands"}
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"
