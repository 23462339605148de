"""What a page shows and works on."""

from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice

from sandbox.discord import Person
from sandbox.page.addresses import Addresses
from sandbox.page.bots import BotControl, OutsideBot
from sandbox.page.faults import Faults
from sandbox.page.files import Files
from sandbox.page.pending import Pending
from sandbox.seedream import Task
from sandbox.world import SandboxWorld

MOST_TASKS = 40
"""How many of the latest tasks are shown."""


class Desk:
    """One sandbox, the persons one can be in it, the bot, and what belongs to the page alone.

    Attributes:
        addresses: set anew once the page's server knows its port.
        pending: the interactions that are not settled.
    """

    def __init__(self, world: SandboxWorld, persons: list[Person], bot: BotControl | None = None) -> None:
        if not persons:
            raise ValueError("A page needs somebody to be.")
        self.world = world
        self.persons = persons
        self.bot: BotControl = bot or OutsideBot(world.discord)
        self.faults = Faults(world)
        self.files = Files(world.clock)
        self.pending = Pending(world.discord.world)
        self.addresses = Addresses(world.discord.base_url, world.seedream.files_base_url, "")
        self._listeners: list[Callable[[], None]] = []

    def person(self, person_id: str | None) -> Person:
        """Return one of the persons by id; the first one where there is none of that id."""
        return next((person for person in self.persons if str(person.id) == person_id), self.persons[0])

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener at every change that may show on the page; return what ends it."""
        stack = ExitStack()
        for source in (self.world.discord, self.world.seedream, self.bot):
            stack.callback(source.subscribe(listener))
        self._listeners.append(listener)
        stack.callback(lambda: self._listeners.remove(listener))
        return stack.close

    def changed(self) -> None:
        """Tell that something of the page's own has changed."""
        for listener in list(self._listeners):
            listener()

    @property
    def touched(self) -> bool:
        """Whether somebody has used the switches of faults or of the bot."""
        return self.faults.touched or self.bot.touched

    @property
    def restless(self) -> bool:
        """Whether something changes with time alone, which nobody tells of: the status of a task."""
        return any(task.status not in ("completed", "failed") for task in self.recent_tasks)

    @property
    def recent_tasks(self) -> list[Task]:
        """The latest tasks, oldest first."""
        tasks = self.world.seedream.tasks
        return list(islice(reversed(tasks.values()), MOST_TASKS))[::-1]
