"""Messages, as everybody sees them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any

from sandbox.discord.files import Attachment
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.channels import Channel
    from sandbox.discord.guilds import Role
    from sandbox.discord.interactions import Interaction


class MessageType(IntEnum):
    """The kinds of messages the sandbox makes.

    Source: https://discord.com/developers/docs/resources/message#message-object-message-types
    """

    DEFAULT = 0
    PINS_ADD = 6
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER_MESSAGE = 21
    CONTEXT_MENU_COMMAND = 23


SYSTEM = frozenset({MessageType.PINS_ADD, MessageType.THREAD_CREATED, MessageType.THREAD_STARTER_MESSAGE})
"""Those that Discord writes itself."""


class MessageFlags(IntFlag):
    """Source: https://discord.com/developers/docs/resources/message#message-object-message-flags."""

    NONE = 0
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Sticker:
    """A sticker on a message; `format_type` 1 is PNG.

    Source: https://discord.com/developers/docs/resources/sticker#sticker-item-object
    """

    id: int
    name: str
    format_type: int = 1


@dataclass(frozen=True)
class Revision:
    """What a message looked like before an edit."""

    content: str
    embeds: tuple[dict[str, Any], ...]
    components: tuple[dict[str, Any], ...]
    attachments: tuple[Attachment, ...]
    flags: MessageFlags
    at: datetime


@dataclass(eq=False)
class Message:
    """A message.

    Attributes:
        author: the person or the bot.
        embeds: as sent, `attachment://` addresses unresolved.
        components: as sent, each with its `id`.
        attachments: what is listed as attachments.
        embedded_files: files that embeds or components use; Discord does not list those as attachments.
        ephemeral_for: the only person who sees it; None: everyone in the channel.
        mentions: the users its text mentions.
        pinged: the people who were really notified.
        stickers: what was sent beside or instead of words.
        forwarded: of a forward, the message as it was then.
        reference: the message it answers.
        revisions: what it looked like before each edit, oldest first.
        interaction: the one it responds to.
        thread: the thread opened from it.
        reactions: who reacted, by emoji (a unicode emoji, or `name:id`).
    """

    id: int
    channel: "Channel"
    author: User
    created_at: datetime
    kind: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    embedded_files: list[Attachment] = field(default_factory=list)
    stickers: list[Sticker] = field(default_factory=list)
    forwarded: "Message | None" = None
    flags: MessageFlags = MessageFlags.NONE
    ephemeral_for: User | None = None
    mentions: list[User] = field(default_factory=list)
    mention_roles: "list[Role]" = field(default_factory=list)
    mention_everyone: bool = False
    pinged: list[User] = field(default_factory=list)
    nonce: str | int | None = None
    reference: "Message | None" = None
    reference_id: int | None = None
    edited_at: datetime | None = None
    revisions: list[Revision] = field(default_factory=list)
    interaction: "Interaction | None" = None
    thread: "Channel | None" = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    pinned: bool = False
    deleted: bool = False
    tts: bool = False

    def __repr__(self) -> str:
        files = ", ".join(item.filename for item in self.files)
        return f"<Message {self.id} by {self.author.name}: {self.content!r}{f' [{files}]' if files else ''}>"

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_for is not None

    @property
    def loading(self) -> bool:
        """Whether it still shows "is thinking …"."""
        return MessageFlags.LOADING in self.flags

    @property
    def edited(self) -> bool:
        """Whether it says "(edited)"."""
        return self.edited_at is not None

    @property
    def is_system(self) -> bool:
        """Whether Discord wrote it."""
        return self.kind in SYSTEM

    @property
    def files(self) -> list[Attachment]:
        """All files, those used by embeds and components too."""
        return [*self.attachments, *self.embedded_files]

    def visible_to(self, user: User) -> bool:
        """Whether a user sees it."""
        if self.deleted:
            return False
        if self.ephemeral_for is not None:
            return user is self.ephemeral_for
        return Permissions.VIEW_CHANNEL in self.channel.permissions_of(user)

    def remember(self, now: datetime) -> None:
        """Keep what it looks like, before it is edited."""
        self.revisions.append(
            Revision(self.content, tuple(self.embeds), tuple(self.components), tuple(self.attachments), self.flags, now)
        )

    def text(self) -> str:
        """Return everything there is to read: content, embeds and text components."""
        parts = [self.content, *(_embed_text(embed) for embed in self.embeds), *_component_texts(self.components)]
        return "\n".join(part for part in parts if part)


def _embed_text(embed: dict[str, Any]) -> str:
    fields = [f"{item.get('name')}: {item.get('value')}" for item in embed.get("fields") or []]
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    parts = [author.get("name"), embed.get("title"), embed.get("description"), *fields, footer.get("text")]
    return "\n".join(part for part in parts if part)


def _component_texts(components: list[dict[str, Any]]) -> list[str]:
    texts: list[str] = []
    for component in components:
        for key in ("content", "label", "placeholder"):
            if component.get(key):
                texts.append(str(component[key]))
                break
        texts.extend(_component_texts(component.get("components") or []))
        if component.get("accessory"):
            texts.extend(_component_texts([component["accessory"]]))
    return texts
