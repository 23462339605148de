"""Gateway events: who is told what, by intents and permissions.

Source: https://discord.com/developers/docs/events/gateway-events.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.discord.channels import Channel
from sandbox.discord.errors import Json
from sandbox.discord.intents import Intents
from sandbox.discord.payloads.channels import channel_payload, thread_member_payload
from sandbox.discord.payloads.guilds import guild_create_payload, role_payload
from sandbox.discord.payloads.messages import emoji_payload, message_payload
from sandbox.discord.payloads.users import member_payload, user_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.guilds import Guild, Member, Role
    from sandbox.discord.interactions import Interaction
    from sandbox.discord.messages import Message
    from sandbox.discord.world import World

Render = Callable[[Intents], Json | None]
"""Makes an event's payload for a session's intents; None: this session is not told."""


class Events:
    """Turns what happens into gateway dispatches."""

    def __init__(self, world: "World") -> None:
        self._world = world

    # Guilds, channels, threads -------------------------------------------------------------------------------

    def guild_create(self, guild: "Guild") -> None:
        """The bot joined a guild."""

        def render(intents: Intents) -> Json:
            return guild_create_payload(guild, self._world.bot, all_members=Intents.GUILD_MEMBERS in intents)

        self._tell("GUILD_CREATE", render, guild, Intents.GUILDS)

    def guild_delete(self, guild: "Guild") -> None:
        """The bot was removed from a guild."""
        self._tell_always("GUILD_DELETE", {"id": str(guild.id)}, guild, Intents.GUILDS)

    def role_create(self, guild: "Guild", role: "Role") -> None:
        """A role was added."""
        self._tell_guild("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": role_payload(role)}, guild)

    def member_add(self, guild: "Guild", member: "Member") -> None:
        """Somebody joined a guild."""
        if member.user is not self._world.bot:
            payload = member_payload(member) | {"guild_id": str(guild.id)}
            self._tell_guild("GUILD_MEMBER_ADD", payload, guild, Intents.GUILD_MEMBERS)

    def member_remove(self, guild: "Guild", member: "Member") -> None:
        """Somebody left a guild."""
        payload = {"guild_id": str(guild.id), "user": user_payload(member.user)}
        self._tell_guild("GUILD_MEMBER_REMOVE", payload, guild, Intents.GUILD_MEMBERS)

    def member_update(self, guild: "Guild", member: "Member") -> None:
        """A member's roles changed; of itself the bot is told without an intent."""
        needs = Intents.NONE if member.user is self._world.bot else Intents.GUILD_MEMBERS
        self._tell_guild("GUILD_MEMBER_UPDATE", member_payload(member) | {"guild_id": str(guild.id)}, guild, needs)

    def channel_create(self, channel: Channel) -> None:
        """A channel was added."""
        self._tell_channel("CHANNEL_CREATE", channel)

    def channel_update(self, channel: Channel) -> None:
        """A channel was changed."""
        self._tell_channel("CHANNEL_UPDATE", channel)

    def channel_delete(self, channel: Channel) -> None:
        """A channel was removed."""
        self._tell_channel("CHANNEL_DELETE", channel)

    def thread_create(self, thread: Channel) -> None:
        """A thread was opened."""
        payload = channel_payload(thread, viewer=self._world.bot) | {"newly_created": True}
        self._tell_thread("THREAD_CREATE", payload, thread)

    def thread_update(self, thread: Channel) -> None:
        """A thread was renamed, archived, locked or brought back."""
        self._tell_thread("THREAD_UPDATE", channel_payload(thread, viewer=self._world.bot), thread)
        self._world.changes.notify()

    def thread_delete(self, thread: Channel) -> None:
        """A thread was removed."""
        if thread.guild is None or thread.parent is None:
            return
        payload: Json = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "parent_id": str(thread.parent.id),
            "type": int(thread.kind),
        }
        self._tell_guild("THREAD_DELETE", payload, thread.guild)

    def thread_members_update(self, thread: Channel, *, added: User | None = None, removed: User | None = None) -> None:
        """Somebody joined or left a thread; of others than itself the bot is told with GUILD_MEMBERS only."""
        if thread.guild is None:
            return
        payload: Json = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "member_count": len(thread.thread_state.members),
            "added_members": [],
            "removed_member_ids": [],
        }
        if added is not None:
            joined = thread.thread_state.members[added.id]
            member = member_payload(thread.guild.members[added.id])
            payload["added_members"] = [thread_member_payload(thread, added.id, joined) | {"member": member}]
        if removed is not None:
            payload["removed_member_ids"] = [str(removed.id)]
        about_bot = self._world.bot in (added, removed)
        needs = Intents.GUILDS | Intents.GUILD_MEMBERS if about_bot else Intents.GUILD_MEMBERS
        self._tell_thread("THREAD_MEMBERS_UPDATE", payload, thread, needs)

    # Messages ------------------------------------------------------------------------------------------------

    def message_create(self, message: "Message") -> None:
        """A message was sent."""
        self._tell_message("MESSAGE_CREATE", message)

    def message_update(self, message: "Message") -> None:
        """A message was edited."""
        self._tell_message("MESSAGE_UPDATE", message)

    def message_delete(self, message: "Message") -> None:
        """A message was deleted."""
        payload = {"id": str(message.id)} | _place(message.channel)
        self._tell_place("MESSAGE_DELETE", lambda _: payload, message.channel, _MESSAGES)

    def messages_delete(self, messages: "list[Message]", channel: Channel) -> None:
        """Messages were deleted at once."""
        payload = {"ids": [str(message.id) for message in messages]} | _place(channel)
        self._tell_place("MESSAGE_DELETE_BULK", lambda _: payload, channel, _MESSAGES)

    def pins_update(self, channel: Channel) -> None:
        """A message was pinned, or one was unpinned."""
        payload = _place(channel) | {"last_pin_timestamp": self._world.clock.now().isoformat()}
        self._tell_place("CHANNEL_PINS_UPDATE", lambda _: payload, channel, _PINS)

    def reaction(self, event: str, message: "Message", user: User, emoji: str) -> None:
        """A reaction was added or taken back: `MESSAGE_REACTION_ADD` or `MESSAGE_REACTION_REMOVE`."""
        payload: Json = {
            "user_id": str(user.id),
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "emoji": emoji_payload(emoji),
            "burst": False,
            "type": 0,
        }
        guild = message.channel.guild
        if guild is not None:
            payload["guild_id"] = str(guild.id)
        if event == "MESSAGE_REACTION_ADD":
            payload["message_author_id"] = str(message.author.id)
            if guild is not None and user.id in guild.members:
                payload["member"] = member_payload(guild.members[user.id])
        self._tell_place(event, lambda _: payload, message.channel, _REACTIONS)

    def reactions_clear(self, message: "Message", emoji: str | None) -> None:
        """A moderator took all reactions away, or all of one emoji."""
        payload: Json = {"message_id": str(message.id)} | _place(message.channel)
        event = "MESSAGE_REACTION_REMOVE_ALL"
        if emoji is not None:
            event, payload = "MESSAGE_REACTION_REMOVE_EMOJI", payload | {"emoji": emoji_payload(emoji)}
        self._tell_place(event, lambda _: payload, message.channel, _REACTIONS)

    def typing(self, channel: Channel, user: User) -> None:
        """Somebody is typing."""
        payload: Json = {
            "channel_id": str(channel.id),
            "user_id": str(user.id),
            "timestamp": int(self._world.clock.now().timestamp()),
        }
        if channel.guild is not None:
            payload["guild_id"] = str(channel.guild.id)
            payload["member"] = member_payload(channel.guild.members[user.id])
        self._tell_place("TYPING_START", lambda _: payload, channel, _TYPING)

    def interaction_create(self, interaction: "Interaction", payload: Json) -> None:
        """Tell the bot of an interaction, which needs no intent."""
        guild_id = interaction.channel.guild.id if interaction.channel.guild else None
        interaction.told = self._world.gateway.dispatch("INTERACTION_CREATE", lambda _: payload, guild_id)

    def command_permissions(self, guild: "Guild", settings: Json) -> None:
        """Somebody who manages a guild has set who may use a command; of that the bot is told without an intent."""
        application = self._world.application
        kept = application.command_permissions.setdefault(guild.id, [])
        kept[:] = [item for item in kept if item["id"] != settings["id"]] + [settings]
        self._tell_guild("APPLICATION_COMMAND_PERMISSIONS_UPDATE", settings, guild, Intents.NONE)

    # Delivery ------------------------------------------------------------------------------------------------

    def _tell_message(self, event: str, message: "Message") -> None:
        bot, channel = self._world.bot, message.channel

        def render(intents: Intents) -> Json:
            allowed = Intents.MESSAGE_CONTENT in intents
            payload = message_payload(message, bot, content_allowed=allowed)
            guild = channel.guild
            # Ephemeral messages come without guild and member.
            if guild is not None and not message.ephemeral:
                payload["guild_id"] = str(guild.id)
                if message.author.id in guild.members and message.interaction is None:
                    payload["member"] = member_payload(guild.members[message.author.id], with_user=False)
            return payload

        self._tell_place(event, render, channel, _MESSAGES)

    def _tell_place(self, event: str, render: Render, channel: Channel, needs: tuple[Intents, Intents]) -> None:
        bot = self._world.bot
        if channel.guild is None:
            if bot in channel.recipients:
                self._tell(event, render, None, needs[1])
        elif Permissions.VIEW_CHANNEL in channel.permissions_of(bot):
            self._tell(event, render, channel.guild, needs[0])
        self._world.changes.notify()

    def _tell_channel(self, event: str, channel: Channel) -> None:
        if channel.guild is not None:
            self._tell_guild(event, channel_payload(channel), channel.guild)

    def _tell_thread(self, event: str, payload: Json, thread: Channel, needs: Intents = Intents.GUILDS) -> None:
        if thread.guild is not None and Permissions.VIEW_CHANNEL in thread.permissions_of(self._world.bot):
            self._tell_guild(event, payload, thread.guild, needs)

    def _tell_guild(self, event: str, payload: Json, guild: "Guild", needs: Intents = Intents.GUILDS) -> None:
        if guild.has_bot:
            self._tell_always(event, payload, guild, needs)

    def _tell_always(self, event: str, payload: Json, guild: "Guild", needs: Intents) -> None:
        self._tell(event, lambda _: payload, guild, needs)

    def _tell(self, event: str, render: Render, guild: "Guild | None", needs: Intents) -> None:
        self._world.gateway.dispatch(event, render, guild.id if guild else None, needs)
        self._world.changes.notify()


def _place(channel: Channel) -> Json:
    place: Json = {"channel_id": str(channel.id)}
    return place if channel.guild is None else place | {"guild_id": str(channel.guild.id)}


_MESSAGES = (Intents.GUILD_MESSAGES, Intents.DIRECT_MESSAGES)
_PINS = (Intents.GUILDS, Intents.DIRECT_MESSAGES)
_REACTIONS = (Intents.GUILD_MESSAGE_REACTIONS, Intents.DIRECT_MESSAGE_REACTIONS)
_TYPING = (Intents.GUILD_MESSAGE_TYPING, Intents.DIRECT_MESSAGE_TYPING)
