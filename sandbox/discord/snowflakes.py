"""Snowflake ids: https://discord.com/developers/docs/reference#snowflakes."""

from datetime import UTC, datetime, timedelta

from sandbox.clock import Clock

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000


class SnowflakeMaker:
    """Makes ids that grow strictly, carry the clock's time, and stay unique while a manual clock stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._guilds = 0

    def next(self) -> int:
        """Return a new id that is later than every other one made here."""
        self._last = max(self._last + 1, _since_epoch_ms(self._clock.now()) << 22)
        return self._last

    def next_guild(self) -> int:
        """Return an id for a guild, founded a day and a millisecond before the one made last.

        Guilds are routed to shards by `(id >> 22) % shards`; distinct milliseconds make them spread as real ones do.
        """
        self._guilds += 1
        return (_since_epoch_ms(self._clock.now()) - self._guilds * (_DAY_MS + 1)) << 22


def created_at(snowflake: int) -> datetime:
    """Return the moment an id was made, aware, in UTC."""
    return DISCORD_EPOCH + timedelta(milliseconds=snowflake >> 22)


def from_time(moment: datetime) -> int:
    """Return the smallest id of a moment, for paging by time."""
    return _since_epoch_ms(moment) << 22


def _since_epoch_ms(moment: datetime) -> int:
    return (moment - DISCORD_EPOCH) // timedelta(milliseconds=1)
