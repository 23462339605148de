"""People who ask the bot by messages, as the tests of mentions, answers and reactions use them."""

from collections.abc import Callable

from sandbox.discord import Channel, File, Message
from tests.acceptance.house import House, words


async def mention(
    house: House,
    text: str = "a calm harbour",
    *,
    channel: Channel | None = None,
    files: tuple[File, ...] = (),
    reply_to: Message | None = None,
) -> Message:
    """Have the person mention the bot in front of a text."""
    bot = house.world.discord.bot
    content = f"<@{bot.id}> {text}".strip()
    return await house.person.say(channel or house.channel, content, files=files, reply_to=reply_to)


def answers(house: House, message: Message) -> list[Message]:
    """Return the bot's answers to a message, in order."""
    bot = house.world.discord.bot
    return [m for m in message.channel.messages if m.author is bot and m.reference_id == message.id]


async def answer(house: House, message: Message, *expected: str) -> Message:
    """Wait for the bot's answer to a message that contains all of some words."""

    def said() -> Message | None:
        found = (m for m in answers(house, message) if all(text in words(m) for text in expected))
        return next(found, None)

    return await house.world.until(said, what=f"{expected} in the answer")


def place_of(card: Message) -> Channel:
    """Return where what follows a card goes."""
    return card.thread if card.thread is not None else card.channel


def results(house: House, card: Message) -> list[Message]:
    """Return the messages of pictures that belong to a card's job."""
    bot = house.world.discord.bot
    return [m for m in place_of(card).messages if m.author is bot and m.id > card.id and m.attachments]


async def delivered(house: House, message: Message) -> Message:
    """Wait until a message's job has brought its pictures and nothing is left to do; return the card."""
    card = await answer(house, message)
    app = house.app
    assert app is not None
    await house.world.until(lambda: results(house, card) and not app.worker.open_jobs, what="pictures")
    return card


async def quiet(house: House, seen: Callable[[], bool]) -> None:
    """Wait until the bot has heard everything that was said so far: it answers a command that came after."""
    before = len(house.world.discord.requests)
    await house.ask(prompt="something else")
    await house.world.until(lambda: len(house.world.discord.requests) > before and seen(), what="quiet")
