"""`seedream-bot generate`: the bot's own client and checks, with a terminal where Discord would be."""

import asyncio
import random
import shlex
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from bot.cli.generate.inputs import image_links
from bot.cli.generate.progress import Progress
from bot.cli.generate.saving import save_pictures
from bot.cli.generate.task import Patience, follow, submit
from bot.cli.outcome import say_error
from bot.cli.words import operator_words
from bot.clock import Clock, SystemClock
from bot.config import SeedreamSettings
from bot.domain.request import RequestDraft, check_request
from bot.errors import (
    ApiError,
    BotError,
    Cost,
    TaskContentRefused,
    TaskError,
    TaskFailed,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.presentation.errors import cost_words
from bot.references import TooLarge
from bot.wiring import open_services

_OVER = (TaskFailed, TaskContentRefused, TaskUnknownToApi, TaskWithoutPictures)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for at the command line.

    Attributes:
        draft: None where an existing task is only fetched.
        images: paths and URLs of reference images, in order.
        task_id: the task to fetch; None where `draft` makes a new one.
        out: an existing folder for the pictures.
    """

    draft: RequestDraft | None
    images: tuple[str, ...]
    task_id: str | None
    out: Path


async def run_generate(
    order: Order,
    settings: SeedreamSettings,
    console: Console,
    *,
    too_large: TooLarge = "scale",
    clock: Clock | None = None,
    jitter: Callable[[], float] = random.random,
) -> int:
    """Make or fetch pictures, save them, print their paths on stdout, and return the exit code.

    Args:
        order: what to do.
        settings: the API's.
        console: for progress; stderr, so that stdout holds nothing but paths.
        too_large: what becomes of reference images that are too big for the API.
        clock: the machine's by default.
        jitter: returns random numbers in [0, 1).

    Raises:
        BotError: with what went wrong; what it means for a task that is under way has been told by then.
    """
    clock = clock or SystemClock()
    # Before a session is opened: what breaks a rule needs no network to be refused.
    request = check_request(order.draft) if order.draft is not None else None
    patience = Patience(
        clock, jitter, settings.poll_first_seconds, settings.poll_longest_seconds, settings.poll_deadline_minutes
    )
    async with AsyncExitStack() as stack:
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seedream-bot-")))
        services = await open_services(stack, settings, clock=clock, jitter=jitter, spool=spool, too_large=too_large)
        progress = stack.enter_context(Progress(console))
        task_id = order.task_id
        if request is not None:
            with _cost_noted():
                links = await image_links(order.images, services.preparer, progress)
                task_id = await submit(services.client, request, links, patience, progress)
        if task_id is None:
            raise ValueError("an order has either a draft or a task id")
        progress.note(f"Task {task_id}")
        try:
            results = await follow(services.client, task_id, patience, progress)
            saved = await save_pictures(services.files, task_id, results, order.out, patience, progress)
        except (BotError, asyncio.CancelledError) as error:
            # An error of asking says nothing about the task; one of the task itself does.
            if isinstance(error, TaskError) and (request is not None or error.cost is not Cost.UNKNOWN):
                error.add_note(cost_words(error.cost))
            if not isinstance(error, _OVER):
                progress.note(_how_to_go_on(task_id, order.out))
            raise
    for path in saved.paths:
        typer.echo(path)
    for problem, link in saved.problems:
        say_error(f"{operator_words(problem)} Its link: {link}")
    if saved.problems:
        say_error(_how_to_go_on(task_id, order.out))
    return 1 if saved.problems else 0


@contextmanager
def _cost_noted() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        # Where it is not known, the words of the error say so themselves.
        if error.cost is not Cost.UNKNOWN:
            error.add_note(cost_words(error.cost))
        raise


def _how_to_go_on(task_id: str, out: Path) -> str:
    command = shlex.join(["seedream-bot", "generate", "--task", task_id, "--out", str(out)])
    return f"Seedream has task {task_id}. To fetch its pictures later: {command}"
