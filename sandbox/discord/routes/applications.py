"""The application and its commands: https://discord.com/developers/docs/interactions/application-commands."""

from sandbox.discord.application import Application
from sandbox.discord.command_registry import Command, CommandType, kept_option
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.validation.commands import check_command, check_limits
from sandbox.discord.validation.form import Form
from sandbox.discord.world import World

MOST_CREATES_A_DAY = 200
"""In each guild, and everywhere.

Source: https://discord.com/developers/docs/interactions/application-commands#registering-a-command
"""

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/oauth2/applications/@me", _me)
    router.add("GET", "/applications/@me", _me)
    router.add("GET", f"{_GUILD}/permissions", _permissions)
    for base in (_GLOBAL, _GUILD):
        router.add("GET", base, _list)
        router.add("PUT", base, _overwrite)
        router.add("POST", base, _create)
        router.add("GET", f"{base}/{{command_id}}", _get)
        router.add("PATCH", f"{base}/{{command_id}}", _edit)
        router.add("DELETE", f"{base}/{{command_id}}", _delete)


def application_payload(world: World) -> Json:
    """Return the application as its own bot sees it."""
    application: Application = world.application
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": application.description,
        "type": None,
        "bot": user_payload(application.bot),
        "bot_public": application.bot_public,
        "bot_require_code_grant": False,
        "integration_types_config": application.integration_types_config,
        "verify_key": "0" * 64,
        "flags": application.flags,
        "flags_new": str(application.flags),
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": application.interactions_endpoint_url,
        "role_connections_verification_url": None,
        "owner": user_payload(application.owner),
        "approximate_guild_count": sum(guild.has_bot for guild in world.guilds.values()),
        "approximate_user_install_count": sum(user.user_installed is True for user in world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


async def _me(call: Call) -> Json:
    return application_payload(call.world)


def _scope(call: Call) -> int | None:
    """Return the guild whose commands are meant; None for the global ones.

    Raises:
        ApiError: 20012 for another application; 50001 for a guild without the bot.
    """
    if call.snowflake("application_id") != call.world.application.id:
        raise ApiError(Code.WRONG_APPLICATION)
    if "guild_id" not in call.request.match_info:
        return None
    guild = call.world.guilds.get(call.snowflake("guild_id"))
    if guild is None or not guild.has_bot:
        raise ApiError(Code.MISSING_ACCESS)
    return guild.id


def _find(call: Call, scope: int | None) -> Command:
    command = call.world.application.commands.scope(scope).get(call.snowflake("command_id"))
    if command is None:
        raise ApiError(Code.UNKNOWN_COMMAND)
    return command


async def _list(call: Call) -> list[Json]:
    return [command.payload for command in call.world.application.commands.scope(_scope(call)).values()]


async def _permissions(call: Call) -> list[Json]:
    """Return what a guild's admins have set for single users, roles or channels."""
    return call.world.application.command_permissions.get(_scope(call) or 0, [])


async def _get(call: Call) -> Json:
    return _find(call, _scope(call)).payload


async def _create(call: Call) -> Json:
    data = await call.json()
    scope = _scope(call)
    form = Form()
    check_command(form, (), data, in_guild=scope is not None)
    form.finish()
    registry = call.world.application.commands
    existing = registry.named(scope, str(data["name"]), int(data.get("type") or CommandType.CHAT_INPUT))
    others = [item.payload for item in registry.scope(scope).values() if item is not existing]
    check_limits([*others, data])
    command = _register(call.world, scope, data, existing)
    registry.scope(scope)[command.id] = command
    call.world.changes.notify()
    return command.payload


async def _overwrite(call: Call) -> list[Json]:
    body = await call.body()
    scope = _scope(call)
    form = Form()
    items = form.items((), body.payload)
    commands = [command for index, item in enumerate(items) if (command := form.mapping((index,), item)) is not None]
    for index, data in enumerate(commands):
        check_command(form, (index,), data, in_guild=scope is not None)
    form.finish()
    check_limits(commands)
    world = call.world
    registry = world.application.commands
    registered = [
        _register(
            world,
            scope,
            data,
            registry.named(scope, str(data["name"]), int(data.get("type") or CommandType.CHAT_INPUT)),
        )
        for data in commands
    ]
    kept = registry.scope(scope)
    kept.clear()
    kept.update({command.id: command for command in registered})
    world.changes.notify()
    return [command.payload for command in registered]


async def _edit(call: Call) -> Json:
    data = await call.json()
    scope = _scope(call)
    command = _find(call, scope)
    merged = command.payload | data
    form = Form()
    check_command(form, (), merged, in_guild=scope is not None)
    form.finish()
    registry = call.world.application.commands
    if any(
        item is not command and item.name == merged["name"] and item.type == command.type
        for item in registry.scope(scope).values()
    ):
        raise ApiError(Code.DUPLICATE_COMMAND)
    changed = _register(call.world, scope, merged, command)
    registry.scope(scope)[changed.id] = changed
    return changed.payload


async def _delete(call: Call) -> None:
    scope = _scope(call)
    call.world.application.commands.scope(scope).pop(_find(call, scope).id)
    call.world.changes.notify()


def _register(world: World, scope: int | None, data: Json, existing: Command | None) -> Command:
    """Give a command its id and defaults; one of the same name keeps its id."""
    registry = world.application.commands
    if existing is None:
        today = (scope, world.clock.now().date())
        registry.created_on[today] += 1
        if registry.created_on[today] > MOST_CREATES_A_DAY:
            raise ApiError(Code.TOO_MANY_COMMAND_CREATES)
    command_id = world.ids.next() if existing is None else existing.id
    version = world.ids.next()
    kind = int(data.get("type") or CommandType.CHAT_INPUT)
    permissions = data.get("default_member_permissions")
    payload: Json = {
        "id": str(command_id),
        "application_id": str(world.application.id),
        "version": str(version),
        "type": kind,
        "name": data["name"],
        "name_localizations": data.get("name_localizations"),
        "description": data.get("description") or "",
        "description_localizations": data.get("description_localizations"),
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": bool(data.get("nsfw")),
        "integration_types": data.get("integration_types") or [0],
    }
    if scope is None:
        payload |= {"contexts": data.get("contexts"), "dm_permission": data.get("dm_permission", True) is not False}
    else:
        payload["guild_id"] = str(scope)
    if data.get("options"):
        payload["options"] = [kept_option(option) for option in data["options"]]
    return Command(command_id, version, payload, scope)
