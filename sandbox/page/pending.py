"""The interactions that a client still shows something of: those that wait, failed, or have a modal open."""

from itertools import islice
from typing import Literal

from sandbox.discord import Interaction, Person
from sandbox.discord.interactions import InteractionKind
from sandbox.discord.world import World

State = Literal["waiting", "failed", "modal"]


class Pending:
    """Follows the interactions of a sandbox, so that nobody has to look through all there ever were."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0
        self._open: dict[int, Interaction] = {}
        self._dismissed: set[int] = set()

    def of(self, person: Person) -> list[tuple[Interaction, State]]:
        """Return a person's own, oldest first."""
        found = ((item, self._state(item)) for item in self._current() if item.person is person)
        return [(item, state) for item, state in found if state is not None]

    def dismiss(self, interaction: Interaction) -> None:
        """Show a failed interaction no longer."""
        self._dismissed.add(interaction.id)

    def dismiss_failures(self, person: Person, message_id: int, custom_id: str) -> None:
        """Show no longer that a component failed which the person uses again."""
        for item, state in self.of(person):
            on_message = item.message is not None and item.message.id == message_id
            if state == "failed" and on_message and item.data.get("custom_id") == custom_id:
                self.dismiss(item)

    def _current(self) -> list[Interaction]:
        everything = self._world.interactions
        for item in islice(everything.values(), self._seen, None):
            if item.kind is not InteractionKind.AUTOCOMPLETE:
                self._open[item.id] = item
        self._seen = len(everything)
        for item in list(self._open.values()):
            if self._state(item) is None:
                del self._open[item.id]
        return list(self._open.values())

    def _state(self, item: Interaction) -> State | None:
        if item.channel.deleted or item.id in self._dismissed:
            return None
        if item.acknowledgement is None:
            return "failed" if item.failed else "waiting"
        return "modal" if item.open_modal is not None else None
