"""Permissions and how they are computed: https://discord.com/developers/docs/topics/permissions."""

from collections.abc import Iterable
from enum import IntFlag


class Permissions(IntFlag):
    """The permission bits that the sandbox gives a meaning to, and those a bot's invitation commonly asks for."""

    NONE = 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


ALL = Permissions((1 << 52) - 1)

EVERYONE = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.CREATE_PRIVATE_THREADS
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.ADD_REACTIONS
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_EXTERNAL_STICKERS
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.USE_EXTERNAL_APPS
    | Permissions.CHANGE_NICKNAME
)
"""What a new server gives to everybody."""

INVITED_BOT = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.ADD_REACTIONS
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_EXTERNAL_STICKERS
)
"""What the invitation of an ordinary bot asks for; its integration role carries these."""

_NEEDS_SENDING = (
    Permissions.MENTION_EVERYONE | Permissions.SEND_TTS_MESSAGES | Permissions.ATTACH_FILES | Permissions.EMBED_LINKS
)
"""Implicitly denied to whoever may not send."""

DM_WITH_BOT = (
    Permissions.ATTACH_FILES | Permissions.EMBED_LINKS | Permissions.MENTION_EVERYONE | Permissions.USE_EXTERNAL_EMOJIS
)
"""`app_permissions` in a DM with the bot.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

PRIVATE_DM = Permissions.ATTACH_FILES | Permissions.EMBED_LINKS | Permissions.MENTION_EVERYONE
"""`app_permissions` in a DM between other people, where only a user install reaches."""

IN_DMS = (
    PRIVATE_DM
    | Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.ADD_REACTIONS
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.USE_EXTERNAL_APPS
    | Permissions.PIN_MESSAGES
)
"""What a participant of a DM may really do; DMs have no roles."""


def apply_overwrites(base: Permissions, layers: Iterable[tuple[Permissions, Permissions]]) -> Permissions:
    """Lay `(allow, deny)` pairs over base permissions: everyone first, then the roles as one, then the member."""
    result = base
    for allow, deny in layers:
        result = (result & ~deny) | allow
    return result


def with_implicit_denials(computed: Permissions, *, in_thread: bool) -> Permissions:
    """Take away what makes no sense without seeing the channel or without being allowed to send in it."""
    if Permissions.VIEW_CHANNEL not in computed:
        return Permissions.NONE
    sending = Permissions.SEND_MESSAGES_IN_THREADS if in_thread else Permissions.SEND_MESSAGES
    return computed if sending in computed else computed & ~_NEEDS_SENDING
