"""The form for editing pictures, as the acceptance tests open it and fill it in."""

from io import BytesIO
from typing import Any

from PIL import Image

from sandbox.discord import Interaction, Message, Person
from tests.acceptance.house import House, words

EDIT = "Edit with Seedream"
COLLECT = "Add to references"
PROMPT = "prompt"


async def opened(house: House, message: Message, person: Person | None = None) -> Interaction:
    """Right-click a message and choose to edit it; return what was answered with the form."""
    return await formed(await (person or house.person).use_on_message(EDIT, message))


async def formed(interaction: Interaction) -> Interaction:
    """Make sure that an interaction is answered with a form."""
    answer = await interaction.acknowledged()
    assert answer.kind == "modal", words(interaction.original) if interaction.original else answer
    return interaction


async def sent(house: House, form: Interaction, person: Person | None = None, /, **values: Any) -> Interaction:
    """Fill a form in, by custom_id, and send it."""
    values.setdefault(PROMPT, "make it clay")
    submission = await (person or house.person).submit_modal(form, values)
    await submission.acknowledged()
    return submission


def received(house: House, place: int = -1) -> list[bytes]:
    """Return the references that the API got with a paid request, in their order."""
    return [upload.data for upload in house.uploads(house.world.seedream.ledger[place])]


def pixels(data: bytes) -> tuple[tuple[int, int], bytes]:
    """Return what a picture shows, apart from its metadata, which no reference carries."""
    with Image.open(BytesIO(data)) as image:
        return image.size, image.convert("RGBA").tobytes()


def parts(form: Interaction) -> dict[str, dict[str, Any]]:
    """Return the fields of a form by custom_id, each with its label's words."""
    assert form.modal is not None
    return {
        part["component"]["custom_id"]: {**part["component"], "words": part.get("description", "")}
        for part in form.modal["components"]
        if "component" in part
    }


async def refusal(interaction: Interaction) -> str:
    """Return the words of an interaction that was answered privately."""
    answer = await interaction.acknowledged()
    assert answer.ephemeral
    assert interaction.original is not None
    return interaction.original.content
