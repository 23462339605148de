"""Everything there is in one sandbox, and the basic deeds that all sides share."""

import logging

from sandbox.clock import Clock
from sandbox.discord.application import Application, make_token
from sandbox.discord.cdn import Cdn
from sandbox.discord.changes import Changes
from sandbox.discord.channels import Channel, ChannelType, ThreadState
from sandbox.discord.errors import ApiError, Code
from sandbox.discord.events import Events
from sandbox.discord.files import Attachment
from sandbox.discord.gateway import Gateway
from sandbox.discord.guilds import Guild
from sandbox.discord.interactions import Interaction
from sandbox.discord.mentions import find_mentions
from sandbox.discord.messages import Message, MessageFlags, MessageType
from sandbox.discord.observing import Observer
from sandbox.discord.snowflakes import SnowflakeMaker
from sandbox.discord.timers import Timers
from sandbox.discord.users import User
from sandbox.discord.validation.messages import AllowedMentions

log = logging.getLogger("sandbox.discord")

THREE_DAYS = 4320


class World:
    """The state of an embedded Discord.

    Attributes:
        upload_limit: bytes per file that are accepted.
        announced_upload_limit: bytes per file that interactions promise; None: the same.
        observers: those who watch REST exchanges and gateway dispatches.
        most_active_threads: of a guild; that there is a limit stands in
            https://discord.com/developers/docs/topics/threads, the number is what servers meet in practice.
        shows_answered: whether a message that the bot may see whole shows it whole what it answers, too. Discord's
            documents do not say; False is what they say of every message that is not named as an exemption.
        nonce_window: seconds within which `enforce_nonce` finds the first message again.
    """

    def __init__(self, clock: Clock, *, upload_limit: int) -> None:
        self.clock = clock
        self.upload_limit = upload_limit
        self.announced_upload_limit: int | None = None
        self.most_active_threads = 1000
        self.nonce_window = 5 * 60.0
        self.shows_answered = False
        self.ids = SnowflakeMaker(clock)
        self.changes = Changes()
        self.observers: list[Observer] = []
        self.cdn = Cdn(clock)
        self.timers = Timers()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[int, Interaction] = {}
        self.bot = self.add_user(User(self.ids.next_guild(), "sandbox-bot", "Sandbox bot", bot=True))
        owner = self.add_user(User(self.ids.next_guild(), "developer", "Developer"))
        self.application = Application(self.bot, owner, make_token(self.bot.id))
        self.gateway = Gateway(self)
        self.events = Events(self)

    # Finding -------------------------------------------------------------------------------------------------

    def guild(self, guild_id: int) -> Guild:
        """Return a guild by id.

        Raises:
            ApiError: 10004.
        """
        guild = self.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise ApiError(Code.UNKNOWN_GUILD)
        return guild

    def channel(self, channel_id: int) -> Channel:
        """Return a channel by id.

        Raises:
            ApiError: 10003.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ApiError(Code.UNKNOWN_CHANNEL)
        return channel

    def interaction_by_token(self, token: str) -> Interaction | None:
        """Return the interaction of a token."""
        return next((item for item in self.interactions.values() if item.token == token), None)

    def dm_between(self, first: User, second: User) -> Channel:
        """Return the DM of two users, opening it where there is none yet."""
        for channel in self.channels.values():
            if channel.is_dm and set(channel.recipients) == {first, second}:
                return channel
        channel = Channel(self, self.ids.next(), ChannelType.DM, "")
        channel.recipients = [first, second]
        self.add_channel(channel)
        return channel

    # Adding and removing -------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Register a user."""
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> None:
        """Register a channel."""
        self.channels[channel.id] = channel
        self.changes.notify()

    def remove_channel(self, channel: Channel) -> None:
        """Remove a channel or thread; its files are gone with it."""
        channel.deleted = True
        self.channels.pop(channel.id, None)
        siblings = channel.parent.threads if channel.parent else channel.guild.channels if channel.guild else []
        if channel in siblings:
            siblings.remove(channel)
        for message in channel.history:
            for attachment in message.files:
                self.cdn.remove(attachment)
        if channel.thread is not None:
            self.events.thread_delete(channel)
        else:
            self.events.channel_delete(channel)
        self.changes.notify()

    def open_thread(
        self,
        parent: Channel,
        name: str,
        *,
        owner: User,
        message: Message | None = None,
        private: bool = False,
        invitable: bool = True,
        auto_archive_minutes: int | None = None,
    ) -> Channel:
        """Open a thread, from a message or on its own, and tell everyone."""
        now = self.clock.now()
        state = ThreadState(owner, auto_archive_minutes or THREE_DAYS, now, invitable=invitable)
        state.members[owner.id] = now
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        thread_id = self.ids.next() if message is None else message.id
        thread = Channel(self, thread_id, kind, name, guild=parent.guild, parent=parent, thread=state)
        thread.starter = message
        parent.threads.append(thread)
        self.channels[thread.id] = thread
        if message is not None:
            message.thread = thread
            message.flags |= MessageFlags.HAS_THREAD
        self.events.thread_create(thread)
        if message is not None:
            self._system_message(thread, owner, MessageType.THREAD_STARTER_MESSAGE, "", message)
            self.events.message_update(message)
        elif parent.kind is ChannelType.GUILD_TEXT and not private:
            self._system_message(parent, owner, MessageType.THREAD_CREATED, name, None)
        self.changes.notify()
        return thread

    def open_post(
        self, forum: Channel, name: str, *, owner: User, content: str, attachments: list[Attachment] | None = None
    ) -> Channel:
        """Open a forum post whose first message has the post's id."""
        thread = self.open_thread(forum, name, owner=owner)
        first = Message(thread.id, thread, owner, self.clock.now(), content=content, attachments=attachments or [])
        thread.starter = first
        found = find_mentions(content, thread, owner, AllowedMentions())
        first.mentions, first.mention_roles, first.mention_everyone = found.users, found.roles, found.everyone
        first.pinged = found.pinged
        self.publish(first)
        return thread

    def publish(self, message: Message) -> None:
        """Put a message into its channel and tell everyone; sending wakes an archived thread."""
        channel = message.channel
        if message.ephemeral:
            channel.ephemerals.append(message)
        else:
            channel.history.append(message)
            channel.last_message_id = message.id
            if channel.thread is not None:
                channel.thread.total_sent += not message.is_system
                channel.thread.members.setdefault(message.author.id, self.clock.now())
                if channel.thread.archived:
                    channel.archived = False
        self.events.message_create(message)
        self.changes.notify()

    def delete_message(self, message: Message) -> None:
        """Delete a message; its files are gone with it."""
        self._take_away(message)
        self.events.message_delete(message)
        self.changes.notify()

    def delete_messages(self, messages: list[Message], channel: Channel) -> None:
        """Delete messages of one channel at once."""
        for message in messages:
            self._take_away(message)
        self.events.messages_delete(messages, channel)
        self.changes.notify()

    def _take_away(self, message: Message) -> None:
        message.deleted = True
        shelf = message.channel.ephemerals if message.ephemeral else message.channel.history
        if message in shelf:
            shelf.remove(message)
        for attachment in message.files:
            self.cdn.remove(attachment)

    def _system_message(
        self, channel: Channel, author: User, kind: MessageType, content: str, reference: Message | None
    ) -> Message:
        message = Message(self.ids.next(), channel, author, self.clock.now(), kind=kind, content=content)
        message.reference = reference
        message.reference_id = reference.id if reference else None
        self.publish(message)
        return message

    # Interactions --------------------------------------------------------------------------------------------

    def answered(self, interaction: Interaction) -> None:
        """Stop an interaction's time: the bot has acknowledged it."""
        self.timers.stop(interaction)
        self.changes.notify()

    @property
    def unanswered(self) -> list[Interaction]:
        """The interactions that a connected bot still has to acknowledge."""
        return [item for item in self.interactions.values() if item.unanswered]
