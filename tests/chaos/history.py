"""What has happened in a run, as plain values: all that the oracle looks at.

Every command carries a mark of its own in its prompt, and whatever shows the prompt shows the mark: the API's ledger,
the thread's name, the pictures' alt texts.
"""

import re
from dataclasses import dataclass

MARK = re.compile(r"\bmark\d{4}\b")
JOB = re.compile(r"\bJob ([0-9a-f]{16})\b")
LINKED = re.compile(r"\[image (\d+)\]\(<http")


def mark(number: int) -> str:
    """Return the mark of a run's command."""
    return f"mark{number:04}"


def mark_in(text: str) -> str | None:
    """Return the first mark in a text."""
    found = MARK.search(text)
    return found[0] if found else None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One command, and its reply as it stands at the end.

    Attributes:
        mark: in its prompt.
        channel: where it was used.
        acknowledged: whether the bot answered at all; otherwise the person reads "The application did not respond".
        private: whether that answer is for the person only.
        thinking: whether the reply still reads "is thinking …".
        reply: all words of the reply.
        ended: whether the reply tells an outcome.
    """

    mark: str
    channel: int
    acknowledged: bool = True
    private: bool = False
    thinking: bool = False
    reply: str = ""
    ended: bool = False

    @property
    def job(self) -> str | None:
        """The job's id, where the reply tells it."""
        found = JOB.search(self.reply)
        return found[1] if found else None


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One accepted and paid request in the API's ledger.

    Attributes:
        pictures: digests of the pictures it brings, in order; empty where its task fails.
    """

    mark: str | None
    task: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that people see.

    Attributes:
        number: its place among the pictures of its job, from 1.
        digest: of its bytes.
        channel: where it stands.
        under: the channel above that, of a thread.
        direct: whether that is between the person and the bot only.
    """

    mark: str | None
    number: int
    digest: str
    channel: int
    under: int | None = None
    direct: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """A message of the bot that is no command's reply.

    Attributes:
        mark: of the thread it stands in, or of the prompt it quotes.
        text: all that can be read, small print too.
        task: the id under "Task ID", of a message that shows a task's status.
        pings: how many people were notified.
    """

    mark: str | None
    channel: int
    text: str
    task: str | None = None
    pings: int = 0


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A thread that the bot opened."""

    id: int
    mark: str | None


@dataclass(frozen=True, kw_only=True)
class History:
    """A whole run, after everything has come to rest."""

    asks: tuple[Ask, ...] = ()
    charges: tuple[Charge, ...] = ()
    pictures: tuple[Picture, ...] = ()
    words: tuple[Words, ...] = ()
    threads: tuple[Thread, ...] = ()
