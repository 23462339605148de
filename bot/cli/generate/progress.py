"""How far a generation is: a line that changes on a terminal, one line per change elsewhere."""

from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.text import Text


class Progress:
    """Shows what is going on and for how long; a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}", markup=False),
            progress.TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._row: progress.TaskID | None = None
        self._phase = ""

    def phase(self, words: str) -> None:
        """Say what is going on from now on; the time counts anew for each phase."""
        if words == self._phase:
            return
        self._phase = words
        if not self._console.is_terminal:
            self.note(words)
            return
        if self._row is not None:
            self._bar.remove_task(self._row)
        self._row = self._bar.add_task(words, total=None)

    def note(self, words: str) -> None:
        """Leave a line that stays."""
        self._console.print(Text(words), soft_wrap=True)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
