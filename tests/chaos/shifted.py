"""`python shifted.py FILE run ...`: the bot under a clock that is wrong by as many seconds as FILE says, at any moment.

The machine's own clock cannot be set by a test. So the two clocks that the bot goes by, its own and the database's, are
shifted before it starts; everything else in it is as ever. What runs on monotonic time does not jump, as in real life.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from bot.clock import SystemClock


def shift(file: Path) -> None:
    """Make the bot's clock and SQLite's wrong, from now on."""

    def now(_self: SystemClock | None = None) -> datetime:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return datetime.now(UTC) + timedelta(seconds=float(text or 0))

    def strftime(_pattern: str, _start: str, *modifiers: str) -> str:
        # The one use the bot has for it: the present, plus some seconds, in the form its columns have.
        moment = now() + timedelta(seconds=sum(float(text.removesuffix(" seconds")) for text in modifiers))
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f")

    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - every driver's connection
        connection.create_function("strftime", -1, strftime)

    patch.object(SystemClock, "now", now).start()
    event.listen(Engine, "connect", prepare)


if __name__ == "__main__":
    shift(Path(sys.argv.pop(1)))
    from bot.cli import main

    main()
