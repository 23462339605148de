"""The stage on which every row of the fault tables is played, and what must hold after each of them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sandbox.discord import Channel, Interaction, Message, Person
from sandbox.faults import Fault
from tests.acceptance.house import House, words

PICTURE = re.compile(r"^seedream-[0-9a-f]{16}-(\d+)\.\w+$")
GENERATE = "/generate/vol/seedream"


class Spot(StrEnum):
    """Where the command is used."""

    TEXT = "text channel"
    THREAD = "thread"
    POST = "forum post"
    DIRECT = "direct message"
    INSTALL = "user install"


class Where(StrEnum):
    """Where the pictures end up."""

    THREAD = "in the job's thread"
    PLACE = "in the place of asking"
    REPLY = "on the command's reply"
    DIRECT = "by direct message"
    LINKS = "as links in words"
    NOWHERE = "nowhere"


HOME = {Spot.TEXT: Where.THREAD, Spot.INSTALL: Where.REPLY}
"""Where they end up when all goes well; anywhere else: in the place of asking."""


@dataclass
class Scene:
    """One command in one place, and the bot at it.

    Attributes:
        images: how many pictures are asked for.
        fault: the fault that was planned, which must have struck by the end.
    """

    house: House
    spot: Spot
    images: int = 1
    fault: Fault | None = None
    asked: Interaction | None = None
    place: Channel | None = None

    @property
    def interaction(self) -> Interaction:
        """The command's interaction, once it was used."""
        assert self.asked is not None
        return self.asked

    def channel(self) -> Channel:
        """Return the place of asking, furnishing it first."""
        if self.place is None:
            self.place = self._furnish()
        return self.place

    def _furnish(self) -> Channel:
        house = self.house
        match self.spot:
            case Spot.TEXT:
                return house.channel
            case Spot.THREAD:
                return house.channel.add_thread("sketches")
            case Spot.POST:
                return house.guild.add_forum("ideas").add_post("Lighthouses", by=house.person)
            case Spot.DIRECT:
                return house.world.discord.dm(house.person)
            case Spot.INSTALL:
                elsewhere = house.world.discord.add_guild("Elsewhere", with_bot=False)
                elsewhere.join(house.person)
                return elsewhere.add_text_channel("general")

    # What has happened so far ----------------------------------------------------------------------------------

    @property
    def accepted(self) -> bool:
        """Whether the API has taken the task."""
        return bool(self.house.world.seedream.ledger)

    @property
    def downloaded(self) -> bool:
        """Whether the bot has begun to fetch pictures."""
        return any(request.path.startswith("/results/") for request in self.house.world.seedream.requests)

    @property
    def shown(self) -> Counter[int]:
        """How often each picture can be seen, in whatever message."""
        numbers = (PICTURE.match(a.filename) for message in self.messages() for a in message.files)
        return Counter(int(found[1]) for found in numbers if found)

    def messages(self) -> Iterator[Message]:
        """Yield all messages of the bot that stand anywhere."""
        bot = self.house.world.discord.bot
        for channel in list(self.house.world.discord.world.channels.values()):
            yield from (message for message in channel.messages if message.author is bot)

    @property
    def pings(self) -> int:
        """How often the person was pinged in messages that still stand."""
        return sum(message.pinged.count(self.house.person) for message in self.messages())

    def said(self) -> str:
        """Return all that can be read."""
        return "\n".join(words(message) for message in self.messages())

    # What must hold --------------------------------------------------------------------------------------------

    async def begun(self) -> None:
        """Wait until the bot has taken the command in, or Discord has given it up."""
        house = self.house

        def taken() -> bool:
            return bool(house.app and house.app.worker.open_jobs) or self.accepted or self.interaction.failed

        await house.world.until(taken, what="an answer")

    async def ended(self) -> None:
        """Wait until the bot has nothing left to do."""
        house = self.house
        await house.world.until(
            lambda: house.app is not None and not house.app.worker.open_jobs and not house.world.discord.busy,
            what="the end of all jobs",
            timeout=40,
        )

    def check(self, *, pictures: tuple[Where, ...], paid: int, pings: tuple[int, ...]) -> None:
        """Check what holds for every row, and where its pictures ended up."""
        self.check_once(paid=paid, pings=pings)
        self._check_pictures(pictures)

    def check_once(self, *, paid: int, pings: tuple[int, ...]) -> None:
        """Check that nothing was paid, POSTed, shown or pinged twice, and that no thread stands unexplained."""
        posts = [r for r in self.house.world.seedream.requests if r.method == "POST" and r.path.endswith(GENERATE)]
        assert self.house.paid == paid, f"paid {self.house.paid} times\n{self.said()}"
        assert len([post for post in posts if post.status == 200 or post.cut]) <= 1, "POSTed twice"
        assert self.fault is None or self.fault.times is None or not self._left(self.fault), "the fault did not strike"
        assert all(times == 1 for times in self.shown.values()), f"shown twice: {self.shown}"
        assert self.pings in pings, f"pinged {self.pings} times\n{self.said()}"
        self._check_threads()

    def _left(self, fault: Fault) -> bool:
        return fault in self.house.world.discord.faults.faults or fault in self.house.world.seedream.faults.faults

    def _check_pictures(self, places: tuple[Where, ...]) -> None:
        if places == (Where.NOWHERE,):
            assert not self.shown, f"shown: {self.shown}"
            return
        linked = {int(n) for n in re.findall(r"\[image (\d+)\]\(<http", self.said())}
        wanted = set(range(1, self.images + 1))
        if places == (Where.LINKS,):
            # What nobody can know to be shown is linked, whether it is shown or not.
            assert wanted <= linked, f"linked: {linked}\n{self.said()}"
            return
        assert set(self.shown) == wanted, f"shown: {self.shown}\n{self.said()}"
        holders = {self._where(m) for m in self.messages() if any(PICTURE.match(a.filename) for a in m.files)}
        assert holders == set(places), f"shown {holders}"

    def _where(self, message: Message) -> Where:
        channel = message.channel
        if message is self.interaction.original:
            return Where.REPLY
        if channel.starter is self.interaction.original and channel.starter is not None:
            return Where.THREAD
        if channel is self.channel():
            return Where.PLACE
        return Where.DIRECT

    def _check_threads(self) -> None:
        """A thread of ours holds an answer, or the card above it tells the outcome."""
        discord = self.house.world.discord
        for thread in self.house.guild.threads:
            if thread.owner is not discord.bot:
                continue
            answered = any(message.author is discord.bot for message in thread.messages)
            card = thread.starter
            assert answered or (card is not None and "Outcome:" in words(card)), "an orphan thread"


@dataclass(kw_only=True)
class Timed(Fault):
    """A fault that lies in wait until its moment has come."""

    when: Callable[[], bool] = bool

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether this fault applies to a request now."""
        return super().strikes(method, path) and self.when()


def direct_messages(house: House, person: Person | None = None) -> Channel:
    """Return the person's direct messages with the bot."""
    return house.world.discord.dm(person or house.person)
