"""Writes down what stands in the sandbox at the end of a run."""

import hashlib
import re
from collections.abc import Mapping

from bot.domain.references import SHEET_FILENAME
from sandbox.discord import Channel, Interaction, Message
from sandbox.reading import labelled, words
from sandbox.seedream import LedgerEntry
from sandbox.world import SandboxWorld
from tests.chaos.history import Ask, Charge, History, Picture, Thread, Words, mark_in

_NUMBER = re.compile(r"^seedream-[0-9a-f]{16}-(\d+)\.\w+$")


def read_ask(mark: str, interaction: Interaction) -> Ask:
    """Return a command and its reply as they stand now."""
    reply = interaction.original
    given = interaction.acknowledgement
    return Ask(
        mark=mark,
        channel=interaction.channel.id,
        acknowledged=given is not None,
        private=given is not None and given.ephemeral,
        thinking=reply is not None and reply.loading,
        reply="" if reply is None else words(reply),
        ended=reply is not None and labelled(reply, "Outcome") is not None,
    )


async def record(world: SandboxWorld, asked: Mapping[str, Interaction]) -> History:
    """Return what has happened, once everything has come to rest.

    Args:
        world: the sandbox.
        asked: the commands that were used, by mark.
    """
    replies = {id(interaction.original) for interaction in asked.values()}
    channels = list(world.discord.world.channels.values())
    bots = [m for channel in channels for m in channel.messages if m.author is world.discord.bot]
    return History(
        asks=tuple(read_ask(mark, interaction) for mark, interaction in asked.items()),
        charges=tuple([await _charge(world, entry) for entry in world.seedream.ledger]),
        pictures=tuple(picture for message in bots for picture in _pictures(message, card=id(message) in replies)),
        words=tuple(_words(message) for message in bots if id(message) not in replies),
        threads=tuple(
            Thread(id=channel.id, mark=mark_in(channel.name))
            for channel in channels
            if channel.is_thread and channel.owner is world.discord.bot
        ),
    )


async def _charge(world: SandboxWorld, entry: LedgerEntry) -> Charge:
    task = world.seedream.tasks[entry.task_id]
    found = [await world.seedream.picture(task.id, name) for name in task.file_names]
    digests = tuple(_digest(picture[0]) for picture in found if picture is not None)
    return Charge(mark=mark_in(str(entry.payload["prompt"])), task=task.id, pictures=digests)


def _pictures(message: Message, *, card: bool) -> list[Picture]:
    """Return the pictures of a message, apart from the one contact sheet that a card may have."""
    sheet = next((file for file in message.files if card and file.filename == SHEET_FILENAME), None)
    numbers = ((file, _NUMBER.match(file.filename)) for file in message.files if file is not sheet)
    channel = message.channel
    return [
        Picture(
            mark=mark_in(file.description or ""),
            number=int(number[1]) if number else 0,
            digest=_digest(file.data),
            channel=channel.id,
            under=channel.parent.id if channel.parent is not None else None,
            direct=channel.is_dm,
        )
        for file, number in numbers
    ]


def _words(message: Message) -> Words:
    text = words(message)
    return Words(
        mark=_mark_of(message.channel, message) or mark_in(text),
        channel=message.channel.id,
        text=text,
        task=labelled(message, "Task ID") if message.embeds else None,
        pings=len(message.pinged),
    )


def _mark_of(channel: Channel, message: Message) -> str | None:
    if channel.is_thread and channel.owner is message.author:
        return mark_in(channel.name)
    alts = (mark_in(file.description or "") for file in message.files)
    return next((mark for mark in alts if mark), None)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
