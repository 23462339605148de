"""What a Discord client lets a person write."""

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.errors import ClientRefused
from sandbox.discord.files import File, readable_size
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User

MOST_FILES = 10
LONGEST_TEXT = 2000


def require_writing(
    person: User, channel: Channel, content: str, files: list[File], *, upload_limit: int, has_more: bool = False
) -> None:
    """Insist that a client lets a person send this; `has_more` tells of stickers, or of what is forwarded.

    Raises:
        ClientRefused: it does not.
    """
    require_sendable(content, files, upload_limit=upload_limit, has_more=has_more)
    if channel.kind is ChannelType.GUILD_FORUM:
        raise ClientRefused("In a forum one writes into posts.")
    needed = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    if files:
        needed |= Permissions.ATTACH_FILES
    held = channel.permissions_of(person)
    if needed not in held:
        raise ClientRefused(f"{person.name} may not write in {channel.label}.")
    if channel.thread is not None and channel.locked and Permissions.MANAGE_THREADS not in held:
        raise ClientRefused(f"{channel.label} is locked.")


def require_sendable(content: str, files: list[File], *, upload_limit: int, has_more: bool = False) -> None:
    """Insist that this is a message at all, wherever it is sent.

    Raises:
        ClientRefused: it is none.
    """
    require_words(content, has_files=bool(files) or has_more)
    if len(files) > MOST_FILES:
        raise ClientRefused(f"A message has at most {MOST_FILES} files.")
    for file in files:
        require_size(file, upload_limit)


def require_size(file: File, upload_limit: int) -> None:
    """Insist that a file is not too large.

    Raises:
        ClientRefused: it is.
    """
    if len(file.data) > upload_limit:
        raise ClientRefused(too_large(file.filename, upload_limit))


def too_large(filename: str, upload_limit: int) -> str:
    """Return the sentence with which a file that is too large is refused."""
    return f"{filename} is too large: a file may have at most {readable_size(upload_limit)} here."


def require_words(content: str, *, has_files: bool) -> None:
    """Insist that there is something in a message, and not too much.

    Raises:
        ClientRefused: there is not.
    """
    if not content.strip() and not has_files:
        raise ClientRefused("There is nothing to send.")
    if len(content) > LONGEST_TEXT:
        raise ClientRefused(f"A message has at most {LONGEST_TEXT} characters.")


def require_awake(channel: Channel) -> None:
    """Insist that a thread is not archived; only sending brings it back.

    Raises:
        ClientRefused: it is.
    """
    if channel.thread is not None and channel.archived:
        raise ClientRefused("The thread is archived.")
