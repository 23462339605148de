"""Doing one thing for every image at once, and telling every problem rather than the first."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from bot.errors import BotError, ReferenceImageError, ReferencesRefused

T = TypeVar("T")


async def for_all(steps: Iterable[Awaitable[T]]) -> list[T]:
    """Run every step, one for each image in order, and return what they return.

    Raises:
        ReferencesRefused: with the error of each image that can never be used, in order.
        BotError: the first retryable one, where there are only such.
        Exception: any other error is raised at once, as it is.
    """
    results: dict[int, T] = {}
    troubles: dict[int, BotError] = {}

    async def take(place: int, step: Awaitable[T]) -> None:
        try:
            results[place] = await step
        except BotError as error:
            if not error.retryable and not isinstance(error, ReferenceImageError):
                raise
            troubles[place] = error

    try:
        async with asyncio.TaskGroup() as group:
            for place, step in enumerate(steps):
                group.create_task(take(place, step))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors.exceptions[0].__cause__
    found = [troubles[place] for place in sorted(troubles)]
    lasting = tuple(error for error in found if isinstance(error, ReferenceImageError) and not error.retryable)
    if lasting:
        raise ReferencesRefused(problems=lasting)
    if found:
        raise found[0]
    return [results[place] for place in sorted(results)]
