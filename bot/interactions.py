"""What an interaction says about its place: what kind it is, what the bot may do there, and where an answer goes.

Shared by all cogs, whichever way a request comes in.
"""

from datetime import timedelta
from typing import Any

import discord

from bot.domain.job import Requester
from bot.domain.place import Place, PlaceKind, Right, VenueChoice

AnyInteraction = discord.Interaction[Any]

TOKEN_LIFE = timedelta(minutes=15)
"""Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages"""

_THREADS = {
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
}
_WITH_THREADS = {discord.ChannelType.text, discord.ChannelType.news}


def place_kind(interaction: AnyInteraction) -> PlaceKind:
    """Return the kind of place an interaction comes from, as far as it matters for answering."""
    if interaction.guild_id is None:
        context = interaction.context
        return PlaceKind.DIRECT_MESSAGE if context.dm_channel else PlaceKind.FOREIGN
    if not interaction.is_guild_integration():
        return PlaceKind.FOREIGN
    return kind_of(interaction.channel.type if interaction.channel is not None else None)


def kind_of(kind: discord.ChannelType | None) -> PlaceKind:
    """Return the kind of place that a server's channel is."""
    if kind in _THREADS:
        return PlaceKind.THREAD
    return PlaceKind.TEXT if kind in _WITH_THREADS else PlaceKind.OTHER


def rights(interaction: AnyInteraction) -> frozenset[Right]:
    """Return what Discord says the bot may do in the place of an interaction."""
    allowed = interaction.app_permissions
    if allowed.administrator:
        return frozenset(Right)
    return frozenset(right for right in Right if getattr(allowed, right.value))


def upload_limit(interaction: AnyInteraction) -> int:
    """Return the smallest upload limit that is known for a place, in bytes a file; Discord's own can overstate."""
    limits = [interaction.filesize_limit]
    if interaction.guild is not None:
        limits.append(interaction.guild.filesize_limit)
    return min(limits)


def place_of(interaction: AnyInteraction, choice: VenueChoice) -> Place:
    """Return where a job's messages go; the reply is not there yet."""
    return Place(
        venue=choice.venue,
        application_id=interaction.application_id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        card_id=0,
        token=interaction.token,
        token_expires_at=interaction.created_at + TOKEN_LIFE,
        upload_limit=upload_limit(interaction),
        embeds=Right.EMBED_LINKS in rights(interaction),
        no_thread=choice.no_thread,
        missing=tuple(right.value for right in choice.missing),
        parent_id=parent_id(interaction),
    )


def job_id_of(interaction: AnyInteraction) -> str:
    """Return the id of the job that an interaction asks for, whichever process hears of it.

    While shards are dealt out anew, or where two processes were given the same ones, Discord tells both.
    """
    return f"{interaction.id:016x}"


def parent_id(interaction: AnyInteraction) -> int | None:
    """Return the channel of the thread that an interaction comes from; None where it comes from no thread."""
    channel = interaction.channel
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def requester_of(interaction: AnyInteraction) -> Requester:
    """Return who asks."""
    return Requester(interaction.user.id, interaction.user.display_name, interaction.locale.value)
