"""What the bot may reach: channels, messages, and the permissions it needs for each deed."""

from sandbox.discord.channels import Channel
from sandbox.discord.errors import ApiError, Code
from sandbox.discord.messages import Message
from sandbox.discord.permissions import Permissions
from sandbox.discord.world import World


def reach(world: World, channel_id: int) -> Channel:
    """Return a channel that the bot can see.

    Raises:
        ApiError: 10003 or 50001.
    """
    channel = world.channel(channel_id)
    if Permissions.VIEW_CHANNEL not in channel.permissions_of(world.bot):
        raise ApiError(Code.MISSING_ACCESS)
    return channel


def require(channel: Channel, needed: Permissions) -> None:
    """Insist that the bot has permissions in a channel.

    Raises:
        ApiError: 50013.
    """
    if needed not in channel.permissions_of(channel.world.bot):
        raise ApiError(Code.MISSING_PERMISSIONS)


def may(channel: Channel, needed: Permissions) -> bool:
    """Tell whether the bot has permissions in a channel."""
    return needed in channel.permissions_of(channel.world.bot)


def find_message(channel: Channel, message_id: int) -> Message:
    """Return a message of a channel; ephemeral ones cannot be found this way.

    Raises:
        ApiError: 10008.
    """
    for message in reversed(channel.history):
        if message.id == message_id:
            return message
    raise ApiError(Code.UNKNOWN_MESSAGE)


def require_active(channel: Channel) -> None:
    """Insist that a thread is not archived; only sending brings it back.

    Raises:
        ApiError: 50083.
    """
    if channel.thread is not None and channel.thread.archived:
        raise ApiError(Code.ARCHIVED_THREAD)


def require_unlocked(channel: Channel) -> None:
    """Insist that a thread is not locked, or that the bot may manage threads.

    Raises:
        ApiError: 160005.
    """
    if channel.thread is not None and channel.thread.locked and not may(channel, Permissions.MANAGE_THREADS):
        raise ApiError(Code.LOCKED_THREAD)
