"""Followups and edits with an interaction's token, which lives 15 minutes.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages.
"""

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.interactions import MOST_EXTERNAL_FOLLOWUPS, Interaction
from sandbox.discord.messages import Message, MessageFlags
from sandbox.discord.posting import edit
from sandbox.discord.responding import forces_ephemeral, respond
from sandbox.discord.routes.access import require_active
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.routes.messages import as_seen
from sandbox.discord.validation.messages import check_message

_BASE = "/webhooks/{application_id}/{token}"


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("POST", _BASE, _follow_up, with_token=False)
    router.add("GET", f"{_BASE}/messages/{{message_id}}", _get, with_token=False)
    router.add("PATCH", f"{_BASE}/messages/{{message_id}}", _edit, with_token=False)
    router.add("DELETE", f"{_BASE}/messages/{{message_id}}", _delete, with_token=False)


def _interaction(call: Call) -> Interaction:
    """Return the interaction of the token.

    Raises:
        ApiError: 10015 for an unknown token or before the first answer; 50027 once it has expired; 10003 when the
            channel is gone.
    """
    interaction = call.world.interaction_by_token(call.text("token"))
    if interaction is None or call.snowflake("application_id") != call.world.application.id:
        raise ApiError(Code.UNKNOWN_WEBHOOK)
    if not interaction.token_valid:
        raise ApiError(Code.INVALID_WEBHOOK_TOKEN)
    if interaction.acknowledgement is None:
        raise ApiError(Code.UNKNOWN_WEBHOOK)
    if interaction.channel.deleted:
        raise ApiError(Code.UNKNOWN_CHANNEL)
    return interaction


def _message(call: Call, interaction: Interaction) -> Message:
    if call.text("message_id") == "@original":
        found = interaction.original
    else:
        wanted = call.snowflake("message_id")
        found = next((item for item in interaction.responses if item.id == wanted), None)
    if found is None or found.deleted:
        raise ApiError(Code.UNKNOWN_MESSAGE)
    return found


async def _follow_up(call: Call) -> Json:
    body = await call.body()
    interaction = _interaction(call)
    world = call.world
    if interaction.only_user_install and interaction.followups_sent >= MOST_EXTERNAL_FOLLOWUPS:
        raise ApiError(Code.TOO_MANY_FOLLOWUPS)
    if call.query("thread_id") is not None:
        raise ApiError(Code.UNKNOWN_CHANNEL)
    draft = check_message(body)
    original = interaction.original
    if original is not None and original.loading and not original.deleted:
        # The first followup ends "is thinking …" and takes over whether that was ephemeral.
        message = edit(world, original, draft)
    else:
        ephemeral = bool(draft.flags and MessageFlags.EPHEMERAL in draft.flags) or forces_ephemeral(interaction)
        message = respond(world, interaction, draft, ephemeral=ephemeral)
        interaction.followups.append(message)
    interaction.followups_sent += 1
    world.changes.notify()
    return as_seen(world, message)


async def _get(call: Call) -> Json:
    return as_seen(call.world, _message(call, _interaction(call)))


async def _edit(call: Call) -> Json:
    body = await call.body()
    message = _message(call, _interaction(call))
    if not message.ephemeral:
        require_active(message.channel)
    draft = check_message(body, existing=message.files, flags=message.flags)
    return as_seen(call.world, edit(call.world, message, draft))


async def _delete(call: Call) -> None:
    call.world.delete_message(_message(call, _interaction(call)))
