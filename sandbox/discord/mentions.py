"""Who a message mentions, and who is really notified.

Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object.
"""

import re
from dataclasses import dataclass, field

from sandbox.discord.channels import Channel
from sandbox.discord.guilds import Role
from sandbox.discord.messages import Message
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User
from sandbox.discord.validation.messages import AllowedMentions

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@dataclass
class Mentions:
    """What a text's mentions come to."""

    users: list[User] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    everyone: bool = False
    pinged: list[User] = field(default_factory=list)


def find_mentions(
    text: str, channel: Channel, author: User, allowed: AllowedMentions, *, replied_to: Message | None = None
) -> Mentions:
    """Find out whom a new message mentions and notifies; code blocks mention nobody."""
    plain = _CODE.sub(" ", text)
    found = Mentions()
    for number in dict.fromkeys(int(item) for item in _USER.findall(plain)):
        user = channel.world.users.get(number)
        if user is not None and ("users" in allowed.parse or number in allowed.users):
            found.users.append(user)
    if replied_to is not None and allowed.replied_user and replied_to.author not in found.users:
        found.users.append(replied_to.author)
    privileged = Permissions.MENTION_EVERYONE in channel.permissions_of(author)
    if channel.guild is not None:
        for number in dict.fromkeys(int(item) for item in _ROLE.findall(plain)):
            role = next((item for item in channel.guild.roles if item.id == number), None)
            if role is not None and ("roles" in allowed.parse or number in allowed.roles):
                found.roles.append(role)
        found.everyone = privileged and "everyone" in allowed.parse and _EVERYONE.search(plain) is not None
    found.pinged = _notified(found, channel, author, privileged=privileged)
    return found


def _notified(found: Mentions, channel: Channel, author: User, *, privileged: bool) -> list[User]:
    reached = list(found.users)
    if channel.guild is not None:
        ringing = {role.id for role in found.roles if role.mentionable or privileged}
        reached += [
            member.user
            for member in channel.guild.members.values()
            if found.everyone or any(role.id in ringing for role in member.roles)
        ]
    return [
        user
        for user in dict.fromkeys(reached)
        if user is not author and not user.bot and Permissions.VIEW_CHANNEL in channel.permissions_of(user)
    ]
