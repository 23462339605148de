"""Which commands a Discord client offers a person in a channel."""

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.command_registry import Command, CommandType, Context, InstallType
from sandbox.discord.errors import ClientRefused
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User
from sandbox.discord.world import World


def offered_command(world: World, person: User, channel: Channel, name: str, kind: CommandType) -> Command:
    """Return the command that a client offers a person in a channel under a name.

    Raises:
        ClientRefused: there is none, or the person may not use it there.
    """
    if channel.kind is ChannelType.GUILD_FORUM:
        raise ClientRefused(f"{channel.label} is a forum: commands are used in its posts.")
    known = _known(world, channel)
    command = next((item for item in known if item.name == name and item.type is kind), None)
    if command is None:
        names = ", ".join(item.name for item in known if item.type is kind) or "none"
        raise ClientRefused(f"There is no command {name!r}; there are: {names}.")
    _require_offer(world, person, channel, command)
    if not _installed_there(world, channel, command):
        # Whoever wants to use the app where it is not present adds it to their account first.
        person.user_installed = True
    return command


def offered_commands(world: World, person: User, channel: Channel) -> list[Command]:
    """Return every command that a client offers a person in a channel, of all types."""
    if channel.kind is ChannelType.GUILD_FORUM:
        return []
    offered: list[Command] = []
    for command in _known(world, channel):
        try:
            _require_offer(world, person, channel, command)
        except ClientRefused:
            continue
        offered.append(command)
    return offered


def _known(world: World, channel: Channel) -> list[Command]:
    guild = channel.guild
    return world.application.commands.visible_in(guild.id if guild and guild.has_bot else None)


def _require_offer(world: World, person: User, channel: Channel, command: Command) -> None:
    context = _context(world, channel)
    if command.guild_id is None and context not in command.contexts:
        raise ClientRefused(f"{command.name} cannot be used in {context.name.lower().replace('_', ' ')}s.")
    if not _installed_there(world, channel, command):
        if InstallType.USER not in command.integration_types:
            raise ClientRefused(f"{command.name} is not installed here, and cannot be installed for users.")
        if person.user_installed is False:
            raise ClientRefused(f"{person.name} has not added the app to their account.")
    _require_permissions(person, channel, command)


def _context(world: World, channel: Channel) -> Context:
    if channel.guild is not None:
        return Context.GUILD
    return Context.BOT_DM if world.bot in channel.recipients else Context.PRIVATE_CHANNEL


def _installed_there(world: World, channel: Channel, command: Command) -> bool:
    in_guild = channel.guild is not None and channel.guild.has_bot
    here = in_guild or _context(world, channel) is Context.BOT_DM
    return here and InstallType.GUILD in command.integration_types


def _require_permissions(person: User, channel: Channel, command: Command) -> None:
    if channel.guild is None:
        if person not in channel.recipients:
            raise ClientRefused(f"{person.name} is no participant of this conversation.")
        return
    held = channel.permissions_of(person)
    if Permissions.VIEW_CHANNEL not in held:
        raise ClientRefused(f"{person.name} cannot see {channel.label}.")
    if Permissions.USE_APPLICATION_COMMANDS not in held:
        raise ClientRefused(f"{person.name} may not use commands in {channel.label}.")
    if channel.thread is not None and channel.thread.locked and Permissions.MANAGE_THREADS not in held:
        raise ClientRefused(f"{channel.label} is locked.")
    needed = command.payload.get("default_member_permissions")
    if needed is not None:
        wanted = int(needed)
        allowed = (int(held) & wanted) == wanted if wanted else Permissions.ADMINISTRATOR in held
        if not allowed:
            raise ClientRefused(f"{command.name} is not offered to {person.name}: a permission is missing.")
