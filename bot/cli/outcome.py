"""How every command ends: a failure is words on stderr and exit code 1, never a traceback the reader did not need."""

import asyncio
import sys
import traceback
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from bot.errors import BotError

T = TypeVar("T")


class Guard:
    """Knows the secrets that a command has read, so that not even an unforeseen error shows them."""

    def __init__(self) -> None:
        self.secrets: tuple[SecretStr, ...] = ()

    def keep(self, secrets: Iterable[SecretStr]) -> None:
        """Never show these."""
        self.secrets = (*self.secrets, *secrets)


@contextmanager
def failures_in_words() -> Iterator[Guard]:
    """Turn an error into words and exit code 1.

    Raises:
        typer.Exit: in an error's place.
    """
    guard = Guard()
    try:
        yield guard
    except BotError as error:
        from bot.cli.words import operator_words  # noqa: PLC0415 - only a failure needs it

        # What only the command could know, such as what it cost.
        say_error("\n".join([operator_words(error), *getattr(error, "__notes__", ())]))
        raise typer.Exit(1) from None
    except (typer.Exit, typer.BadParameter):
        raise
    except Exception as error:  # noqa: BLE001 - the last one to meet it: shown with its traceback, without secrets
        from bot.telemetry.redaction import Redactor  # noqa: PLC0415 - as above

        redactor = Redactor(guard.secrets)
        sys.stderr.write(redactor.text("".join(traceback.format_exception(error))))
        say_error(f"something unforeseen went wrong ({type(error).__name__}). The lines above tell where.")
        raise typer.Exit(1) from None


@contextmanager
def log_of_a_command(secrets: Iterable[SecretStr] = ()) -> Iterator[None]:
    """Keep the log of a short command to what went wrong, on stderr, so that stdout is the command's own."""
    from bot.telemetry.logs import configure_logging  # noqa: PLC0415 - `--help` must not wait for it

    restore = configure_logging("warning", "auto", secrets)
    try:
        yield
    finally:
        restore()


def say_error(words: str) -> None:
    """Write one error to stderr, "Error:" in red on a terminal."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text.assemble(("Error:", "bold red"), " ", words))


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, on uvloop where it is installed."""
    try:
        import uvloop  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - an extra that may be absent
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
