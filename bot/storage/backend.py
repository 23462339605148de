"""What an engine has to offer for `Database` to stand on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Work = Callable[[Connection], T]
"""A piece of database work: statements and what to make of their rows, nothing else.

It may be run more than once, when its transaction was undone and nothing of it was written.
"""


class Backend(Protocol):
    """An open database of one kind."""

    @property
    def exclusive(self) -> bool:
        """Whether it is certain that no other process works on this database."""
        ...

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing; see `Database.read`."""
        ...

    async def write(self, work: Work[T], *, single: bool = False) -> T:
        """Run statements in a transaction of their own; see `Database.write`."""
        ...

    async def close(self) -> None:
        """Finish what was asked for and close every connection; a second time does nothing."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a look at a database told: `revision` is None where there are no tables yet; `url` has no password."""

    url: str
    exists: bool
    revision: str | None
    newest_revision: str
