"""Opening files without blocking the event loop, and without leaking one when the task is cancelled meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Literal, TypeVar, overload

Opened = TypeVar("Opened", BufferedReader, BufferedWriter)


@overload
def open_file(path: Path, mode: Literal["rb"]) -> AbstractAsyncContextManager[BufferedReader]: ...
@overload
def open_file(path: Path, mode: Literal["wb"]) -> AbstractAsyncContextManager[BufferedWriter]: ...


def open_file(
    path: Path, mode: Literal["rb", "wb"]
) -> AbstractAsyncContextManager[BufferedReader] | AbstractAsyncContextManager[BufferedWriter]:
    """Open a file in a thread, and close it in one.

    Raises:
        OSError: it cannot be opened.
    """
    return _opened(lambda: path.open("rb")) if mode == "rb" else _opened(lambda: path.open("wb"))


@asynccontextmanager
async def _opened(opener: Callable[[], Opened]) -> AsyncIterator[Opened]:
    opening = asyncio.get_running_loop().run_in_executor(None, opener)
    try:
        file = await asyncio.shield(opening)
    except asyncio.CancelledError:
        # The thread goes on; whatever it opens has no other owner any more.
        opening.add_done_callback(_close_result)
        raise
    try:
        yield file
    finally:
        # Shielded: a second cancellation would otherwise take the closing out of the queue.
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, file.close))


def _close_result(opening: "asyncio.Future[Opened]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
