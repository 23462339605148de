"""Servers, channels and commands as one person sees them."""

from sandbox.discord import Channel, ChannelType, ClientRefused, DiscordSandbox, File, Permissions, Person
from sandbox.discord.client_offers import offered_commands
from sandbox.discord.client_writing import require_writing
from sandbox.discord.command_registry import Command
from sandbox.discord.errors import Json
from sandbox.page import words
from sandbox.page.desk import Desk
from sandbox.page.view.cache import ViewCache

_NOTES = (
    (Permissions.SEND_MESSAGES, words.SENDING_DENIED),
    (Permissions.ATTACH_FILES, words.FILES_DENIED),
    (Permissions.CREATE_PUBLIC_THREADS, words.THREADS_DENIED),
)
_NOTHING = File("nothing", b"")


def channels_of(discord: DiscordSandbox, person: Person) -> list[Channel]:
    """Return the channels, threads and conversations that a person sees, in their order."""
    return [channel for channel in discord.world.channels.values() if sees(person, channel)]


def sees(person: Person, channel: Channel) -> bool:
    """Tell whether a person sees a channel; a private thread is seen by its members and by moderators."""
    held = channel.permissions_of(person)
    if Permissions.VIEW_CHANNEL not in held:
        return False
    if channel.kind is not ChannelType.PRIVATE_THREAD:
        return True
    return person.id in channel.thread_state.members or Permissions.MANAGE_THREADS in held


def channels_view(desk: Desk, person: Person, channels: list[Channel], cache: ViewCache) -> dict[str, Json]:
    """Return each `guild:<id>`, `channel:<id>` and `command:<id>`."""
    view: dict[str, Json] = {}
    for order, guild in enumerate(desk.world.discord.world.guilds.values()):
        if person.id in guild.members:
            about: Json = {"id": str(guild.id), "name": guild.name, "order": order, "has_bot": guild.has_bot}
            view[f"guild:{guild.id}"] = about
    commands: dict[int, Command] = {}
    for order, channel in enumerate(channels):
        offered = offered_commands(desk.world.discord.world, person, channel)
        commands |= {command.id: command for command in offered}
        view[f"channel:{channel.id}"] = _channel(person, channel, order, offered) | {
            "message_count": cache.message_count(channel)
        }
    return view | {f"command:{command.id}": _command(command) for command in commands.values()}


def _channel(person: Person, channel: Channel, order: int, offered: list[Command]) -> Json:
    state = channel.thread
    held = channel.permissions_of(person)
    why_not = refusal_to_write(person, channel, [])
    others = [user.display_name for user in channel.recipients if user is not person]
    starter = channel.starter if channel.starter is not None and not channel.starter.deleted else None
    return {
        "id": str(channel.id),
        "kind": _kind(channel),
        "name": ", ".join(others) if channel.is_dm else channel.name,
        "guild": str(channel.guild.id) if channel.guild else None,
        "parent": str(channel.parent.id) if channel.parent else None,
        "order": order,
        "note": _note(channel),
        "archived": state is not None and state.archived,
        "locked": state is not None and state.locked,
        "starter": str(starter.id) if starter is not None else None,
        "last": str(channel.history[-1].id) if channel.history else None,
        "may": {
            "write": not why_not,
            "attach": not refusal_to_write(person, channel, [_NOTHING]),
            "react": Permissions.ADD_REACTIONS in held and not (state is not None and state.archived),
            "moderate": Permissions.MANAGE_MESSAGES in held,
            "commands": bool(offered),
        },
        "why_not": why_not,
        "commands": [str(command.id) for command in offered],
    }


def refusal_to_write(person: Person, channel: Channel, files: list[File]) -> str:
    """Return why a person cannot write in a channel, or send files there; nothing where they can."""
    try:
        require_writing(person, channel, "?", files, upload_limit=1)
    except ClientRefused as refused:
        return str(refused)
    return ""


def _kind(channel: Channel) -> str:
    match channel.kind:
        case ChannelType.GUILD_TEXT:
            return "text"
        case ChannelType.GUILD_FORUM:
            return "forum"
        case ChannelType.DM:
            return "dm"
        case ChannelType.PUBLIC_THREAD | ChannelType.PRIVATE_THREAD:
            in_forum = channel.parent is not None and channel.parent.kind is ChannelType.GUILD_FORUM
            return "post" if in_forum else "thread"


def _note(channel: Channel) -> str:
    """Return what is special about a channel: what the bot cannot do in it."""
    if channel.guild is None or not channel.guild.has_bot or channel.is_thread:
        return ""
    held = channel.permissions_of(channel.world.bot)
    if Permissions.VIEW_CHANNEL not in held:
        return words.HIDDEN_FROM_BOT
    return " ".join(note for permission, note in _NOTES if permission not in held)


def _command(command: Command) -> Json:
    return {"description": "", **command.payload, "id": str(command.id), "options": command.options}
