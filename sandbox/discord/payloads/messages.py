"""Messages: https://discord.com/developers/docs/resources/message."""

from typing import Any

from sandbox.discord.errors import Json
from sandbox.discord.files import Attachment, safe_filename
from sandbox.discord.messages import Message, MessageType, Sticker
from sandbox.discord.payloads.channels import channel_payload
from sandbox.discord.payloads.users import user_payload
from sandbox.discord.users import User

_ATTACHMENT = "attachment://"
_SPOILER = 1 << 3


def message_payload(message: Message, viewer: User, *, content_allowed: bool = True, nested: bool = False) -> Json:
    """Return a message object as the bot gets it.

    Args:
        message: the message.
        viewer: the bot.
        content_allowed: whether the MESSAGE_CONTENT intent is there; without it the content is blank, except where
            https://discord.com/developers/docs/events/gateway#message-content-intent makes an exemption.
        nested: whether it stands inside another message, where no further one is unfolded.
    """
    readable = content_allowed or _exempt(message, viewer)
    payload: Json = {
        "id": str(message.id),
        "type": int(message.kind),
        "channel_id": str(message.channel.id),
        "author": user_payload(message.author),
        "content": message.content if readable else "",
        "mentions": [user_payload(user) for user in message.mentions],
        "mention_roles": [str(role.id) for role in message.mention_roles],
        "mention_everyone": message.mention_everyone,
        "attachments": [attachment_payload(item) for item in message.attachments] if readable else [],
        "embeds": [_embed(embed, message) for embed in message.embeds] if readable else [],
        "components": [_resolve(item, message) for item in message.components] if readable else [],
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": message.edited_at.isoformat() if message.edited_at else None,
        "flags": int(message.flags),
        "pinned": message.pinned,
        "tts": message.tts,
    }
    if message.stickers:
        payload["sticker_items"] = [_sticker(sticker) for sticker in message.stickers]
    if message.forwarded is not None:
        payload |= _forward(message.forwarded, viewer, readable=readable)
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    if message.reactions and not nested:
        payload["reactions"] = [_reaction(emoji, users, viewer) for emoji, users in message.reactions.items()]
    if message.thread is not None and not message.thread.deleted:
        payload["thread"] = channel_payload(message.thread, viewer=viewer)
    if message.interaction is not None:
        payload |= _response_fields(message)
    elif message.author is viewer and not message.is_system:
        payload["application_id"] = str(message.channel.world.application.id)
    if message.reference_id is not None:
        unfolded = content_allowed or (readable and message.channel.world.shows_answered)
        payload |= _reference(message, viewer, content_allowed=unfolded, nested=nested)
    return payload


def attachment_payload(attachment: Attachment) -> Json:
    """Return an attachment object with freshly signed addresses."""
    payload: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": attachment.url,
        "proxy_url": attachment.cdn.proxy_url(attachment),
    }
    optional = {
        "content_type": attachment.content_type,
        "description": attachment.description,
        "width": attachment.width,
        "height": attachment.height,
        "title": attachment.title,
        "ephemeral": True if attachment.ephemeral else None,
        "flags": _SPOILER if attachment.spoiler else None,
    }
    return payload | {key: value for key, value in optional.items() if value is not None}


def emoji_payload(emoji: str) -> Json:
    """Return a reaction's emoji; custom ones are written `name:id`."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def _sticker(sticker: Sticker) -> Json:
    return {"id": str(sticker.id), "name": sticker.name, "format_type": sticker.format_type}


_IN_SNAPSHOT = (
    "type",
    "content",
    "mentions",
    "mention_roles",
    "attachments",
    "embeds",
    "timestamp",
    "edited_timestamp",
    "flags",
    "components",
    "sticker_items",
)


def _forward(forwarded: Message, viewer: User, *, readable: bool) -> Json:
    """Return what a forward has of the message it forwards.

    Source: https://discord.com/developers/docs/resources/message#message-snapshot-structure
    """
    channel = forwarded.channel
    reference: Json = {"type": 1, "channel_id": str(channel.id), "message_id": str(forwarded.id)}
    if channel.guild is not None:
        reference["guild_id"] = str(channel.guild.id)
    # Whose it was is not told.
    whole = message_payload(forwarded, viewer, nested=True) if readable else {}
    snapshot = {name: whole[name] for name in _IN_SNAPSHOT if name in whole}
    return {"message_reference": reference} | ({"message_snapshots": [{"message": snapshot}]} if readable else {})


def _exempt(message: Message, viewer: User) -> bool:
    return message.author is viewer or message.channel.is_dm or viewer in message.mentions


def _reaction(emoji: str, users: list[User], viewer: User) -> Json:
    return {
        "emoji": emoji_payload(emoji),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "me": viewer in users,
    }


def _response_fields(message: Message) -> Json:
    interaction = message.interaction
    if interaction is None:
        raise ValueError(f"{message!r} responds to no interaction")
    fields: Json = {
        "application_id": str(message.author.id),
        "webhook_id": str(message.author.id),
        "interaction_metadata": interaction.metadata(
            original=None if interaction.original is message else interaction.original
        ),
    }
    if interaction.command is not None and interaction.original is message:
        fields["interaction"] = {
            "id": str(interaction.id),
            "type": 2,
            "name": interaction.command.name,
            "user": user_payload(interaction.person),
        }
    return fields


def _reference(message: Message, viewer: User, *, content_allowed: bool, nested: bool) -> Json:
    channel = message.channel
    if message.kind is MessageType.THREAD_STARTER_MESSAGE and channel.parent is not None:
        channel = channel.parent
    reference: Json = {"type": 0, "channel_id": str(channel.id), "message_id": str(message.reference_id)}
    if channel.guild is not None:
        reference["guild_id"] = str(channel.guild.id)
    fields: Json = {"message_reference": reference}
    if not nested:
        referenced = message.reference
        fields["referenced_message"] = (
            message_payload(referenced, viewer, content_allowed=content_allowed, nested=True)
            if referenced is not None and not referenced.deleted
            else None
        )
    return fields


def _embed(embed: Json, message: Message) -> Json:
    """Return an embed as Discord shows it; other than a component's, its media have no ids.

    Source: https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure
    """
    shown: Json = _resolve(embed | {"type": "rich"}, message)
    for name in ("image", "thumbnail"):
        if isinstance(shown.get(name), dict):
            shown[name] = {key: item for key, item in shown[name].items() if key not in {"id", "attachment_id"}}
    return shown


def _resolve(value: Any, message: Message) -> Any:  # noqa: ANN401 - a walk through arbitrary JSON
    """Return a copy in which `attachment://` addresses point to the CDN, unfolded as Discord unfolds media."""
    if isinstance(value, list):
        return [_resolve(item, message) for item in value]
    if not isinstance(value, dict):
        return value
    resolved = {key: _resolve(item, message) for key, item in value.items()}
    url = value.get("url")
    if isinstance(url, str) and url.startswith(_ATTACHMENT):
        name = safe_filename(url.removeprefix(_ATTACHMENT))
        attachment = next((item for item in message.files if item.filename == name), None)
        if attachment is not None:
            resolved |= _unfurled(attachment)
    for name in ("media", "file"):
        # Media from elsewhere gets an id and goes through the proxy too, which the sandbox does not imitate.
        if isinstance(resolved.get(name), dict):
            resolved[name] = {"id": str(message.id), "proxy_url": resolved[name].get("url")} | resolved[name]
    return resolved


def _unfurled(attachment: Attachment) -> Json:
    media: Json = {"url": attachment.url, "proxy_url": attachment.cdn.proxy_url(attachment)}
    media |= {"content_type": attachment.content_type} if attachment.content_type else {}
    if attachment.width is not None:
        media |= {"width": attachment.width, "height": attachment.height}
    return media | {"id": str(attachment.id), "attachment_id": str(attachment.id)}
