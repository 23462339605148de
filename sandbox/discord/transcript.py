"""The sandbox's channels as text: for failing tests, and for whoever wants to see what happened."""

import re

from sandbox.discord.channels import Channel
from sandbox.discord.components import ComponentType, walk
from sandbox.discord.messages import Message
from sandbox.discord.records import RequestRecord
from sandbox.discord.world import World

_LATEST_REQUESTS = 12
_LONG_TOKEN = re.compile(r"[\w-]{40,}")


def transcript(world: World, requests: list[RequestRecord]) -> str:
    """Return what stands in all channels, with what only single persons see, and the latest requests."""
    lines: list[str] = []
    for guild in world.guilds.values():
        lines.append(f"== {guild.name}{'' if guild.has_bot else ' (without the bot)'} ==")
        for channel in guild.channels:
            lines += _channel(channel, "")
            for thread in channel.threads:
                lines += _channel(thread, "    ")
    for channel in world.channels.values():
        if channel.is_dm:
            lines += _channel(channel, "")
    waiting = [repr(item) for item in world.interactions.values() if item.acknowledgement is None]
    if waiting:
        lines += ["-- unanswered --", *waiting]
    if requests:
        lines.append("-- latest requests --")
        for item in requests[-_LATEST_REQUESTS:]:
            path = _LONG_TOKEN.sub("…", item.path)
            lines.append(f"{item.method} {path} -> {item.status}")
    return "\n".join(lines)


def _channel(channel: Channel, indent: str) -> list[str]:
    state = ""
    if channel.thread is not None:
        state = " (archived)" if channel.archived else ""
        state += " (locked)" if channel.locked else ""
    messages = sorted([*channel.history, *channel.ephemerals], key=lambda message: message.id)
    lines = [f"{indent}{channel.label}{state}"]
    for message in messages:
        lines += [f"{indent}  {line}" for line in describe(message)]
    return lines


def describe(message: Message) -> list[str]:
    """Return a message as lines of text."""
    only = f" (only {message.ephemeral_for.name} sees this)" if message.ephemeral_for else ""
    marks = " (edited)" if message.edited else ""
    text = "is thinking …" if message.loading else message.text()
    if message.is_system:
        text = f"[{message.kind.name.lower().replace('_', ' ')}] {text}".rstrip()
    first, *rest = text.split("\n") if text else [""]
    lines = [f"{message.author.display_name}: {first}{marks}{only}", *(f"    {line}" for line in rest)]
    for attachment in message.files:
        size = f", {attachment.width}x{attachment.height}" if attachment.width else ""
        lines.append(f"    [{attachment.filename}, {attachment.size} bytes{size}]")
    buttons = [item for item in walk(message.components) if item["type"] == ComponentType.BUTTON]
    if buttons:
        lines.append("    " + " ".join(f"({item.get('label') or 'button'})" for item in buttons))
    if message.reactions:
        lines.append("    " + " ".join(f"{emoji} {len(users)}" for emoji, users in message.reactions.items()))
    return lines
