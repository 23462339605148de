"""Which of the bot's shards are a process's own, and since when not all of those are connected."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shards:
    """A process's share of the bot's connections to the gateway.

    Discord sends what happens in a server to the shard `(guild_id >> 22) % total`, and direct messages and everything
    outside of servers to shard 0: https://discord.com/developers/docs/events/gateway#sharding.

    Attributes:
        ids: the process's own; at least one.
        total: of all processes, which have to agree on it.
    """

    ids: tuple[int, ...]
    total: int


class Presence:
    """Since when not every shard of this process has been connected.

    Args:
        monotonic: the clock's monotonic seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._connected: set[int] = set()
        self._offline_since: float | None = monotonic()

    @property
    def offline_seconds(self) -> float | None:
        """For how long not every shard has been connected; None while all are."""
        return None if self._offline_since is None else self._monotonic() - self._offline_since

    def came(self, shard_id: int, own: Iterable[int]) -> None:
        """Note that a shard is connected; `own` are all of this process."""
        self._connected.add(shard_id)
        if self._connected.issuperset(own):
            self._offline_since = None

    def went(self, shard_id: int) -> None:
        """Note that a shard is not connected; once more is no error."""
        self._connected.discard(shard_id)
        if self._offline_since is None:
            self._offline_since = self._monotonic()
