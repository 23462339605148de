"""What was made for one person's last view, so that the next one makes only what may look different."""

from sandbox.discord import Channel
from sandbox.discord.errors import Json


class ViewCache:
    """One person's messages, and how many there are in each channel; kept from one view to the next.

    Attributes:
        before: of the last view, by message id: a mark of what the payload was made from, and the payload.
        now: the same of the view that is being made.
    """

    def __init__(self) -> None:
        self.before: dict[int, tuple[object, Json]] = {}
        self.now: dict[int, tuple[object, Json]] = {}
        self._counts: dict[int, tuple[int, int | None, int]] = {}

    def turn(self) -> None:
        """Begin a new view: what was not asked for in the last one is forgotten."""
        self.before, self.now = self.now, {}

    def message_count(self, channel: Channel) -> int:
        """Return how many messages stand in a channel, without those that Discord wrote."""
        length, last = len(channel.history), channel.last_message_id
        known = self._counts.get(channel.id)
        if known is None or known[:2] != (length, last):
            known = length, last, sum(not message.is_system for message in channel.history)
            self._counts[channel.id] = known
        return known[2]
