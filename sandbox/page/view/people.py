"""The persons: oneself, those one can be, and everybody who has written something."""

from collections.abc import Iterable

from sandbox.discord import Permissions, Person, User
from sandbox.discord.errors import Json
from sandbox.page.desk import Desk


def people_view(desk: Desk, person: Person, authors: Iterable[User]) -> dict[str, Json]:
    """Return `me`, `app`, each `person:<id>` and each `role:<id>`."""
    discord = desk.world.discord
    known = dict.fromkeys([*desk.persons, discord.bot, *authors])
    roles = {
        f"role:{role.id}": {"id": str(role.id), "name": role.name, "guild": str(guild.id)}
        for guild in discord.world.guilds.values()
        if person.id in guild.members
        for role in guild.roles
        if role is not guild.everyone
    }
    return {
        "me": {
            "id": str(person.id),
            "name": person.name,
            "display_name": person.display_name,
            "moderator": moderates(desk, person),
            "upload_limit": discord.upload_limit,
        },
        "app": {"id": str(discord.application_id), "name": discord.bot.display_name},
        **{f"person:{user.id}": _person(desk, user) for user in known},
        **roles,
    }


def moderates(desk: Desk, user: User) -> bool:
    """Tell whether somebody may manage messages in any server."""
    guilds = desk.world.discord.world.guilds.values()
    return any(Permissions.MANAGE_MESSAGES in guild.permissions_of(user) for guild in guilds)


def _person(desk: Desk, user: User) -> Json:
    return {
        "id": str(user.id),
        "name": user.name,
        "display_name": user.display_name,
        "bot": user.bot,
        "playable": user in desk.persons,
        "about": "App" if user.bot else "Moderator" if moderates(desk, user) else "Member",
    }
