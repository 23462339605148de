"""Guilds and roles: https://discord.com/developers/docs/resources/guild."""

from sandbox.discord.errors import Json
from sandbox.discord.guilds import Guild, Role
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.payloads.users import member_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User


def role_payload(role: Role) -> Json:
    """Return a role object."""
    payload: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if role.managed_by is not None:
        payload["tags"] = {"bot_id": str(role.managed_by.id)}
    return payload


def guild_payload(guild: Guild) -> Json:
    """Return a guild object as REST has it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(guild.owner.id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role_payload(role) for role in guild.roles],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create_payload(guild: Guild, bot: User, *, all_members: bool) -> Json:
    """Return the guild as GUILD_CREATE has it, with channels, threads the bot may see, and members.

    Args:
        guild: the guild.
        bot: whose session it is for.
        all_members: whether the session has the GUILD_MEMBERS intent; else only the bot itself is listed.
    """
    threads = [
        channel_payload(thread, viewer=bot)
        for thread in guild.threads
        if not thread.archived and Permissions.VIEW_CHANNEL in thread.permissions_of(bot)
    ]
    members = guild.members.values() if all_members else [guild.members[bot.id]]
    return guild_payload(guild) | {
        "joined_at": guild.members[bot.id].joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_payload(member) for member in members],
        "channels": [channel_payload(channel) for channel in guild.channels],
        "threads": threads,
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
