"""The panel's switches: faults and the bot's process. They are nobody's in Discord, so everybody may use them."""

from typing import Literal

from sandbox.discord import ClientRefused
from sandbox.page import words
from sandbox.page.acts.actor import Actor, Answer, Fields


class FaultFields(Fields):
    """A fault's switch."""

    name: str
    on: bool


class BotFields(Fields):
    """What shall become of the bot."""

    do: Literal["start", "stop", "restart", "kill"]


async def fault(actor: Actor, fields: FaultFields) -> Answer:
    """Switch a fault on or off."""
    if not actor.desk.faults.switch(fields.name, on=fields.on):
        raise ClientRefused(words.NO_SUCH_FAULT)
    return None


async def bot(actor: Actor, fields: BotFields) -> Answer:
    """Start, stop, restart or kill the bot; answered once that is done."""
    await actor.desk.bot.do(fields.do)
    return None
