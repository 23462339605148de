"""Opening threads, and their members: https://discord.com/developers/docs/topics/threads."""

from sandbox.discord.channels import Channel, ChannelType
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.messages import Message
from sandbox.discord.payloads.channels import channel_payload, thread_member_payload
from sandbox.discord.payloads.users import member_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import fill
from sandbox.discord.routes.access import find_message, reach, require, require_active
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.routes.channels import AUTO_ARCHIVE_MINUTES
from sandbox.discord.routes.messages import as_seen
from sandbox.discord.validation.form import Form
from sandbox.discord.validation.messages import check_message

MOST_MEMBERS = 1000


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("POST", "/channels/{channel_id}/messages/{message_id}/threads", _from_message, status=201)
    router.add("POST", "/channels/{channel_id}/threads", _without_message, status=201)
    router.add("GET", "/channels/{channel_id}/thread-members", _members)
    router.add("GET", "/channels/{channel_id}/thread-members/{user_id}", _member)
    router.add("PUT", "/channels/{channel_id}/thread-members/{user_id}", _add_member)
    router.add("DELETE", "/channels/{channel_id}/thread-members/{user_id}", _remove_member)
    router.add("GET", "/channels/{channel_id}/threads/archived/public", _archived)
    router.add("GET", "/guilds/{guild_id}/threads/active", _active)


def _check_thread(form: Form, data: Json) -> None:
    form.text(("name",), data.get("name"), shortest=1, longest=100, required=True)
    form.choice(("auto_archive_duration",), data.get("auto_archive_duration"), AUTO_ARCHIVE_MINUTES)
    form.number(("rate_limit_per_user",), data.get("rate_limit_per_user"), least=0, most=21600)


async def _from_message(call: Call) -> Json:
    world = call.world
    data = await call.json()
    channel = reach(world, call.snowflake("channel_id"))
    if channel.kind is not ChannelType.GUILD_TEXT:
        raise ApiError(Code.WRONG_CHANNEL_TYPE)
    message = find_message(channel, call.snowflake("message_id"))
    if message.is_system:
        raise ApiError(Code.SYSTEM_MESSAGE)
    form = Form()
    _check_thread(form, data)
    form.finish()
    require(channel, Permissions.CREATE_PUBLIC_THREADS | Permissions.READ_MESSAGE_HISTORY)
    if message.thread is not None:
        raise ApiError(Code.THREAD_EXISTS)
    _require_room(channel)
    thread = world.open_thread(
        channel,
        str(data["name"]),
        owner=world.bot,
        message=message,
        auto_archive_minutes=data.get("auto_archive_duration"),
    )
    thread.slowmode = data.get("rate_limit_per_user") or 0
    return channel_payload(thread, viewer=world.bot)


async def _without_message(call: Call) -> Json:
    world = call.world
    body = await call.body()
    data = body.json_object
    channel = reach(world, call.snowflake("channel_id"))
    form = Form()
    _check_thread(form, data)
    if channel.kind is ChannelType.GUILD_FORUM:
        message_data = data.get("message")
        if message_data is None:
            form.required(("message",))
        form.finish()
        require(channel, Permissions.SEND_MESSAGES)
        draft = check_message(body, path=("message",), payload=message_data)
        _require_room(channel)
        post = world.open_thread(
            channel, str(data["name"]), owner=world.bot, auto_archive_minutes=data.get("auto_archive_duration")
        )
        first = Message(post.id, post, world.bot, world.clock.now())
        post.starter = first
        fill(world, first, draft)
        world.publish(first)
        return channel_payload(post, viewer=world.bot) | {"message": as_seen(world, first)}
    if channel.kind is not ChannelType.GUILD_TEXT:
        raise ApiError(Code.WRONG_CHANNEL_TYPE)
    kind = data.get("type", ChannelType.PRIVATE_THREAD)
    form.choice(("type",), kind, (int(ChannelType.PUBLIC_THREAD), int(ChannelType.PRIVATE_THREAD)))
    form.finish()
    private = kind == ChannelType.PRIVATE_THREAD
    require(channel, Permissions.CREATE_PRIVATE_THREADS if private else Permissions.CREATE_PUBLIC_THREADS)
    _require_room(channel)
    thread = world.open_thread(
        channel,
        str(data["name"]),
        owner=world.bot,
        private=private,
        invitable=data.get("invitable") is not False,
        auto_archive_minutes=data.get("auto_archive_duration"),
    )
    return channel_payload(thread, viewer=world.bot)


async def _members(call: Call) -> list[Json]:
    thread = _thread(call)
    return [_thread_member(call, thread, user_id) for user_id in thread.thread_state.members]


async def _member(call: Call) -> Json:
    thread = _thread(call)
    user_id = _user_id(call)
    if user_id not in thread.thread_state.members:
        raise ApiError(Code.UNKNOWN_MEMBER)
    return _thread_member(call, thread, user_id)


def _thread_member(call: Call, thread: Channel, user_id: int) -> Json:
    payload = thread_member_payload(thread, user_id, thread.thread_state.members[user_id])
    if call.query("with_member") in ("1", "true", "True") and thread.guild and user_id in thread.guild.members:
        payload["member"] = member_payload(thread.guild.members[user_id])
    return payload


async def _add_member(call: Call) -> None:
    thread = _thread(call)
    require_active(thread)
    user_id = _user_id(call)
    if thread.guild is None or user_id not in thread.guild.members:
        raise ApiError(Code.UNKNOWN_MEMBER)
    if user_id != call.world.bot.id:
        require(thread, Permissions.SEND_MESSAGES_IN_THREADS)
    if user_id not in thread.thread_state.members:
        if len(thread.thread_state.members) >= MOST_MEMBERS:
            raise ApiError(Code.TOO_MANY_THREAD_MEMBERS)
        thread.thread_state.members[user_id] = call.world.clock.now()
        call.world.events.thread_members_update(thread, added=call.world.users[user_id])


async def _remove_member(call: Call) -> None:
    thread = _thread(call)
    require_active(thread)
    user_id = _user_id(call)
    if user_id != call.world.bot.id:
        require(thread, Permissions.MANAGE_THREADS)
    if thread.thread_state.members.pop(user_id, None) is not None:
        call.world.events.thread_members_update(thread, removed=call.world.users[user_id])


async def _archived(call: Call) -> Json:
    channel = reach(call.world, call.snowflake("channel_id"))
    require(channel, Permissions.READ_MESSAGE_HISTORY)
    return _listing(call, [item for item in channel.threads if item.archived])


async def _active(call: Call) -> Json:
    guild = call.world.guild(call.snowflake("guild_id"))
    bot = call.world.bot
    visible = [item for item in guild.threads if Permissions.VIEW_CHANNEL in item.permissions_of(bot)]
    return _listing(call, [item for item in visible if not item.archived])


def _listing(call: Call, threads: list[Channel]) -> Json:
    bot = call.world.bot
    joined = [item for item in threads if bot.id in item.thread_state.members]
    return {
        "threads": [channel_payload(item, viewer=bot) for item in threads],
        "members": [thread_member_payload(item, bot.id, item.thread_state.members[bot.id]) for item in joined],
        "has_more": False,
    }


def _require_room(channel: Channel) -> None:
    """Insist that the guild may have one active thread more.

    Raises:
        ApiError: 160006.
    """
    threads = channel.guild.threads if channel.guild is not None else []
    if sum(not item.archived for item in threads) >= channel.world.most_active_threads:
        raise ApiError(Code.TOO_MANY_THREADS)


def _thread(call: Call) -> Channel:
    thread = reach(call.world, call.snowflake("channel_id"))
    if thread.thread is None:
        raise ApiError(Code.WRONG_CHANNEL_TYPE)
    return thread


def _user_id(call: Call) -> int:
    return call.world.bot.id if call.text("user_id") == "@me" else call.snowflake("user_id")
