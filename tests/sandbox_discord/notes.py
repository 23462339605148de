"""An observer that keeps everything it is shown."""

from sandbox.discord import SeenAnswer, SeenRequest
from sandbox.discord.errors import Json


class Notes:
    """What was seen of a sandbox since this was added to its observers."""

    def __init__(self) -> None:
        self.exchanges: list[tuple[SeenRequest, SeenAnswer | None]] = []
        self.events: list[tuple[str, Json]] = []

    def exchange(self, request: SeenRequest, answer: SeenAnswer | None) -> None:
        """Keep an exchange."""
        self.exchanges.append((request, answer))

    def dispatch(self, event: str, payload: Json) -> None:
        """Keep an event."""
        self.events.append((event, payload))
