"""Channels and threads: https://discord.com/developers/docs/resources/channel."""

from datetime import datetime

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.errors import Json
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.users import User

_MOST_COUNTED_MEMBERS = 50
_OF_CHOSEN = frozenset(
    {
        *("id", "name", "type", "last_message_id", "last_pin_timestamp", "nsfw", "parent_id", "guild_id", "flags"),
        *("rate_limit_per_user", "topic", "position", "thread_metadata"),
    }
)


def channel_payload(channel: Channel, *, viewer: User | None = None, permissions: int | None = None) -> Json:
    """Return a channel object of whatever kind.

    Args:
        channel: the channel.
        viewer: the bot, so that its thread membership is told and that it is no recipient of its own DM.
        permissions: the invoking user's, in interactions only.
    """
    if channel.is_dm:
        payload = _dm(channel, viewer)
    elif channel.thread is not None:
        payload = _thread(channel, viewer)
    else:
        payload = _guild_channel(channel)
    if permissions is not None:
        payload["permissions"] = str(permissions)
    return payload


def chosen_channel_payload(channel: Channel) -> Json:
    """Return the partial channel that stands for an option's or a menu's value; its permissions are added later.

    Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-resolved-data-structure.
    """
    return {key: value for key, value in channel_payload(channel).items() if key in _OF_CHOSEN}


def thread_member_payload(thread: Channel, user_id: int, joined_at: datetime) -> Json:
    """Return a thread member object."""
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": joined_at.isoformat(),
        "flags": 1,
    }


def _common(channel: Channel) -> Json:
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "last_message_id": str(channel.last_message_id) if channel.last_message_id else None,
        "flags": 0,
    }


def _dm(channel: Channel, viewer: User | None) -> Json:
    others = [user for user in channel.recipients if user is not viewer]
    return _common(channel) | {"recipients": [user_payload(user) for user in others]}


def _guild_channel(channel: Channel) -> Json:
    if channel.guild is None:
        raise ValueError(f"{channel.label} belongs to no guild")
    payload = _common(channel) | {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": None,
        "rate_limit_per_user": channel.slowmode,
        "topic": channel.topic,
        "position": channel.position,
        "permission_overwrites": [
            {
                "id": str(item.target_id),
                "type": int(item.is_member),
                "allow": str(int(item.allow)),
                "deny": str(int(item.deny)),
            }
            for item in channel.overwrites
        ],
        "nsfw": False,
    }
    if channel.kind is ChannelType.GUILD_FORUM:
        payload |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_tag_setting": None,
        }
    else:
        payload["last_pin_timestamp"] = None
    return payload


def _thread(channel: Channel, viewer: User | None) -> Json:
    state = channel.thread_state
    if channel.guild is None or channel.parent is None:
        raise ValueError(f"{channel.label} belongs to no guild")
    metadata: Json = {
        "archived": state.archived,
        "archive_timestamp": (state.archive_changed_at or state.created_at).isoformat(),
        "auto_archive_duration": state.auto_archive_minutes,
        "locked": state.locked,
        "create_timestamp": state.created_at.isoformat(),
    }
    if channel.kind is ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = state.invitable
    first_is_counted = channel.parent.kind is ChannelType.GUILD_FORUM
    count = sum(not message.is_system for message in channel.history) - (1 if first_is_counted else 0)
    payload = _common(channel) | {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": str(channel.parent.id),
        "rate_limit_per_user": channel.slowmode,
        "owner_id": str(state.owner.id),
        "thread_metadata": metadata,
        "message_count": max(0, count),
        "member_count": min(len(state.members), _MOST_COUNTED_MEMBERS),
        "total_message_sent": state.total_sent,
    }
    if first_is_counted:
        payload["applied_tags"] = []
    if viewer is not None and viewer.id in state.members:
        payload["member"] = thread_member_payload(channel, viewer.id, state.members[viewer.id])
    return payload
