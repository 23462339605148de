"""When a step that failed is tried again: a pure decision, carried out elsewhere."""

from dataclasses import dataclass

from bot.errors import BotError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Capped exponential backoff with jitter.

    Attributes:
        attempts: how many times a step may fail before it is given up.
        first: seconds before the second attempt; doubles from then on.
        longest: seconds our own pauses never exceed; a server's `Retry-After` may be longer and is kept.
    """

    attempts: int
    first: float = 1.0
    longest: float = 60.0

    def delay(self, error: BotError, failures: int, jitter: float) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up.

        A server's own `Retry-After` is a lower bound.

        Args:
            error: what went wrong; only retryable errors are tried again.
            failures: how many attempts have failed, this one included.
            jitter: a random number in [0, 1).
        """
        if not error.retryable or failures >= self.attempts:
            return None
        backoff = self.first * 2.0 ** min(failures - 1, 16) * (0.5 + jitter / 2)
        asked = getattr(error, "retry_after", None) or 0.0
        return max(min(backoff, self.longest), asked)
