"""Messages of channels: https://discord.com/developers/docs/resources/message."""

from datetime import timedelta

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.intents import Intents
from sandbox.discord.messages import Message, MessageFlags
from sandbox.discord.payloads.messages import message_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import Sender, edit, send
from sandbox.discord.routes.access import find_message, may, reach, require, require_active, require_unlocked
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.snowflakes import created_at
from sandbox.discord.validation.form import Form
from sandbox.discord.validation.messages import Draft, check_message
from sandbox.discord.world import World

MOST_PINS = 250
OLDEST_BULK_DELETED = timedelta(weeks=2)
"""Source: https://discord.com/developers/docs/resources/message#bulk-delete-messages."""


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("GET", "/channels/{channel_id}/messages/pins", _pins)
    router.add("GET", "/channels/{channel_id}/messages", _list)
    router.add("POST", "/channels/{channel_id}/messages", _create)
    router.add("GET", "/channels/{channel_id}/messages/{message_id}", _get)
    router.add("PATCH", "/channels/{channel_id}/messages/{message_id}", _edit)
    router.add("DELETE", "/channels/{channel_id}/messages/{message_id}", _delete)
    router.add("POST", "/channels/{channel_id}/messages/bulk-delete", _bulk_delete)
    router.add("PUT", "/channels/{channel_id}/messages/pins/{message_id}", _pin)
    router.add("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", _unpin)


def as_seen(world: World, message: Message) -> Json:
    """Return a message as REST shows it: content only as far as the application's MESSAGE_CONTENT intent goes."""
    allowed = Intents.MESSAGE_CONTENT in world.application.privileged_intents
    return message_payload(message, world.bot, content_allowed=allowed)


async def _list(call: Call) -> list[Json]:
    channel = reach(call.world, call.snowflake("channel_id"))
    limit = call.limit(default=50, most=100)
    if not may(channel, Permissions.READ_MESSAGE_HISTORY):
        return []
    before, after, around = (call.query_snowflake(name) for name in ("before", "after", "around"))
    history = channel.history
    if around is not None:
        earlier = [item for item in history if item.id < around][-(limit // 2) :] if limit > 1 else []
        later = [item for item in history if item.id >= around][: limit - len(earlier)]
        page = earlier + later
    elif after is not None:
        page = [item for item in history if item.id > after][:limit]
    else:
        page = [item for item in history if before is None or item.id < before][-limit:]
    return [as_seen(call.world, item) for item in reversed(page)]


async def _get(call: Call) -> Json:
    channel = reach(call.world, call.snowflake("channel_id"))
    require(channel, Permissions.READ_MESSAGE_HISTORY)
    return as_seen(call.world, find_message(channel, call.snowflake("message_id")))


async def _create(call: Call) -> Json:
    body = await call.body()
    channel = reach(call.world, call.snowflake("channel_id"))
    draft = check_message(body)
    _require_sending(call.world, channel, draft)
    return as_seen(call.world, send(call.world, channel, draft, Sender(call.world.bot)))


def _require_sending(world: World, channel: Channel, draft: Draft) -> None:
    if channel.kind is ChannelType.GUILD_FORUM:
        raise ApiError(Code.NOT_IN_FORUM)
    needed = Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES
    if draft.new:
        needed |= Permissions.ATTACH_FILES
    if draft.embeds:
        needed |= Permissions.EMBED_LINKS
    require(channel, needed)
    require_unlocked(channel)
    if draft.reference_id is not None and not may(channel, Permissions.READ_MESSAGE_HISTORY):
        raise ApiError(Code.NO_READ_HISTORY)
    if draft.flags and MessageFlags.EPHEMERAL in draft.flags:
        draft.flags &= ~MessageFlags.EPHEMERAL
    if channel.is_dm:
        person = next(user for user in channel.recipients if user is not world.bot)
        if not person.accepts_dms:
            raise ApiError(Code.CANNOT_MESSAGE_USER)
        shared = any(guild.has_bot and person.id in guild.members for guild in world.guilds.values())
        if not shared and not person.user_installed:
            raise ApiError(Code.NO_MUTUAL_GUILDS)


async def _edit(call: Call) -> Json:
    body = await call.body()
    channel = reach(call.world, call.snowflake("channel_id"))
    message = find_message(channel, call.snowflake("message_id"))
    if message.author is not call.world.bot:
        raise ApiError(Code.NOT_THE_AUTHOR)
    if message.is_system:
        raise ApiError(Code.SYSTEM_MESSAGE)
    require_active(channel)
    require_unlocked(channel)
    draft = check_message(body, existing=message.files, flags=message.flags)
    if draft.new:
        require(channel, Permissions.ATTACH_FILES)
    return as_seen(call.world, edit(call.world, message, draft))


async def _delete(call: Call) -> None:
    channel = reach(call.world, call.snowflake("channel_id"))
    message = find_message(channel, call.snowflake("message_id"))
    if message.author is not call.world.bot:
        if channel.is_dm:
            raise ApiError(Code.NOT_IN_DM)
        require(channel, Permissions.MANAGE_MESSAGES)
    # In an archived thread deleting is the one thing that still goes, unless the thread is locked too.
    if channel.thread is not None and channel.locked and not may(channel, Permissions.MANAGE_THREADS):
        require_active(channel)
    call.world.delete_message(message)


async def _bulk_delete(call: Call) -> None:
    channel = reach(call.world, call.snowflake("channel_id"))
    listed = (await call.json()).get("messages")
    require(channel, Permissions.MANAGE_MESSAGES)
    form = Form()
    items = form.items(("messages",), listed, fewest=2, most=100, required=True)
    ids = {form.snowflake(("messages", index), item) for index, item in enumerate(items)}
    form.distinct(("messages",), items)
    form.finish()
    oldest = call.world.clock.now() - OLDEST_BULK_DELETED
    if any(number is not None and created_at(number) < oldest for number in ids):
        raise ApiError(Code.TOO_OLD_TO_BULK_DELETE)
    call.world.delete_messages([item for item in channel.history if item.id in ids], channel)


async def _pins(call: Call) -> Json:
    channel = reach(call.world, call.snowflake("channel_id"))
    pinned = [item for item in reversed(channel.history) if item.pinned]
    items = [{"pinned_at": item.created_at.isoformat(), "message": as_seen(call.world, item)} for item in pinned]
    return {"items": items, "has_more": False}


async def _pin(call: Call) -> None:
    _set_pinned(call, pinned=True)


async def _unpin(call: Call) -> None:
    _set_pinned(call, pinned=False)


def _set_pinned(call: Call, *, pinned: bool) -> None:
    channel = reach(call.world, call.snowflake("channel_id"))
    message = find_message(channel, call.snowflake("message_id"))
    if not channel.is_dm:
        require(channel, Permissions.PIN_MESSAGES)
    if message.pinned is pinned:
        return
    if pinned and sum(item.pinned for item in channel.history) >= MOST_PINS:
        raise ApiError(Code.TOO_MANY_PINS)
    message.pinned = pinned
    call.world.events.message_update(message)
    call.world.events.pins_update(channel)
