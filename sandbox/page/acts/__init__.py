"""What a person can do on the page: a table from the names of acts to what they take and what they do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from sandbox.discord import ClientRefused
from sandbox.discord.errors import ApiError
from sandbox.page import words
from sandbox.page.acts import commands, components, panel, writing
from sandbox.page.acts.actor import Actor, Answer


@dataclass(frozen=True)
class Act:
    """One thing to do.

    Attributes:
        takes: the fields it needs.
        run: does it.
    """

    takes: type[BaseModel]
    run: Callable[[Actor, Any], Awaitable[Answer]]


ACTS: dict[str, Act] = {
    "slash": Act(commands.SlashFields, commands.slash),
    "autocomplete": Act(commands.AutocompleteFields, commands.autocomplete),
    "message_command": Act(commands.MessageCommandFields, commands.message_command),
    "user_command": Act(commands.UserCommandFields, commands.user_command),
    "click": Act(components.ClickFields, components.click),
    "select": Act(components.SelectFields, components.select),
    "submit_modal": Act(components.SubmitModalFields, components.submit_modal),
    "close_modal": Act(components.InteractionFields, components.close_modal),
    "dismiss": Act(components.InteractionFields, components.dismiss),
    "say": Act(writing.SayFields, writing.say),
    "edit": Act(writing.EditFields, writing.edit),
    "delete": Act(writing.MessageFields, writing.delete),
    "react": Act(writing.ReactFields, writing.react),
    "unreact": Act(writing.ReactFields, writing.unreact),
    "thread": Act(writing.ThreadFields, writing.thread),
    "fault": Act(panel.FaultFields, panel.fault),
    "bot": Act(panel.BotFields, panel.bot),
}


async def perform(actor: Actor, name: object, fields: Mapping[str, object]) -> Answer:
    """Do what a person asks for.

    Raises:
        ClientRefused: it cannot be done; the message is for the person.
    """
    act = ACTS.get(name) if isinstance(name, str) else None
    if act is None:
        raise ClientRefused(words.NOT_UNDERSTOOD.format(reason=f"there is no act {str(name)[:40]!r}"))
    try:
        checked = act.takes.model_validate(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        reason = f"{where} of {name}: {problem['msg'].lower()}"
        raise ClientRefused(words.NOT_UNDERSTOOD.format(reason=reason)) from None
    try:
        answer = await act.run(actor, checked)
    except ApiError as error:
        raise ClientRefused(f"{error.message.rstrip('.')}.") from error
    actor.desk.files.used(actor.taken)
    actor.desk.changed()
    return answer


__all__ = ["ACTS", "Actor", "Answer", "perform"]
