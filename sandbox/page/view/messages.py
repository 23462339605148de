"""Messages as one person sees them."""

import re
from collections.abc import Iterable
from heapq import merge
from typing import NamedTuple

from sandbox.discord import Channel, Message, MessageType, Permissions, Person, User
from sandbox.discord.command_registry import Command
from sandbox.discord.errors import Json
from sandbox.discord.interactions import InteractionKind
from sandbox.discord.payloads.messages import message_payload
from sandbox.page import words
from sandbox.page.desk import Desk
from sandbox.page.view.cache import ViewCache
from sandbox.page.view.channels import refusal_to_write, sees

MOST_MESSAGES = 200
"""The latest of each channel; an older one is not shown."""

_MENTION = re.compile(r"<(@!?|@&|#)(\d+)>")


class _Rights(NamedTuple):
    write: bool
    react: bool
    new_reaction: bool
    moderate: bool


def messages_view(
    desk: Desk, person: Person, channels: list[Channel], cache: ViewCache
) -> tuple[dict[str, Json], Iterable[User]]:
    """Return each `message:<id>`, and everybody who wrote them or called for them."""
    view: dict[str, Json] = {}
    people: dict[User, None] = {}
    for channel in channels:
        rights = _rights(person, channel)
        for message in latest(person, channel):
            people[message.author] = None
            if message.interaction is not None:
                people[message.interaction.person] = None
            if message.reference is not None:
                people[message.reference.author] = None
            mark = _mark(person, message, rights)
            known = cache.before.get(message.id)
            if known is None or known[0] != mark:
                known = mark, _message(desk, person, message, rights)
            cache.now[message.id] = known
            view[f"message:{message.id}"] = known[1]
    return view, people


def latest(person: Person, channel: Channel) -> list[Message]:
    """Return the latest messages that a person sees in a channel they can see, oldest first."""
    own = [message for message in channel.ephemerals if message.ephemeral_for is person]
    together = merge(channel.history[-MOST_MESSAGES:], own[-MOST_MESSAGES:], key=lambda message: message.id)
    return list(together)[-MOST_MESSAGES:]


def _rights(person: Person, channel: Channel) -> _Rights:
    held = channel.permissions_of(person)
    awake = channel.thread is None or not channel.thread.archived
    return _Rights(
        write=not refusal_to_write(person, channel, []),
        react=awake and Permissions.READ_MESSAGE_HISTORY in held,
        new_reaction=awake and Permissions.ADD_REACTIONS in held,
        moderate=Permissions.MANAGE_MESSAGES in held,
    )


def _mark(person: Person, message: Message, rights: _Rights) -> object:
    """Return what a message's look depends on, in a form that costs little to make and to compare."""
    thread, reference = message.thread, message.reference
    return (
        rights,
        message.content,
        int(message.flags),
        message.edited_at,
        len(message.revisions),
        message.pinned,
        tuple((emoji, len(users), person in users) for emoji, users in message.reactions.items()),
        None
        if thread is None
        else (thread.deleted, thread.name, thread.archived, thread.locked, len(thread.history), sees(person, thread)),
        None if reference is None else (reference.deleted, len(reference.revisions), int(reference.flags)),
    )


def _message(desk: Desk, person: Person, message: Message, rights: _Rights) -> Json:
    payload = message_payload(message, desk.world.discord.bot)
    if message.reactions:
        for shown, users in zip(payload["reactions"], message.reactions.values(), strict=True):
            shown["me"] = person in users
    rewritten: Json = desk.addresses.rewrite(payload)
    rewritten["seen"] = _seen(person, message, rights)
    return rewritten


def _seen(person: Person, message: Message, rights: _Rights) -> Json:
    mine = message.author is person
    thread = message.thread
    shows_thread = thread is not None and not thread.deleted and sees(person, thread)
    everyones = not message.ephemeral
    return {
        "channel": str(message.channel.id),
        "mine": mine,
        "loading": message.loading,
        "ephemeral": message.ephemeral,
        "system": _system_text(message),
        "pings_me": person in message.pinged,
        "command": _command(message),
        "thread": str(thread.id) if thread is not None and shows_thread else None,
        "may": {
            "reply": everyones and rights.write and not message.is_system and not message.loading,
            "react": everyones and rights.react and (rights.new_reaction or bool(message.reactions)),
            "edit": mine and not message.is_system,
            "delete": mine or rights.moderate or message.ephemeral,
            "moderate": everyones and rights.moderate,
        },
        "mentions": _mentions(person, message),
    }


def _system_text(message: Message) -> str:
    name = message.author.display_name
    match message.kind:
        case MessageType.THREAD_CREATED:
            return words.STARTED_THREAD.format(name=name, thread=message.content)
        case MessageType.THREAD_STARTER_MESSAGE:
            return words.OPENED_FROM.format(name=name)
        case MessageType.PINS_ADD:
            return words.PINNED.format(name=name)
        case _:
            return ""


def _command(message: Message) -> Json | None:
    """Return what the line above an answer says: who used which command."""
    interaction = message.interaction
    if interaction is None or interaction.original is not message:
        return None
    command: Command | None = interaction.command
    if interaction.kind is InteractionKind.MODAL_SUBMIT and interaction.message is None:
        command = interaction.root_command
    if command is None:
        return None
    return {"name": command.name, "type": int(command.type), "user": str(interaction.person.id)}


def _mentions(person: Person, message: Message) -> Json:
    """Return the names behind `<@id>`, `<@&id>` and `<#id>` in everything there is to read."""
    world, guild = message.channel.world, message.channel.guild
    users = {str(user.id): user.display_name for user in message.mentions}
    roles = {str(role.id): role.name for role in message.mention_roles}
    channels: dict[str, str] = {}
    for sign, number in _MENTION.findall(message.text()):
        if sign == "#":
            channel = world.channels.get(int(number))
            # The name of a hidden channel, or of somebody else's conversation, is nothing to tell.
            if channel is not None and channel.guild is not None and sees(person, channel):
                channels[number] = channel.name
        elif sign == "@&" and guild is not None:
            roles |= {str(role.id): role.name for role in guild.roles if str(role.id) == number}
        elif sign.startswith("@") and (user := world.users.get(int(number))) is not None:
            users[number] = user.display_name
    return {"users": users, "roles": roles, "channels": channels}
