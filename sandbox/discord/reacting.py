"""Adding and taking back reactions."""

import re
import unicodedata
from typing import TYPE_CHECKING

from sandbox.discord.errors import ApiError, Code
from sandbox.discord.messages import Message
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.world import World

MOST_EMOJIS = 20
_CUSTOM = re.compile(r"\w{2,32}:\d{15,20}", re.ASCII)
# Emoji that Unicode counts as punctuation or letters; an enclosing keycap makes one of a digit.
_ODD_EMOJI = frozenset("\u203c\u2049\u2139\u3030\u303d\u20e3")
_JOINING = frozenset({"Sk", "Mn", "Me", "Cf"})


def is_emoji(text: str) -> bool:
    """Tell whether a text can be one emoji: a server's own as `name:id`, or one of Unicode's.

    Source: https://discord.com/developers/docs/resources/message#create-reaction
    """
    if text.isascii():
        return _CUSTOM.fullmatch(text) is not None
    shown = [sign in _ODD_EMOJI or unicodedata.category(sign) in {"So", "Sm"} for sign in text]
    joined = all(
        is_shown or unicodedata.category(sign) in _JOINING or ("\u20e3" in text and sign in "0123456789#*")
        for sign, is_shown in zip(text, shown, strict=True)
    )
    return any(shown) and joined


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
