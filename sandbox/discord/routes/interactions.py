"""Answering interactions: https://discord.com/developers/docs/interactions/receiving-and-responding."""

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.interactions import KINDS, CallbackType, Choice, Interaction, InteractionKind
from sandbox.discord.messages import Message, MessageFlags
from sandbox.discord.multipart import Body
from sandbox.discord.posting import edit
from sandbox.discord.responding import forces_ephemeral, respond
from sandbox.discord.routes.calls import Call, Router
from sandbox.discord.routes.messages import as_seen
from sandbox.discord.validation.form import Form
from sandbox.discord.validation.messages import check_message
from sandbox.discord.validation.modals import check_modal
from sandbox.discord.world import World

MOST_CHOICES = 25


def add_routes(router: Router) -> None:
    """Add the routes of this module."""
    router.add("POST", "/interactions/{interaction_id}/{token}/callback", _callback, with_token=False)


async def _callback(call: Call) -> Json | None:
    body = await call.body()
    world = call.world
    interaction = world.interactions.get(call.snowflake("interaction_id"))
    if interaction is None or interaction.token != call.text("token"):
        raise ApiError(Code.UNKNOWN_INTERACTION)
    if interaction.acknowledgement is not None:
        raise ApiError(Code.ALREADY_ACKNOWLEDGED)
    if not interaction.acceptable:
        raise ApiError(Code.UNKNOWN_INTERACTION)
    payload = body.json_object
    kind = _check_kind(interaction, payload.get("type"))
    data = payload.get("data")
    message = _answer(world, interaction, kind, body, data if isinstance(data, dict) else {})
    ephemeral = message is not None and message.ephemeral
    interaction.acknowledge(KINDS[kind], ephemeral=ephemeral)
    if call.query("with_response") not in ("1", "true", "True"):
        return None
    return _response(world, interaction, kind, message)


def _check_kind(interaction: Interaction, value: object) -> CallbackType:
    """Check that this kind of answer fits this kind of interaction.

    Raises:
        ApiError: 50035.
    """
    match interaction.kind:
        case InteractionKind.AUTOCOMPLETE:
            allowed = {CallbackType.AUTOCOMPLETE}
        case InteractionKind.COMMAND:
            allowed = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL}
        case InteractionKind.COMPONENT:
            allowed = set(KINDS) - {CallbackType.AUTOCOMPLETE}
        case InteractionKind.MODAL_SUBMIT:
            allowed = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
            if interaction.message is not None:
                allowed |= {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}
    form = Form()
    form.choice(("type",), value, tuple(sorted(int(item) for item in allowed)), required=True)
    form.finish()
    return CallbackType(int(str(value)))


def _answer(world: World, interaction: Interaction, kind: CallbackType, body: Body, data: Json) -> Message | None:
    match kind:
        case CallbackType.MESSAGE:
            draft = check_message(body, path=("data",), payload=data)
            ephemeral = bool(draft.flags and MessageFlags.EPHEMERAL in draft.flags) or forces_ephemeral(interaction)
            interaction.original = respond(world, interaction, draft, ephemeral=ephemeral)
        case CallbackType.DEFERRED_MESSAGE:
            flags = MessageFlags(int(data.get("flags") or 0))
            ephemeral = MessageFlags.EPHEMERAL in flags or forces_ephemeral(interaction)
            interaction.original = respond(world, interaction, None, ephemeral=ephemeral)
        case CallbackType.DEFERRED_UPDATE:
            interaction.original = interaction.message
        case CallbackType.UPDATE if interaction.message is not None:
            message = interaction.message
            draft = check_message(body, path=("data",), payload=data, existing=message.files, flags=message.flags)
            interaction.original = edit(world, message, draft)
        case CallbackType.AUTOCOMPLETE:
            interaction.choices = _check_choices(data)
        case CallbackType.MODAL:
            check_modal(data)
            interaction.modal = data
        case _:
            raise ApiError(Code.UNKNOWN_INTERACTION)
    return interaction.original


def _check_choices(data: Json) -> list[Choice]:
    form = Form()
    choices: list[Choice] = []
    for index, item in enumerate(form.items(("data", "choices"), data.get("choices"), most=MOST_CHOICES)):
        path = ("data", "choices", index)
        choice = form.mapping(path, item)
        if choice is None:
            continue
        name = form.text((*path, "name"), choice.get("name"), shortest=1, longest=100, required=True)
        value = choice.get("value")
        if isinstance(value, str):
            form.text((*path, "value"), value, longest=100)
        else:
            form.number((*path, "value"), value, required=True)
        if name is not None and isinstance(value, str | int | float):
            choices.append(Choice(name, value))
    form.finish()
    return choices


def _response(world: World, interaction: Interaction, kind: CallbackType, message: Message | None) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind), "channel_id": str(interaction.channel.id)}
    if interaction.channel.guild is not None:
        about["guild_id"] = str(interaction.channel.guild.id)
    if message is not None:
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
        }
    response: Json = {"interaction": about}
    if message is not None and kind in (CallbackType.MESSAGE, CallbackType.UPDATE):
        response["resource"] = {"type": int(kind), "message": as_seen(world, message)}
    return response
