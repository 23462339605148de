"""Reactions: https://discord.com/developers/docs/resources/message#create-reaction."""

from sandbox.discord.channels import Channel
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.messages import Message
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.permissions import Permissions
from sandbox.discord.reacting import add_reaction, clear_reactions, is_emoji, remove_reaction
from sandbox.discord.routes.access import find_message, reach, require, require_active
from sandbox.discord.routes.calls import Call, Router

_BASE = "/channels/{channel_id}/messages/{message_id}/reactions"


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("PUT", f"{_BASE}/{{emoji}}/@me", _add)
    router.add("DELETE", f"{_BASE}/{{emoji}}/{{user_id}}", _remove)
    router.add("GET", f"{_BASE}/{{emoji}}", _list)
    router.add("DELETE", f"{_BASE}/{{emoji}}", _clear_emoji)
    router.add("DELETE", _BASE, _clear)


def _message(call: Call) -> tuple[Channel, Message]:
    channel = reach(call.world, call.snowflake("channel_id"))
    return channel, find_message(channel, call.snowflake("message_id"))


async def _add(call: Call) -> None:
    channel, message = _message(call)
    require_active(channel)
    emoji = call.text("emoji")
    require(channel, Permissions.READ_MESSAGE_HISTORY)
    if emoji not in message.reactions:
        require(channel, Permissions.ADD_REACTIONS)
    if emoji not in message.reactions and not is_emoji(emoji):
        raise ApiError(Code.UNKNOWN_EMOJI)
    add_reaction(call.world, message, call.world.bot, emoji)


async def _remove(call: Call) -> None:
    channel, message = _message(call)
    require_active(channel)
    if call.text("user_id") == "@me":
        user = call.world.bot
    else:
        require(channel, Permissions.MANAGE_MESSAGES)
        user = call.world.users.get(call.snowflake("user_id"), call.world.bot)
    remove_reaction(call.world, message, user, call.text("emoji"))


async def _list(call: Call) -> list[Json]:
    _, message = _message(call)
    limit = call.limit(default=25, most=100)
    after = call.query_snowflake("after") or 0
    users = sorted(message.reactions.get(call.text("emoji"), []), key=lambda user: user.id)
    return [user_payload(user) for user in users if user.id > after][:limit]


async def _clear_emoji(call: Call) -> None:
    channel, message = _message(call)
    require(channel, Permissions.MANAGE_MESSAGES)
    clear_reactions(call.world, message, call.text("emoji"))


async def _clear(call: Call) -> None:
    channel, message = _message(call)
    require(channel, Permissions.MANAGE_MESSAGES)
    clear_reactions(call.world, message)
