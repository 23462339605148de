"""What a message that asks for something says about its place, and how such a message is answered in words.

A message says less than an interaction: what the bot and the person may do there is reckoned by discord.py from what
the gateway told of the server, which is kept with the GUILDS intent alone, and from the roles that come with the
message (https://discord.com/developers/docs/topics/permissions).
"""

from dataclasses import dataclass

import aiohttp
import discord
import structlog

from bot.command_rights import CommandRights
from bot.domain.job import Requester
from bot.domain.place import Ask, Place, PlaceKind, Right, VenueChoice
from bot.interactions import kind_of
from bot.presentation.mentions import answered

_log = structlog.get_logger(__name__)

UNANSWERED = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What comes of asking Discord for something that it does not do, or does not answer."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the place of a message.

    Attributes:
        rights: the bot's.
        may_ask: whether its author may use commands of apps there.
        locale: the server's language; whose the person's is, a message does not say.
    """

    kind: PlaceKind
    rights: frozenset[Right]
    may_ask: bool
    locale: str
    upload_limit: int


async def surroundings(
    client: discord.Client,
    rules: CommandRights,
    channel_id: int,
    guild_id: int | None,
    author: discord.abc.Snowflake,
) -> Surroundings | None:
    """Return what is known of a place, for somebody who does something there; None where it is not known at all.

    Raises:
        DiscordUnavailable: what the server lets them do could not be asked for.
        discord.HTTPException: a place that the gateway did not tell of could not be asked for.
    """
    if guild_id is None:
        limit = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
        return Surroundings(PlaceKind.DIRECT_MESSAGE, frozenset(Right), True, "en-US", limit)
    guild = client.get_guild(guild_id)
    if guild is None or not isinstance(author, discord.Member):
        return None
    place = guild.get_channel_or_thread(channel_id)
    if place is None or (isinstance(place, discord.Thread) and place.parent is None):
        # A thread that was archived when the gateway told of the server.
        fetched = await client.fetch_channel(channel_id)
        place = fetched if isinstance(fetched, discord.abc.GuildChannel | discord.Thread) else None
    if place is None or not isinstance(place, discord.abc.Messageable):
        return None
    mine = place.permissions_for(guild.me)
    rights = frozenset(Right) if mine.administrator else frozenset(r for r in Right if getattr(mine, r.value))
    may_ask = place.permissions_for(author).use_application_commands and await rules.allows(author, place)
    return Surroundings(kind_of(place.type), rights, may_ask, guild.preferred_locale.value, guild.filesize_limit)


def place_of_message(
    message: discord.Message, around: Surroundings, choice: VenueChoice, *, application_id: int, taken: tuple[str, ...]
) -> Place:
    """Return where a job's messages go that a message asks for; it is not answered yet."""
    return Place(
        venue=choice.venue,
        application_id=application_id,
        guild_id=message.guild.id if message.guild is not None else None,
        channel_id=message.channel.id,
        card_id=0,
        token="",
        token_expires_at=message.created_at,
        upload_limit=around.upload_limit,
        embeds=Right.EMBED_LINKS in around.rights,
        no_thread=choice.no_thread,
        missing=tuple(right.value for right in choice.missing),
        parent_id=message.channel.parent_id if isinstance(message.channel, discord.Thread) else None,
        ask=Ask(message.id, taken),
    )


def requester_of_message(message: discord.Message, around: Surroundings) -> Requester:
    """Return who asks."""
    return Requester(message.author.id, message.author.display_name, around.locale)


def names_in(message: discord.Message) -> dict[int, str]:
    """Return the names of what a message mentions, by id."""
    people = {user.id: user.display_name for user in message.mentions}
    roles = {role.id: role.name for role in message.role_mentions}
    channels = {channel.id: channel.name for channel in message.channel_mentions}
    return people | roles | channels


async def say(message: discord.Message, around: Surroundings | None, words: str, *, privately: bool = False) -> bool:
    """Answer a message in words, pinging nobody but its author, and tell whether that could be done.

    Where the bot may not write, or `privately`, it goes to the author's direct messages.
    """
    rights = around.rights if around is not None else frozenset(Right)
    writes = Right.SEND_MESSAGES_IN_THREADS if around and around.kind is PlaceKind.THREAD else Right.SEND_MESSAGES
    pings = discord.AllowedMentions(everyone=False, roles=False, users=[message.author], replied_user=True)
    here = Right.VIEW_CHANNEL in rights and writes in rights and not privately
    try:
        if here and Right.READ_MESSAGE_HISTORY in rights:
            # Source: https://discord.com/developers/docs/resources/message#create-message (`message_reference`)
            reference = message.to_reference(fail_if_not_exists=False)
            await message.channel.send(answered(words), reference=reference, allowed_mentions=pings)
        elif here:
            await message.channel.send(answered(words, user_id=message.author.id), allowed_mentions=pings)
        else:
            await message.author.send(answered(words, channel_id=message.channel.id))
    except UNANSWERED as silence:
        _log.warning("the person could not be told", user=message.author.id, silence=str(silence))
        return False
    return True
