"""Channels and threads as such: https://discord.com/developers/docs/resources/channel."""

from sandbox.discord.channels import Channel
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.routes.access import may, reach, require, require_unlocked
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.validation.form import Form

AUTO_ARCHIVE_MINUTES = (60, 1440, 4320, 10080)

_THREAD_FIELDS = frozenset({"name", "archived", "locked", "auto_archive_duration", "rate_limit_per_user", "invitable"})
_CHANNEL_FIELDS = frozenset({"name", "topic", "rate_limit_per_user"})


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/channels/{channel_id}", _get)
    router.add("PATCH", "/channels/{channel_id}", _edit)
    router.add("DELETE", "/channels/{channel_id}", _delete)
    router.add("POST", "/channels/{channel_id}/typing", _typing)


async def _get(call: Call) -> Json:
    return channel_payload(reach(call.world, call.snowflake("channel_id")), viewer=call.world.bot)


async def _edit(call: Call) -> Json:
    channel = reach(call.world, call.snowflake("channel_id"))
    changes = await call.json()
    if channel.is_dm:
        raise ApiError(Code.NOT_IN_DM)
    form = Form()
    known = _THREAD_FIELDS if channel.is_thread else _CHANNEL_FIELDS
    for name in changes.keys() - known:
        form.refuse((name,), "SANDBOX_NOT_SUPPORTED", f"The sandbox cannot change {name}.")
    if "name" in changes:
        form.text(("name",), changes["name"], shortest=1, longest=100, required=True)
    form.number(("rate_limit_per_user",), changes.get("rate_limit_per_user"), least=0, most=21600)
    form.choice(("auto_archive_duration",), changes.get("auto_archive_duration"), AUTO_ARCHIVE_MINUTES)
    form.finish()
    if channel.is_thread:
        _edit_thread(channel, changes)
    else:
        require(channel, Permissions.MANAGE_CHANNELS)
        channel.name = changes.get("name", channel.name)
        channel.topic = changes.get("topic", channel.topic)
        channel.slowmode = changes.get("rate_limit_per_user", channel.slowmode)
        call.world.events.channel_update(channel)
    return channel_payload(channel, viewer=call.world.bot)


def _edit_thread(thread: Channel, changes: Json) -> None:
    """Apply changes to a thread.

    Source: https://discord.com/developers/docs/resources/channel#modify-channel-json-params-thread.

    Raises:
        ApiError: 50013, 50083, 160005.
    """
    bot = thread.world.bot
    state = thread.thread_state
    manages = may(thread, Permissions.MANAGE_THREADS)
    only_unarchives = changes.keys() == {"archived"} and changes["archived"] is False
    own = state.owner is bot and not changes.keys() & {"locked", "rate_limit_per_user"}
    wakes = only_unarchives and may(thread, Permissions.SEND_MESSAGES_IN_THREADS)
    if not (manages or own or wakes):
        raise ApiError(Code.MISSING_PERMISSIONS)
    require_unlocked(thread)
    if state.archived and changes.get("archived") is not False:
        raise ApiError(Code.ARCHIVED_THREAD)
    thread.name = changes.get("name", thread.name)
    thread.slowmode = changes.get("rate_limit_per_user", thread.slowmode)
    state.auto_archive_minutes = changes.get("auto_archive_duration") or state.auto_archive_minutes
    state.locked = bool(changes.get("locked", state.locked))
    state.invitable = bool(changes.get("invitable", state.invitable))
    archived = bool(changes.get("archived", state.archived))
    if archived != state.archived:
        state.archived = archived
        state.archive_changed_at = thread.world.clock.now()
    thread.world.events.thread_update(thread)


async def _delete(call: Call) -> Json:
    channel = reach(call.world, call.snowflake("channel_id"))
    if channel.is_dm:
        raise ApiError(Code.NOT_IN_DM)
    require(channel, Permissions.MANAGE_THREADS if channel.is_thread else Permissions.MANAGE_CHANNELS)
    payload = channel_payload(channel, viewer=call.world.bot)
    channel.delete()
    return payload


async def _typing(call: Call) -> None:
    channel = reach(call.world, call.snowflake("channel_id"))
    needed = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    require(channel, needed)
    call.world.events.typing(channel, call.world.bot)
