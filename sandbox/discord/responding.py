"""The messages with which a bot answers interactions."""

from typing import TYPE_CHECKING

from sandbox.discord.command_registry import CommandType
from sandbox.discord.errors import ApiError, Code
from sandbox.discord.interactions import Interaction, InteractionKind
from sandbox.discord.messages import Message, MessageFlags, MessageType
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import fill
from sandbox.discord.validation.messages import Draft

if TYPE_CHECKING:
    from sandbox.discord.world import World


def forces_ephemeral(interaction: Interaction) -> bool:
    """Whether Discord makes every answer ephemeral: a user install where the member may not use external apps.

    Source: https://discord.com/developers/docs/change-log#userinstallable-apps-preview.
    """
    if interaction.channel.guild is None or not interaction.only_user_install:
        return False
    return Permissions.USE_EXTERNAL_APPS not in interaction.channel.permissions_of(interaction.person)


def respond(world: "World", interaction: Interaction, draft: Draft | None, *, ephemeral: bool) -> Message:
    """Put an answer into the interaction's channel; without a draft it says "is thinking …".

    Neither the bot's permission to send nor its membership matters here: the person called it.

    Raises:
        ApiError: 50006 for an empty message; 50083 in a thread that is closed for good.
    """
    channel = interaction.channel
    if channel.thread is not None and channel.thread.archived and channel.thread.locked and not ephemeral:
        raise ApiError(Code.ARCHIVED_THREAD)
    message = Message(world.ids.next(), channel, world.bot, world.clock.now(), kind=_kind(interaction))
    message.interaction = interaction
    if ephemeral:
        message.ephemeral_for = interaction.person
        message.flags |= MessageFlags.EPHEMERAL
    answered = interaction.original or interaction.message
    if answered is not None and message.kind is MessageType.REPLY:
        message.reference, message.reference_id = answered, answered.id
    if draft is None:
        message.flags |= MessageFlags.LOADING
    else:
        fill(world, message, draft)
    world.publish(message)
    return message


def _kind(interaction: Interaction) -> MessageType:
    if interaction.original is not None:
        return MessageType.REPLY
    if interaction.kind is InteractionKind.COMMAND and interaction.command is not None:
        slash = interaction.command.type is CommandType.CHAT_INPUT
        return MessageType.CHAT_INPUT_COMMAND if slash else MessageType.CONTEXT_MENU_COMMAND
    return MessageType.REPLY if interaction.message is not None else MessageType.DEFAULT
