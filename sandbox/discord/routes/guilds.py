"""Guilds: https://discord.com/developers/docs/resources/guild."""

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.intents import Intents
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.payloads.guilds import guild_payload, role_payload
from sandbox.discord.payloads.users import member_payload
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.validation.form import Form


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/guilds/{guild_id}", _get)
    router.add("GET", "/guilds/{guild_id}/channels", _channels)
    router.add("GET", "/guilds/{guild_id}/roles", _roles)
    router.add("GET", "/guilds/{guild_id}/members", _members)
    router.add("GET", "/guilds/{guild_id}/members/search", _search)
    router.add("GET", "/guilds/{guild_id}/members/{user_id}", _member)
    router.add("DELETE", "/users/@me/guilds/{guild_id}", _leave)


async def _get(call: Call) -> Json:
    guild = call.world.guild(call.snowflake("guild_id"))
    payload = guild_payload(guild)
    if call.query("with_counts") in ("1", "true", "True"):
        payload |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return payload


async def _channels(call: Call) -> list[Json]:
    guild = call.world.guild(call.snowflake("guild_id"))
    return [channel_payload(channel) for channel in guild.channels]


async def _roles(call: Call) -> list[Json]:
    return [role_payload(role) for role in call.world.guild(call.snowflake("guild_id")).roles]


async def _members(call: Call) -> list[Json]:
    guild = call.world.guild(call.snowflake("guild_id"))
    if Intents.GUILD_MEMBERS not in call.world.application.privileged_intents:
        raise ApiError(Code.MISSING_ACCESS)
    after = call.query_snowflake("after") or 0
    limit = call.limit(default=1, most=1000)
    members = sorted((item for item in guild.members.values() if item.user.id > after), key=lambda m: m.user.id)
    return [member_payload(member) for member in members[:limit]]


async def _search(call: Call) -> list[Json]:
    guild = call.world.guild(call.snowflake("guild_id"))
    form = Form()
    query = form.text(("query",), call.query("query"), shortest=1, longest=100, required=True)
    form.finish()
    limit = call.limit(default=1, most=1000)
    beginning = (query or "").casefold()
    found = [
        member
        for member in guild.members.values()
        if any(name.casefold().startswith(beginning) for name in (member.user.name, member.nick) if name)
    ]
    return [member_payload(member) for member in found[:limit]]


async def _member(call: Call) -> Json:
    guild = call.world.guild(call.snowflake("guild_id"))
    member = guild.members.get(call.snowflake("user_id"))
    if member is None:
        raise ApiError(Code.UNKNOWN_MEMBER)
    return member_payload(member)


async def _leave(call: Call) -> None:
    call.world.guild(call.snowflake("guild_id")).leave(call.world.bot)
