"""The gateway's address, users, and opening DMs: https://discord.com/developers/docs/resources/user."""

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.payloads.users import own_user_payload, user_payload
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.validation.form import Form

_DAY_MS = 86_400_000


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/gateway", _gateway, with_token=False)
    router.add("GET", "/gateway/bot", _gateway_bot)
    router.add("GET", "/users/@me", _me)
    router.add("GET", "/users/@me/guilds", _my_guilds)
    router.add("POST", "/users/@me/channels", _open_dm)
    router.add("GET", "/users/{user_id}", _user)


async def _gateway(call: Call) -> Json:
    return {"url": call.world.gateway.url}


async def _gateway_bot(call: Call) -> Json:
    gateway = call.world.gateway
    return {
        "url": gateway.url,
        "shards": gateway.shards,
        "session_start_limit": {
            "total": 1000,
            "remaining": max(0, gateway.session_starts_left),
            "reset_after": _DAY_MS,
            "max_concurrency": gateway.max_concurrency,
        },
    }


async def _me(call: Call) -> Json:
    return own_user_payload(call.world.bot)


async def _my_guilds(call: Call) -> list[Json]:
    world = call.world
    after = call.query_snowflake("after") or 0
    limit = call.limit(default=200, most=200)
    guilds = sorted((item for item in world.guilds.values() if item.has_bot and item.id > after), key=lambda g: g.id)
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner is world.bot,
            "permissions": str(int(guild.permissions_of(world.bot))),
            "features": [],
        }
        for guild in guilds[:limit]
    ]


async def _user(call: Call) -> Json:
    user = call.world.users.get(call.snowflake("user_id"))
    if user is None:
        raise ApiError(Code.UNKNOWN_USER)
    return user_payload(user)


async def _open_dm(call: Call) -> Json:
    form = Form()
    recipient_id = form.snowflake(("recipient_id",), (await call.json()).get("recipient_id"), required=True)
    form.finish()
    user = call.world.users.get(recipient_id or 0)
    if user is None:
        raise ApiError(Code.UNKNOWN_USER)
    if user.bot:
        raise ApiError(Code.CANNOT_MESSAGE_USER)
    return channel_payload(call.world.dm_between(user, call.world.bot), viewer=call.world.bot)
