"""Users and members: https://discord.com/developers/docs/resources/user."""

from sandbox.discord.errors import Json
from sandbox.discord.guilds import Member
from sandbox.discord.permissions import Permissions
from sandbox.discord.users import User


def user_payload(user: User) -> Json:
    """Return a user object."""
    payload: Json = {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.display_name,
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    if user.bot:
        payload["bot"] = True
    return payload


def own_user_payload(user: User) -> Json:
    """Return the bot's own user, with what only it may know."""
    return user_payload(user) | {
        "mfa_enabled": True,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def member_payload(member: Member, *, with_user: bool = True) -> Json:
    """Return a member object; message events leave the user out, it stands beside it."""
    payload: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": member.joined_at.isoformat(),
        "nick": member.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in member.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        payload["user"] = user_payload(member.user)
    return payload


def invoking_member_payload(member: Member, permissions: Permissions) -> Json:
    """Return the member of an interaction, with the permissions in the channel."""
    return member_payload(member) | {"permissions": str(int(permissions))}


def chosen_member_payload(member: Member, permissions: Permissions) -> Json:
    """Return the partial member that stands beside a user who was chosen in an option or a menu.

    Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-resolved-data-structure.
    """
    whole = invoking_member_payload(member, permissions)
    return {key: value for key, value in whole.items() if key not in ("user", "deaf", "mute")}
