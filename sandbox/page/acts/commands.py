"""Using commands: slash commands with their options and suggestions, message and user commands."""

from typing import Any

from pydantic import Field

from sandbox.discord import Channel, ClientRefused
from sandbox.page import words
from sandbox.page.acts.actor import Actor, Answer, Fields, Id, is_file


class SlashFields(Fields):
    """A slash command with its values."""

    channel: Id
    command: Id
    path: list[str] = Field(default_factory=list)
    options: dict[str, Any] = Field(default_factory=dict)


class AutocompleteFields(SlashFields):
    """A slash command while one of its options is being typed."""

    focused: str


class MessageCommandFields(Fields):
    """A message command."""

    message: Id
    command: Id


class UserCommandFields(Fields):
    """A user command."""

    user: Id
    channel: Id
    command: Id


async def slash(actor: Actor, fields: SlashFields) -> Answer:
    """Use a slash command."""
    channel = actor.channel(fields.channel)
    name = " ".join([actor.command(fields.command).name, *fields.path])
    interaction = await actor.person.slash(channel, name, **_values(actor, channel, fields.options))
    return {"interaction": str(interaction.id)}


async def autocomplete(actor: Actor, fields: AutocompleteFields) -> Answer:
    """Ask the bot for suggestions."""
    channel = actor.channel(fields.channel)
    name = " ".join([actor.command(fields.command).name, *fields.path])
    # Chosen files stay where they are: they would be uploaded anew with every letter.
    typed = {key: value for key, value in fields.options.items() if not is_file(value)}
    options = _values(actor, channel, typed)
    try:
        choices = await actor.person.complete(channel, name, options, focused=fields.focused)
    except TimeoutError:
        raise ClientRefused(words.NO_SUGGESTIONS) from None
    return {"choices": [{"name": choice.name, "value": choice.value} for choice in choices]}


async def message_command(actor: Actor, fields: MessageCommandFields) -> Answer:
    """Use a message command."""
    message = actor.message(fields.message)
    interaction = await actor.person.use_on_message(actor.command(fields.command).name, message)
    return {"interaction": str(interaction.id)}


async def user_command(actor: Actor, fields: UserCommandFields) -> Answer:
    """Use a user command."""
    channel = actor.channel(fields.channel)
    user = actor.user(fields.user, channel)
    interaction = await actor.person.use_on_user(actor.command(fields.command).name, user, channel)
    return {"interaction": str(interaction.id)}


def _values(actor: Actor, channel: Channel, options: dict[str, Any]) -> dict[str, Any]:
    return {name: actor.value(value, channel) for name, value in options.items()}
