"""When to ask for a task again."""

GROWTH = 0.35
JITTER = 0.2


def next_delay(elapsed: float, *, first: float, longest: float, jitter: float) -> float:
    """Return the seconds until the next poll, growing with the task's age.

    The age alone decides, so a restarted process goes on at the pace the task had reached.

    Args:
        elapsed: seconds since the task was submitted.
        first: seconds between polls of a fresh task.
        longest: seconds between polls of an old one.
        jitter: a random number in [0, 1), so that tasks submitted together do not poll together for ever.
    """
    base = min(longest, max(first, elapsed * GROWTH))
    return base * (1 - JITTER / 2 + JITTER * jitter)
