"""Channels: of guilds, threads and forum posts, and direct messages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from sandbox.discord.permissions import IN_DMS, Permissions
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.guilds import Guild
    from sandbox.discord.messages import Message
    from sandbox.discord.world import World


class ChannelType(IntEnum):
    """The kinds of channels the sandbox has.

    Source: https://discord.com/developers/docs/resources/channel#channel-object-channel-types
    """

    GUILD_TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    GUILD_FORUM = 15


@dataclass
class Overwrite:
    """A channel's exception for a role or a member."""

    target_id: int
    is_member: bool
    allow: Permissions = Permissions.NONE
    deny: Permissions = Permissions.NONE


@dataclass
class ThreadState:
    """What a thread has beyond a channel."""

    owner: User
    auto_archive_minutes: int
    created_at: datetime
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    archive_changed_at: datetime | None = None
    members: dict[int, datetime] = field(default_factory=dict)
    total_sent: int = 0


class Channel:
    """A place where messages are.

    Attributes:
        kind: what sort of channel.
        parent: of a thread, its channel or forum.
        recipients: of a DM, both participants.
        history: every message that is not deleted, oldest first, with system messages, as REST lists them.
        ephemerals: messages that only one person sees; they are in no history.
        threads: its threads, archived ones too, oldest first.
        thread: a thread's own state.
        starter: of a thread, the message it was opened from, or a forum post's first message.
    """

    def __init__(
        self,
        world: "World",
        channel_id: int,
        kind: ChannelType,
        name: str,
        *,
        guild: "Guild | None" = None,
        parent: "Channel | None" = None,
        thread: ThreadState | None = None,
    ) -> None:
        self.world = world
        self.id = channel_id
        self.kind = kind
        self.name = name
        self.guild = guild
        self.parent = parent
        self.thread = thread
        self.topic: str | None = None
        self.position = 0
        self.slowmode = 0
        self.overwrites: list[Overwrite] = []
        self.recipients: list[User] = []
        self.history: list[Message] = []
        self.ephemerals: list[Message] = []
        self.threads: list[Channel] = []
        self.starter: Message | None = None
        self.last_message_id: int | None = None
        self.deleted = False

    def __repr__(self) -> str:
        return f"<Channel {self.label}>"

    @property
    def label(self) -> str:
        """How a person would point at it."""
        if self.is_dm:
            return " & ".join(user.name for user in self.recipients)
        return f"#{self.parent.name} > {self.name}" if self.parent else f"#{self.name}"

    @property
    def type(self) -> ChannelType:
        """The kind, under Discord's name for it."""
        return self.kind

    @property
    def messages(self) -> "list[Message]":
        """What stands here for everyone, oldest first: no system messages, no ephemeral ones, none deleted."""
        return [message for message in self.history if not message.is_system]

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread or a forum post."""
        return self.thread is not None

    @property
    def is_dm(self) -> bool:
        """Whether this is between two users."""
        return self.kind is ChannelType.DM

    @property
    def mention(self) -> str:
        """The text that links to this channel."""
        return f"<#{self.id}>"

    def permissions_of(self, user: User) -> Permissions:
        """Return what a user may do here."""
        if self.guild is not None:
            return self.guild.permissions_of(user, self)
        return IN_DMS if user in self.recipients else Permissions.NONE

    def set_overwrite(
        self, target: "User | None", *, allow: Permissions = Permissions.NONE, deny: Permissions = Permissions.NONE
    ) -> None:
        """Replace the overwrite of a member, or of everyone (None)."""
        if self.guild is None:
            raise ValueError("A direct message has no overwrites.")
        target_id = self.guild.id if target is None else target.id
        self.overwrites = [item for item in self.overwrites if item.target_id != target_id]
        self.overwrites.append(Overwrite(target_id, is_member=target is not None, allow=allow, deny=deny))
        self.world.events.channel_update(self)

    def delete(self) -> None:
        """Remove the channel and its threads, as a moderator does."""
        for thread in list(self.threads):
            thread.delete()
        self.world.remove_channel(self)

    @property
    def owner(self) -> User:
        """Who opened the thread."""
        return self.thread_state.owner

    @property
    def thread_state(self) -> ThreadState:
        """The thread's own state.

        Raises:
            ValueError: when this is no thread.
        """
        if self.thread is None:
            raise ValueError(f"{self.label} is not a thread.")
        return self.thread

    @property
    def archived(self) -> bool:
        """Whether a thread is archived; setting it is what a moderator does in the client."""
        return self.thread_state.archived

    @archived.setter
    def archived(self, value: bool) -> None:
        state = self.thread_state
        if state.archived != value:
            state.archived = value
            state.archive_changed_at = self.world.clock.now()
            self.world.events.thread_update(self)

    @property
    def locked(self) -> bool:
        """Whether only moderators may bring an archived thread back, or send into it."""
        return self.thread_state.locked

    @locked.setter
    def locked(self, value: bool) -> None:
        self.thread_state.locked = value
        self.world.events.thread_update(self)

    def add_thread(self, name: str, *, by: User | None = None) -> "Channel":
        """Open a thread without a message, as a person does from the channel's thread list."""
        if self.guild is None or self.kind is not ChannelType.GUILD_TEXT:
            raise ValueError(f"{self.label} cannot have threads.")
        return self.world.open_thread(self, name, owner=by or self.guild.owner)

    def add_post(self, name: str, by: User | None = None, content: str = "A post.") -> "Channel":
        """Open a forum post with a first message."""
        if self.guild is None or self.kind is not ChannelType.GUILD_FORUM:
            raise ValueError(f"{self.label} is not a forum.")
        return self.world.open_post(self, name, owner=by or self.guild.owner, content=content)
