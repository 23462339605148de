"""Where a run takes place: servers, channels and people, and the commands they use."""

import asyncio
from io import BytesIO

from PIL import Image

from sandbox.discord import Channel, ClientRefused, File, Guild, Interaction, Permissions, Person
from sandbox.world import SandboxWorld
from tests.chaos.drawing import PLAN
from tests.chaos.fleet import Fleet
from tests.chaos.history import History, mark
from tests.chaos.recorder import record
from tests.chaos.script import Order, Spot

SUBJECTS = ("a calm harbour", "a fox in the snow", "the market at noon", "a lighthouse, seen from below")
QUIET = 0.3
"""Seconds without a request after which everything has come to rest, when no job is open."""

STANDSTILL = 120.0
"""Seconds without a request after which open jobs are given up: longer than the bot ever pauses in between."""

LONGEST = 600.0
"""Seconds after which a bot that still makes requests will do so for ever."""


class Stage:
    """The furnished sandbox, and all that was asked in it.

    Args:
        world: the sandbox.
        guilds: how many servers the bot is in; Discord tells each of them to another shard.

    Attributes:
        asked: every command that was used, by its mark.
    """

    def __init__(self, world: SandboxWorld, guilds: int = 1) -> None:
        world.seedream.plan = PLAN
        self.world = world
        self.asked: dict[str, Interaction] = {}
        discord = world.discord
        ours = [discord.add_guild(f"Atelier {number}") for number in range(1, guilds + 1)]
        elsewhere = discord.add_guild("Elsewhere", with_bot=False)
        self._people = [discord.add_person(name) for name in ("mara", "jonas", "aiko", "tomas")]
        self._places = [self._furnish(guild, elsewhere.add_text_channel(f"general {guild.name}")) for guild in ours]
        self._photos = [_photo(number) for number in (1, 2)]

    def _furnish(self, guild: Guild, elsewhere: Channel) -> dict[Spot, Channel]:
        text = [guild.add_text_channel(name) for name in ("pictures", "sketches")]
        return {
            Spot.TEXT: text[0],
            Spot.UNTHREADED: guild.add_text_channel("flat", bot_denied=Permissions.CREATE_PUBLIC_THREADS),
            Spot.THREAD: text[1].add_thread("late sketches"),
            Spot.POST: guild.add_forum("ideas").add_post("Lighthouses", by=self._people[0]),
            Spot.INSTALL: elsewhere,
        }

    def place(self, order: Order) -> Channel:
        """Return where an order is given."""
        if order.spot is Spot.DIRECT:
            return self.world.discord.dm(self._person(order))
        return self._places[order.person // len(self._people) % len(self._places)][order.spot]

    def _person(self, order: Order) -> Person:
        return self._people[order.person % len(self._people)]

    async def ask(self, order: Order) -> Interaction | None:
        """Use the command; None where Discord does not offer it, as before the bot's very first start."""
        own = mark(len(self.asked) + 1)
        subject = SUBJECTS[len(self.asked) % len(SUBJECTS)]
        photos = {f"image{n}": photo for n, photo in enumerate(self._photos[: order.references], start=1)}
        images = min(order.images, 15 - order.references)
        try:
            self.asked[own] = await self._person(order).slash(
                self.place(order), "seedream", prompt=f"{own} {subject}", max_images=images, **photos
            )
        except ClientRefused:
            return None
        return self.asked[own]

    def forget_nonces(self) -> None:
        """Let Discord forget the nonces of all messages, as it does when minutes have passed."""
        for channel in list(self.world.discord.world.channels.values()):
            for message in channel.history:
                message.nonce = None

    async def rest(self, fleet: Fleet) -> None:
        """Wait until nobody waits for an answer, no job is open, and no request comes any more; or never will."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST
        seen, since = self._requests(), loop.time()
        while loop.time() < deadline:
            await asyncio.sleep(0.05)
            if self._requests() != seen:
                seen, since = self._requests(), loop.time()
                continue
            quiet = loop.time() - since
            if quiet >= STANDSTILL or (quiet >= QUIET and await self._done_with(fleet)):
                return

    async def _done_with(self, fleet: Fleet) -> bool:
        waiting = any(asked.acknowledgement is None and not asked.failed for asked in self.asked.values())
        # In this order: what is answered has a row by then, or never will.
        return not waiting and await fleet.storage.open_jobs() == 0

    def _requests(self) -> int:
        return len(self.world.discord.requests) + len(self.world.seedream.requests)

    async def history(self) -> History:
        """Return what has happened."""
        return await record(self.world, self.asked)


async def settle(stage: Stage, fleet: Fleet) -> list[str]:
    """Let the bot come to the end of everything, stop it, and start it once more: it must find nothing left to do.

    Returns:
        What was wrong with that, in words.
    """
    wrong = []
    for _ in range(2):
        await fleet.ready()
        await stage.rest(fleet)
        codes = await fleet.stop()
        wrong += [f"the bot ended with exit code {code} when it was stopped" for code in codes if code != 0]
    return wrong


def _photo(number: int) -> File:
    buffer = BytesIO()
    Image.new("RGB", (64, 48), (number * 60, 90, 140)).save(buffer, "PNG")
    return File(f"photo{number}.png", buffer.getvalue())
