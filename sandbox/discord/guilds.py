"""Guilds (servers), their roles and their members."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.discord.channels import Channel, ChannelType, Overwrite
from sandbox.discord.permissions import ALL, EVERYONE, INVITED_BOT, Permissions, apply_overwrites, with_implicit_denials
from sandbox.discord.users import User

if TYPE_CHECKING:
    from sandbox.discord.world import World


@dataclass(eq=False)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: Permissions
    position: int
    managed_by: User | None = None
    mentionable: bool = False


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None


class Guild:
    """A server.

    Attributes:
        has_bot: whether the application's bot is a member; where it is not, only a user install reaches.
        channels: its channels, without threads, in order.
        roles: its roles; the first is everyone's.
        members: by user id.
    """

    def __init__(self, world: "World", guild_id: int, name: str, owner: User) -> None:
        self.world = world
        self.id = guild_id
        self.name = name
        self.owner = owner
        self.locale = "en-US"
        self.has_bot = False
        self.channels: list[Channel] = []
        self.everyone = Role(guild_id, "@everyone", EVERYONE, 0)
        self.roles: list[Role] = [self.everyone]
        self.members: dict[int, Member] = {}
        self.join(owner)

    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    def join(self, user: User, *roles: Role) -> Member:
        """Make a user a member; someone who is one already stays as they are."""
        if user.id not in self.members:
            self.members[user.id] = member = Member(user, self.world.clock.now(), list(roles))
            self.world.events.member_add(self, member)
        return self.members[user.id]

    def leave(self, user: User) -> None:
        """End a user's membership; the bot is told by GUILD_DELETE when it is the one removed."""
        member = self.members.pop(user.id, None)
        if user is self.world.bot:
            self.has_bot = False
            self.world.events.guild_delete(self)
        elif member is not None:
            self.world.events.member_remove(self, member)

    def invite_bot(self, permissions: Permissions = INVITED_BOT) -> None:
        """Add the bot, with an integration role that carries the permissions of its invitation."""
        role = self.add_role(self.world.bot.name, permissions, managed_by=self.world.bot)
        self.join(self.world.bot, role)
        self.has_bot = True
        self.world.events.guild_create(self)

    def add_role(self, name: str, permissions: Permissions = EVERYONE, *, managed_by: User | None = None) -> Role:
        """Add a role above the ones there are."""
        role = Role(self.world.ids.next(), name, permissions, len(self.roles), managed_by)
        self.roles.append(role)
        self.world.events.role_create(self, role)
        return role

    def give_role(self, user: User, role: Role) -> None:
        """Give a member a role."""
        member = self.members[user.id]
        member.roles.append(role)
        self.world.events.member_update(self, member)

    def add_text_channel(
        self,
        name: str,
        *,
        bot_denied: Permissions = Permissions.NONE,
        bot_allowed: Permissions = Permissions.NONE,
        everyone_denied: Permissions = Permissions.NONE,
    ) -> Channel:
        """Add a text channel, with overwrites for the bot alone and for everyone."""
        return self._add_channel(ChannelType.GUILD_TEXT, name, bot_denied, bot_allowed, everyone_denied)

    def add_forum(
        self,
        name: str,
        *,
        bot_denied: Permissions = Permissions.NONE,
        bot_allowed: Permissions = Permissions.NONE,
        everyone_denied: Permissions = Permissions.NONE,
    ) -> Channel:
        """Add a forum; people open posts in it with `Channel.add_post`."""
        return self._add_channel(ChannelType.GUILD_FORUM, name, bot_denied, bot_allowed, everyone_denied)

    def permissions_of(self, user: User, channel: Channel | None = None) -> Permissions:
        """Compute what a user may do in the guild or, with overwrites, in one of its channels or threads.

        Source: https://discord.com/developers/docs/topics/permissions#permission-overwrites
        """
        member = self.members.get(user.id)
        if member is None:
            return Permissions.NONE
        base = self.everyone.permissions
        for role in member.roles:
            base |= role.permissions
        if user is self.owner or Permissions.ADMINISTRATOR in base:
            return ALL
        if channel is None:
            return base
        source = channel.parent if channel.is_thread and channel.parent else channel
        computed = apply_overwrites(base, _layers(source, self, member))
        return with_implicit_denials(computed, in_thread=channel.is_thread)

    @property
    def threads(self) -> list[Channel]:
        """All threads of all channels, archived ones too."""
        return [thread for channel in self.channels for thread in channel.threads]

    def _add_channel(
        self, kind: ChannelType, name: str, denied: Permissions, allowed: Permissions, everyone_denied: Permissions
    ) -> Channel:
        channel = Channel(self.world, self.world.ids.next(), kind, name, guild=self)
        channel.position = len(self.channels)
        if denied or allowed:
            channel.overwrites.append(Overwrite(self.world.bot.id, is_member=True, allow=allowed, deny=denied))
        if everyone_denied:
            channel.overwrites.append(Overwrite(self.id, is_member=False, deny=everyone_denied))
        self.channels.append(channel)
        self.world.add_channel(channel)
        self.world.events.channel_create(channel)
        return channel


def _layers(channel: Channel, guild: Guild, member: Member) -> list[tuple[Permissions, Permissions]]:
    everyone = roles = own = (Permissions.NONE, Permissions.NONE)
    held = {role.id for role in member.roles}
    for overwrite in channel.overwrites:
        if overwrite.is_member:
            if overwrite.target_id == member.user.id:
                own = (overwrite.allow, overwrite.deny)
        elif overwrite.target_id == guild.id:
            everyone = (overwrite.allow, overwrite.deny)
        elif overwrite.target_id in held:
            roles = (roles[0] | overwrite.allow, roles[1] | overwrite.deny)
    return [everyone, roles, own]
