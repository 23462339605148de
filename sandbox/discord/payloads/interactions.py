"""INTERACTION_CREATE: https://discord.com/developers/docs/interactions/receiving-and-responding."""

from sandbox.discord.command_registry import Context
from sandbox.discord.errors import Json
from sandbox.discord.interactions import Interaction
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.payloads.messages import message_payload
from sandbox.discord.payloads.users import invoking_member_payload, user_payload
from sandbox.discord.permissions import DM_WITH_BOT, PRIVATE_DM, Permissions


def interaction_payload(interaction: Interaction, data: Json) -> Json:
    """Return what the bot is told of an interaction.

    Args:
        interaction: the interaction.
        data: the command with its options, the component, or the modal's values.
    """
    world, channel, person = interaction.world, interaction.channel, interaction.person
    permissions = channel.permissions_of(person)
    announced = world.announced_upload_limit
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": _with_permissions(data, interaction),
        "channel_id": str(channel.id),
        "channel": channel_payload(channel, viewer=world.bot, permissions=int(permissions)),
        "app_permissions": str(int(app_permissions(interaction))),
        "locale": person.locale,
        "entitlements": [],
        "authorizing_integration_owners": interaction.integration_owners,
        "context": int(interaction.context),
        "attachment_size_limit": world.upload_limit if announced is None else announced,
    }
    guild = channel.guild
    if guild is None:
        payload["user"] = user_payload(person)
    else:
        payload |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": invoking_member_payload(guild.members[person.id], permissions),
        }
    if interaction.message is not None:
        payload["message"] = message_payload(interaction.message, world.bot)
    return payload


def _with_permissions(data: Json, interaction: Interaction) -> Json:
    """Return the data with the person's permissions in every channel that was chosen."""
    chosen: Json = data.get("resolved", {}).get("channels", {})
    for channel_id, partial in chosen.items():
        held = interaction.world.channel(int(channel_id)).permissions_of(interaction.person)
        partial["permissions"] = str(int(held))
    return data


def app_permissions(interaction: Interaction) -> Permissions:
    """Return what Discord tells the bot it may do in the place of an interaction.

    In DMs that is a short fixed list. Where the bot is no member of the guild, it is what the person could let it do.
    """
    channel, bot = interaction.channel, interaction.world.bot
    if channel.guild is None:
        return DM_WITH_BOT if interaction.context is Context.BOT_DM else PRIVATE_DM
    if channel.guild.has_bot:
        return channel.permissions_of(bot)
    return channel.permissions_of(interaction.person) & DM_WITH_BOT
