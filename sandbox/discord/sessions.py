"""Gateway sessions: what is known of an identified client, connected or not, and all it was sent.

Source: https://discord.com/developers/docs/events/gateway#connection-lifecycle.
"""

from collections import deque
from dataclasses import dataclass, field

from sandbox.discord import connection as ops
from sandbox.discord.connection import Connection, frame
from sandbox.discord.errors import Json
from sandbox.discord.intents import Intents
from sandbox.discord.observing import Observer


class CloseGateway(Exception):
    """Close the connection with a code."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(reason)


@dataclass(eq=False)
class Session:
    """What the gateway knows of an identified client, whether it is connected at the moment or not.

    Attributes:
        sent: the latest events with their sequence numbers, for a resume; older ones are forgotten.
        left_at: when the client was last seen, on the sandbox's clock; None: it is connected.
    """

    id: str
    intents: Intents
    shard: int
    shards: int
    sent: deque[tuple[int, str]]
    seq: int = 0
    connection: Connection | None = None
    left_at: float | None = None
    observers: list[Observer] = field(default_factory=list)

    def hears_of(self, guild_id: int | None) -> bool:
        """Whether a guild's events (or, for None, those of DMs) belong to this shard."""
        return self.shard == (0 if guild_id is None else (guild_id >> 22) % self.shards)

    def missed(self, seq: int) -> list[str] | None:
        """Return the events after a sequence number; None: some of them are forgotten already."""
        if self.seq - seq > len(self.sent):
            return None
        return [text for number, text in self.sent if number > seq]

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, and keep it for a resume."""
        for observer in self.observers:
            observer.dispatch(event, data)
        self.seq += 1
        text = frame(ops.DISPATCH, data, event=event, seq=self.seq)
        self.sent.append((self.seq, text))
        if self.connection is not None:
            self.connection.send_text(text)
