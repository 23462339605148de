"""Where a job's messages go, decided from what the bot may do in the place of asking."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.errors import CannotPostPictures


class Venue(StrEnum):
    """Where the task message and the pictures are posted."""

    THREAD = "thread"
    """In a thread opened under the card."""
    CHANNEL = "channel"
    """In the channel, thread, forum post or DM itself, by the bot's own messages."""
    INTERACTION = "interaction"
    """Only through the interaction's token: the bot is no member there, or may not write."""


class NoThread(StrEnum):
    """Why no thread is opened; `bot.presentation` has the small print of those that need explaining."""

    IN_THREAD = "in_thread"
    DIRECT_MESSAGE = "direct_message"
    NOT_A_MEMBER = "not_a_member"
    CHANNEL_KIND = "channel_kind"
    PERMISSION = "permission"
    REFUSED = "refused"
    """Discord did not let the bot open it, although the permissions said so."""
    THREAD_GONE = "thread_gone"
    """It was opened and has gone since."""


class PlaceKind(StrEnum):
    """The kind of place a command was used in, as far as it matters here."""

    TEXT = "text"
    THREAD = "thread"
    DIRECT_MESSAGE = "direct_message"
    OTHER = "other"
    """Voice and stage channels and whatever comes: one can post there, but not open threads."""
    FOREIGN = "foreign"
    """A server or private channel the bot is not in (user install)."""


class Right(StrEnum):
    """The permissions the bot makes use of, by discord.py's names."""

    VIEW_CHANNEL = "view_channel"
    SEND_MESSAGES = "send_messages"
    SEND_MESSAGES_IN_THREADS = "send_messages_in_threads"
    CREATE_PUBLIC_THREADS = "create_public_threads"
    ATTACH_FILES = "attach_files"
    EMBED_LINKS = "embed_links"
    READ_MESSAGE_HISTORY = "read_message_history"


THREAD_RIGHTS = (
    Right.VIEW_CHANNEL,
    Right.CREATE_PUBLIC_THREADS,
    Right.SEND_MESSAGES_IN_THREADS,
    Right.READ_MESSAGE_HISTORY,
)


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """Where a job's messages will go, and why there is no thread where one might be expected."""

    venue: Venue
    no_thread: NoThread | None = None
    missing: tuple[Right, ...] = ()


def choose_venue(kind: PlaceKind, rights: frozenset[Right]) -> VenueChoice:
    """Decide where a job's messages go.

    Raises:
        CannotPostPictures: no picture can be posted there in any way.
    """
    send = Right.SEND_MESSAGES_IN_THREADS if kind is PlaceKind.THREAD else Right.SEND_MESSAGES
    if Right.ATTACH_FILES not in rights:
        # Without the right to write, Discord takes the right to attach away too; then both have to be given.
        writes = kind in {PlaceKind.DIRECT_MESSAGE, PlaceKind.FOREIGN} or send in rights
        missing_rights = (Right.ATTACH_FILES,) if writes else (send, Right.ATTACH_FILES)
        raise CannotPostPictures(missing=tuple(right.value for right in missing_rights))
    if kind is PlaceKind.FOREIGN:
        return VenueChoice(Venue.INTERACTION, NoThread.NOT_A_MEMBER)
    if kind is PlaceKind.DIRECT_MESSAGE:
        # Discord lists only three rights there; sending is always one of them.
        return VenueChoice(Venue.CHANNEL, NoThread.DIRECT_MESSAGE)
    if kind is PlaceKind.TEXT:
        missing = tuple(right for right in THREAD_RIGHTS if right not in rights)
        if not missing:
            return VenueChoice(Venue.THREAD)
        no_thread = NoThread.PERMISSION
    else:
        missing = ()
        no_thread = NoThread.IN_THREAD if kind is PlaceKind.THREAD else NoThread.CHANNEL_KIND
    can_write = {send, Right.VIEW_CHANNEL, Right.READ_MESSAGE_HISTORY} <= rights
    return VenueChoice(Venue.CHANNEL if can_write else Venue.INTERACTION, no_thread, missing)


@dataclass(frozen=True, slots=True)
class Ask:
    """The message that asked for a job, where there is no interaction; the card is an answer to it.

    Attributes:
        taken: the words of it that were taken for a version, a size, or a number of pictures.
    """

    message_id: int
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one job's messages.

    Attributes:
        channel_id: where the command was used; a thread of ours is `Job.thread_id`.
        card_id: the id of the command's public reply; 0 until Discord has told it.
        token: the interaction's token, a secret; works until `token_expires_at`. Empty where there is none.
        upload_limit: bytes per file that Discord is believed to take there.
        direct_channel_id: the requester's direct messages, once everything else is closed to the bot; the card stays
            where it is.
        embeds: whether the bot may use embeds there.
        parent_id: of a thread, its channel.
        ask: the message that asked; None for an interaction.
    """

    venue: Venue
    application_id: int
    guild_id: int | None
    channel_id: int
    card_id: int
    token: str
    token_expires_at: datetime
    upload_limit: int
    embeds: bool = True
    no_thread: NoThread | None = None
    missing: tuple[str, ...] = ()
    direct_channel_id: int | None = None
    parent_id: int | None = None
    ask: Ask | None = None

    @property
    def root_id(self) -> int:
        """The channel that it is, or that its thread belongs to."""
        return self.parent_id or self.channel_id

    @property
    def began_at_id(self) -> int:
        """The id of a message that is older than every one of the job's but its card."""
        return self.card_id or (self.ask.message_id if self.ask is not None else 0)

    @property
    def route(self) -> Venue:
        """How messages beside the card are posted now."""
        return Venue.CHANNEL if self.direct_channel_id is not None else self.venue

    def __repr__(self) -> str:
        """Return everything but the token."""
        return f"Place({self.venue.value}, guild={self.guild_id}, channel={self.channel_id}, card={self.card_id})"
