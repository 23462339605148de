"""Adding and taking back reactions."""

from typing import TYPE_CHECKING

from sandbox.discord.errors import ApiError, Code
from sandbox.discord.messages import Message
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.world import World

MOST_EMOJIS = 20


def add_reaction(world: "World", message: Message, user: User, emoji: str) -> None:
    """Add a user's reaction; one that is there already stays.

    Raises:
        ApiError: 30010 for a 21st emoji.
    """
    if emoji not in message.reactions and len(message.reactions) >= MOST_EMOJIS:
        raise ApiError(Code.TOO_MANY_REACTIONS)
    users = message.reactions.setdefault(emoji, [])
    if user not in users:
        users.append(user)
        world.events.reaction("MESSAGE_REACTION_ADD", message, user, emoji)


def clear_reactions(world: "World", message: Message, emoji: str | None = None) -> None:
    """Take everybody's reactions away, or all of one emoji."""
    if emoji is None:
        message.reactions.clear()
    elif message.reactions.pop(emoji, None) is None:
        return
    world.events.reactions_clear(message, emoji)


def remove_reaction(world: "World", message: Message, user: User, emoji: str) -> None:
    """Take a user's reaction back; one that is not there is no error."""
    users = message.reactions.get(emoji, [])
    if user not in users:
        return
    users.remove(user)
    if not users:
        del message.reactions[emoji]
    world.events.reaction("MESSAGE_REACTION_REMOVE", message, user, emoji)
