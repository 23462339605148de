"""Sending and editing messages, for REST, interactions and people alike."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.discord.channels import Channel
from sandbox.discord.components import number
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.files import Attachment, File, declared_type, keep, safe_filename
from sandbox.discord.mentions import find_mentions
from sandbox.discord.messages import Message, MessageFlags, MessageType
from sandbox.discord.users import User
from sandbox.discord.validation.form import Form
from sandbox.discord.validation.messages import Draft

if TYPE_CHECKING:
    from sandbox.discord.interactions import Interaction
    from sandbox.discord.world import World


@dataclass(frozen=True)
class Sender:
    """Who sends, and on what occasion.

    Attributes:
        ephemeral_for: the only person who shall see it.
        interaction: what it responds to.
        kind: the message's type.
    """

    author: User
    ephemeral_for: User | None = None
    interaction: "Interaction | None" = None
    kind: MessageType = MessageType.DEFAULT


def send(world: "World", channel: Channel, draft: Draft, sender: Sender) -> Message:
    """Send a checked message.

    Raises:
        ApiError: 50006 when there is nothing in it; 50035 when it answers an unknown message.
    """
    if draft.enforce_nonce and draft.nonce is not None:
        earlier = _same_nonce(world, sender.author, draft.nonce)
        if earlier is not None:
            return earlier
    reference = _referenced(channel, draft)
    kind = MessageType.REPLY if reference is not None and sender.kind is MessageType.DEFAULT else sender.kind
    message = Message(world.ids.next(), channel, sender.author, world.clock.now(), kind=kind)
    message.ephemeral_for = sender.ephemeral_for
    message.interaction = sender.interaction
    message.nonce = draft.nonce
    message.tts = draft.tts
    message.reference = reference
    message.reference_id = reference.id if reference else None
    fill(world, message, draft)
    world.publish(message)
    return message


def fill(world: "World", message: Message, draft: Draft) -> None:
    """Give a new message what the draft says; it may ping.

    Raises:
        ApiError: 50006 when there is nothing in it.
    """
    _require_something(message, draft)
    _apply(world, message, draft)
    text = _mentioning_text(message)
    found = find_mentions(text, message.channel, message.author, draft.mentions, replied_to=message.reference)
    message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone
    message.pinged = [user for user in found.pinged if message.ephemeral_for in (None, user)]


def edit(world: "World", message: Message, draft: Draft) -> Message:
    """Edit a message and tell everyone.

    Edits never ping, nor does the edit that ends "is thinking …":
    https://github.com/discord/discord-api-docs/issues/5497.

    Raises:
        ApiError: 50006 when nothing would be left.
    """
    _require_something(message, draft)
    if message.loading:
        message.flags &= ~MessageFlags.LOADING
        _apply(world, message, draft)
    else:
        now = world.clock.now()
        message.remember(now)
        _apply(world, message, draft)
        message.edited_at = now
    found = find_mentions(_mentioning_text(message), message.channel, message.author, draft.mentions)
    message.mentions, message.mention_roles, message.mention_everyone = found.users, found.roles, found.everyone
    world.events.message_update(message)
    world.changes.notify()
    return message


def _apply(world: "World", message: Message, draft: Draft) -> None:
    if draft.content is not None:
        message.content = draft.content.strip()
    files = _remaining_files(message, draft) + _store(world, message, draft)
    if draft.embeds is not None:
        message.embeds = draft.embeds
    if draft.components is not None:
        message.components = number(draft.components, in_message=True)
    if draft.flags is not None:
        sticky = message.flags & (MessageFlags.HAS_THREAD | MessageFlags.EPHEMERAL | MessageFlags.IS_COMPONENTS_V2)
        message.flags = (draft.flags & ~MessageFlags.EPHEMERAL) | sticky
    if message.ephemeral:
        message.flags |= MessageFlags.EPHEMERAL
    used = _used_names(message.embeds) | _used_names(message.components)
    message.attachments = [item for item in files if item.filename not in used]
    message.embedded_files = [item for item in files if item.filename in used]


def _remaining_files(message: Message, draft: Draft) -> list[Attachment]:
    for attachment in message.files:
        attachment.description = draft.described.get(attachment.id, attachment.description)
    if draft.kept is None:
        return message.files
    # A file that an embed or a component uses is not listed; it stays as long as that is not replaced.
    untouched = draft.embeds is None and draft.components is None
    kept = {*draft.kept, *(item.id for item in message.embedded_files if untouched)}
    for attachment in message.files:
        if attachment.id not in kept:
            attachment.cdn.remove(attachment)
    return [item for item in message.files if item.id in kept]


def _store(world: "World", message: Message, draft: Draft) -> list[Attachment]:
    return [
        keep(
            world.cdn,
            File(new.filename, new.upload.data, declared_type(new.upload.content_type), new.description),
            attachment_id=world.ids.next(),
            folder=f"{'ephemeral-' if message.ephemeral else ''}attachments/{message.channel.id}",
            ephemeral=message.ephemeral,
            vanishes=False,
            at=world.clock.now(),
        )
        for new in draft.new
    ]


def _used_names(parts: list[Json]) -> set[str]:
    names: set[str] = set()
    stack: list[object] = list(parts)
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            url = item.get("url")
            if isinstance(url, str) and url.startswith("attachment://"):
                names.add(safe_filename(url.removeprefix("attachment://")))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return names


def _require_something(message: Message, draft: Draft) -> None:
    content = message.content if draft.content is None else draft.content.strip()
    embeds = message.embeds if draft.embeds is None else draft.embeds
    components = message.components if draft.components is None else draft.components
    files = message.files if draft.kept is None else draft.kept
    if not (content or embeds or components or files or draft.new):
        raise ApiError(Code.EMPTY_MESSAGE)


def _mentioning_text(message: Message) -> str:
    """Return the text that may mention people: the content, or the text displays of components V2; never embeds."""
    if MessageFlags.IS_COMPONENTS_V2 not in message.flags:
        return message.content
    stack, texts = list(message.components), []
    while stack:
        component = stack.pop(0)
        if isinstance(component.get("content"), str):
            texts.append(component["content"])
        stack = [*(component.get("components") or []), *stack]
    return "\n".join(texts)


def _same_nonce(world: "World", author: User, nonce: str | int) -> Message | None:
    oldest = world.clock.now().timestamp() - world.nonce_window
    for channel in world.channels.values():
        for message in reversed(channel.history):
            if message.created_at.timestamp() < oldest:
                break
            if message.author is author and message.nonce is not None and str(message.nonce) == str(nonce):
                return message
    return None


def _referenced(channel: Channel, draft: Draft) -> Message | None:
    if draft.reference_id is None:
        return None
    found = next((item for item in channel.history if item.id == draft.reference_id), None)
    if found is None and draft.reply_must_exist:
        form = Form()
        form.refuse(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.finish()
    if found is not None and found.is_system:
        form = Form()
        message = "Cannot reply to a system message"
        form.refuse(("message_reference",), "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", message)
        form.finish()
    return found
