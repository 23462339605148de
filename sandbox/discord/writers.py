"""What people do without the bot's help: they write, react, look after messages and threads, and see."""

from collections.abc import Iterable
from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.client_writing import require_awake, require_sendable, require_words, require_writing
from sandbox.discord.errors import ClientRefused
from sandbox.discord.files import Attachment, File, keep
from sandbox.discord.mentions import find_mentions
from sandbox.discord.messages import Message, MessageFlags, MessageType, Sticker
from sandbox.discord.permissions import Permissions
from sandbox.discord.reacting import add_reaction, is_emoji, remove_reaction
from sandbox.discord.users import User
from sandbox.discord.validation.messages import AllowedMentions

if TYPE_CHECKING:
    from sandbox.discord.world import World


class Writer(User):
    """Somebody who writes and reads; `Person` uses commands and components too."""

    def __init__(self, world: "World", name: str, *, display_name: str, locale: str) -> None:
        super().__init__(world.ids.next(), name, display_name, locale=locale)
        self._world = world

    async def say(
        self,
        channel: Channel,
        content: str = "",
        *,
        files: Iterable[File] = (),
        stickers: Iterable[str] = (),
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Write a message; stickers are given by their names. An answer pings, unless the person switches that off.

        Raises:
            ClientRefused: the person may not, or there is nothing to send.
        """
        uploads = list(files)
        stuck = [Sticker(self._world.ids.next(), name) for name in stickers]
        limit = self._world.upload_limit
        require_writing(self, channel, content, uploads, upload_limit=limit, has_more=bool(stuck))
        if reply_to is not None and (reply_to.ephemeral or reply_to.is_system or reply_to.channel is not channel):
            raise ClientRefused("That message cannot be replied to here.")
        kind = MessageType.DEFAULT if reply_to is None else MessageType.REPLY
        now = self._world.clock.now()
        message = Message(self._world.ids.next(), channel, self, now, kind=kind, content=content.strip())
        message.stickers = stuck
        message.reference = reply_to
        message.reference_id = reply_to.id if reply_to else None
        folder = f"attachments/{channel.id}"
        message.attachments = [self._store(file, folder, ephemeral=False) for file in uploads]
        found = find_mentions(message.content, channel, self, AllowedMentions(), replied_to=reply_to if ping else None)
        message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone
        message.pinged = found.pinged
        self._world.publish(message)
        return message

    async def forward(self, message: Message, channel: Channel) -> Message:
        """Forward a message as it is now.

        Source: https://discord.com/developers/docs/resources/message#message-snapshot-object

        Raises:
            ClientRefused: the person does not see it, or may not write there.
        """
        self._require_seeing(message)
        if message.ephemeral or message.is_system:
            raise ClientRefused("That message cannot be forwarded.")
        require_writing(self, channel, "", [], upload_limit=self._world.upload_limit, has_more=True)
        forward = Message(self._world.ids.next(), channel, self, self._world.clock.now())
        forward.forwarded = copy(message)
        forward.flags |= MessageFlags.HAS_SNAPSHOT
        self._world.publish(forward)
        return forward

    async def post(self, forum: Channel, name: str, content: str, *, files: Iterable[File] = ()) -> Channel:
        """Open a post in a forum, with its first message.

        Raises:
            ClientRefused: it is no forum, the person may not, or there is nothing to send.
        """
        if forum.kind is not ChannelType.GUILD_FORUM:
            raise ClientRefused(f"{forum.label} is no forum.")
        if Permissions.SEND_MESSAGES not in forum.permissions_of(self):
            raise ClientRefused(f"{self.name} may not open posts in {forum.label}.")
        uploads = list(files)
        require_sendable(content, uploads, upload_limit=self._world.upload_limit)
        folder = f"attachments/{forum.id}"
        attachments = [self._store(file, folder, ephemeral=False) for file in uploads]
        return self._world.open_post(forum, name, owner=self, content=content.strip(), attachments=attachments)

    async def edit(self, message: Message, content: str) -> None:
        """Change one's own message.

        Raises:
            ClientRefused: it is somebody else's, nothing would be left, it is too long, or its thread is closed.
        """
        if message.author is not self:
            raise ClientRefused("Only one's own messages can be edited.")
        require_words(content, has_files=bool(message.files))
        require_awake(message.channel)
        message.remember(self._world.clock.now())
        message.content = content.strip()
        message.edited_at = self._world.clock.now()
        found = find_mentions(message.content, message.channel, self, AllowedMentions(), replied_to=message.reference)
        message.mentions = found.users
        self._world.events.message_update(message)

    async def react(self, message: Message, emoji: str) -> None:
        """Add a reaction.

        Raises:
            ClientRefused: the person may not.
        """
        self._require_seeing(message)
        if message.ephemeral:
            raise ClientRefused("A message that only one person sees takes no reactions.")
        held = message.channel.permissions_of(self)
        if emoji not in message.reactions and not is_emoji(emoji):
            raise ClientRefused(f"{emoji} is no emoji.")
        if emoji not in message.reactions and Permissions.ADD_REACTIONS not in held:
            raise ClientRefused(f"{self.name} may not add reactions here.")
        require_awake(message.channel)
        add_reaction(self._world, message, self, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back.

        Raises:
            ClientRefused: the thread is archived.
        """
        require_awake(message.channel)
        remove_reaction(self._world, message, self, emoji)

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or another's as a moderator; an ephemeral one is dismissed.

        Raises:
            ClientRefused: the person may not.
        """
        self._require_seeing(message)
        moderates = Permissions.MANAGE_MESSAGES in message.channel.permissions_of(self)
        if message.author is not self and not moderates and not message.ephemeral:
            raise ClientRefused(f"{self.name} may not delete this message.")
        if not message.ephemeral:
            require_awake(message.channel)
        self._world.delete_message(message)

    async def edit_thread(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive a thread, bring it back, lock or unlock it.

        Source: https://discord.com/developers/docs/topics/threads#editing--deleting-threads

        Raises:
            ClientRefused: it is no thread, or the person may not.
        """
        if thread.thread is None:
            raise ClientRefused(f"{thread.label} is not a thread.")
        held = thread.permissions_of(self)
        manages = Permissions.MANAGE_THREADS in held
        if locked is not None and locked != thread.locked and not manages:
            raise ClientRefused("Only moderators may lock and unlock threads.")
        if archived is not None and archived != thread.archived and not manages:
            if thread.locked:
                raise ClientRefused(f"{thread.label} is locked: only moderators may archive it or bring it back.")
            if archived and thread.owner is not self:
                raise ClientRefused("Only moderators and whoever opened a thread may archive it.")
            if Permissions.SEND_MESSAGES_IN_THREADS not in held:
                raise ClientRefused(f"{self.name} may not write in {thread.label}.")
        if locked is not None:
            thread.locked = locked
        if archived is not None:
            thread.archived = archived

    def sees(self, channel: Channel) -> list[Message]:
        """Return what this person sees in a channel, oldest first, with the ephemeral messages meant for them."""
        everything = [*channel.messages, *channel.ephemerals]
        return sorted((item for item in everything if item.visible_to(self)), key=lambda item: item.id)

    def _store(self, file: File, folder: str, *, ephemeral: bool) -> Attachment:
        store = partial(keep, self._world.cdn, file, folder=folder, ephemeral=ephemeral, vanishes=ephemeral)
        return store(attachment_id=self._world.ids.next(), at=self._world.clock.now())

    def _require_seeing(self, message: Message) -> None:
        if not message.visible_to(self):
            raise ClientRefused(f"{self.name} does not see this message.")
