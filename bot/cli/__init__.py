"""The command line: `seedream-bot`, the same as `python -m bot`.

Exit codes: 0 done, 1 failed with the reason on stderr, 2 the command line was not understood, 130 interrupted.
What a command needs is imported when it runs, so that `--help` answers at once.
"""

from bot.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and exit."""
    app(prog_name="seedream-bot")
