"""The interactions that a person's client still shows something of."""

from sandbox.discord import Interaction, Person
from sandbox.discord.components import number
from sandbox.discord.errors import Json
from sandbox.page.desk import Desk


def interactions_view(desk: Desk, person: Person) -> dict[str, Json]:
    """Return each `interaction:<id>`."""
    return {
        f"interaction:{item.id}": {
            "id": str(item.id),
            "channel": str(item.channel.id),
            "kind": item.kind.name.lower(),
            "name": _name(item),
            "message": str(item.message.id) if item.message is not None else None,
            "custom_id": item.data.get("custom_id"),
            "state": state,
            "modal": _modal(desk, item),
        }
        for item, state in desk.pending.of(person)
    }


def _name(item: Interaction) -> str:
    """Return the command's name with its sub-commands, as it is typed."""
    if item.command is None:
        return ""
    names, options = [item.command.name], item.data.get("options") or []
    while options and "options" in options[0]:
        names.append(options[0]["name"])
        options = options[0]["options"]
    return " ".join(names)


def _modal(desk: Desk, item: Interaction) -> Json | None:
    modal = item.open_modal
    if modal is None:
        return None
    rewritten: Json = desk.addresses.rewrite(modal | {"components": number(modal["components"])})
    return rewritten
