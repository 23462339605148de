"""What a Discord client lets a person write."""

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.errors import ClientRefused
from sandbox.discord.files import File
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User

MOST_FILES = 10
LONGEST_TEXT = 2000


def require_writing(person: User, channel: Channel, content: str, files: list[File], *, upload_limit: int) -> None:
    """Insist that a client lets a person send this.

    Raises:
    ClientRefused: it does not.
    """
    if not content.strip() and not files:
        raise ClientRefused("There is nothing to send.")
    if len(content) > LONGEST_TEXT:
        raise ClientRefused(f"A message has at most {LONGEST_TEXT} characters.")
    if len(files) > MOST_FILES:
        raise ClientRefused(f"A message has at most {MOST_FILES} files.")
    if channel.kind is ChannelType.GUILD_FORUM:
        raise ClientRefused("In a forum one writes into posts.")
    for file in files:
        if len(file.data) > upload_limit:
            raise ClientRefused(f"{file.filename} is too large: {len(file.data)} bytes.")
    needed = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    if files:
        needed |= Permissions.ATTACH_FILES
    held = channel.permissions_of(person)
    if needed not in held:
        raise ClientRefused(f"{person.name} may not write in {channel.label}.")
    if channel.thread is not None and channel.locked and Permissions.MANAGE_THREADS not in held:
        raise ClientRefused(f"{channel.label} is locked.")
