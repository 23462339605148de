"""Using components: buttons, menus, modals; and putting away what failed."""

from typing import Any

from sandbox.discord import ClientRefused
from sandbox.page import words
from sandbox.page.acts.actor import Actor, Answer, Fields, Id


class ClickFields(Fields):
    """A button of a message."""

    message: Id
    custom_id: str


class SelectFields(ClickFields):
    """A menu of a message, and what was chosen in it."""

    values: list[Any]


class InteractionFields(Fields):
    """An interaction."""

    interaction: Id


class SubmitModalFields(InteractionFields):
    """A modal, and what was filled in."""

    values: dict[str, Any]


async def click(actor: Actor, fields: ClickFields) -> Answer:
    """Press a button."""
    message = actor.message(fields.message)
    actor.desk.pending.dismiss_failures(actor.person, message.id, fields.custom_id)
    interaction = await actor.person.click(message, custom_id=fields.custom_id)
    return {"interaction": str(interaction.id)}


async def select(actor: Actor, fields: SelectFields) -> Answer:
    """Choose in a menu."""
    message = actor.message(fields.message)
    actor.desk.pending.dismiss_failures(actor.person, message.id, fields.custom_id)
    values = [actor.value(value, message.channel) for value in fields.values]
    interaction = await actor.person.select(message, values, custom_id=fields.custom_id)
    return {"interaction": str(interaction.id)}


async def submit_modal(actor: Actor, fields: SubmitModalFields) -> Answer:
    """Send a modal."""
    opened = actor.interaction(fields.interaction)
    values = {name: actor.value(value, opened.channel) for name, value in fields.values.items()}
    interaction = await actor.person.submit_modal(opened, values)
    # They stay for a while: if the bot does not answer, the same form is sent once more.
    actor.taken.clear()
    return {"interaction": str(interaction.id)}


async def close_modal(actor: Actor, fields: InteractionFields) -> Answer:
    """Close a modal without sending it."""
    actor.person.close_modal(actor.interaction(fields.interaction))
    return None


async def dismiss(actor: Actor, fields: InteractionFields) -> Answer:
    """Put away that the application did not respond."""
    interaction = actor.interaction(fields.interaction)
    if not interaction.failed:
        raise ClientRefused(words.NO_INTERACTION)
    actor.desk.pending.dismiss(interaction)
    return None
