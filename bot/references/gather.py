"""From what a person points at to the pictures that it is, in order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from bot.domain.job import Job
from bot.domain.request import MAX_REFERENCES, count_problems
from bot.domain.sources import Found, Gathered, MessageLink, Picture, Source, TaskResults, Tray, numbered, picture_key
from bot.domain.trays import TrayStore
from bot.errors import (
    BotError,
    LinkedMessageTooFull,
    NothingCollected,
    ReferenceSourceError,
    RequestRefused,
    SourcesRefused,
    StorageUnavailable,
)

_log = structlog.get_logger(__name__)


class LinkedMessages(Protocol):
    """Messages on Discord, as far as people may read them."""

    async def pictures(self, user_id: int, link: MessageLink) -> Found:
        """Return the pictures of a message.

        Raises:
            ReferenceSourceError: it has none for this person.
            DiscordUnavailable: Discord cannot be asked just now.
        """
        ...


class EarlierTasks(Protocol):
    """Tasks that have brought pictures."""

    async def originals(self, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
        """Return pictures that the bot has posted, results among them as the API has them where it still does.

        Raises:
            StorageUnavailable: the database cannot be asked just now.
        """
        ...

    async def pictures(self, user_id: int, task: str) -> Found:
        """Return the pictures of a task, named by its id or its job's.

        Raises:
            ReferenceSourceError: it has none for this person.
            DiscordUnavailable: Discord cannot be asked just now.
            StorageUnavailable: the database cannot be asked just now.
        """
        ...


class Gatherer:
    """Fills `bot.jobs.ports.Gatherer`."""

    def __init__(self, *, messages: LinkedMessages, tasks: EarlierTasks, trays: TrayStore) -> None:
        self._messages = messages
        self._tasks = tasks
        self._trays = trays

    async def gather(self, job: Job) -> Gathered:
        """Return the pictures of a job's sources, numbered in their order.

        The same picture twice is not found out here, where no bytes are known yet, except for its being counted.

        Raises:
            RequestRefused: they are too many, alone or together with the pictures asked for.
            SourcesRefused: with everything pointed at that brings no picture, in order.
            DiscordUnavailable: something cannot be looked at just now; try again later.
            StorageUnavailable: the same.
        """
        found: list[tuple[Source, Found]] = []
        problems: list[ReferenceSourceError] = []
        passing: list[BotError] = []
        for source in job.sources:
            try:
                found.append((source, await self._pictures(job, source)))
            except ReferenceSourceError as error:
                problems.append(error)
            except BotError as error:
                if not error.retryable:
                    raise
                passing.append(error)
        if problems:
            raise SourcesRefused(problems=tuple(problems))
        if passing:
            raise passing[0]
        _require_room(job, found)
        pictures = [picture for _source, of_source in found for picture in of_source.pictures]
        left_out = [remark for _source, of_source in found for remark in of_source.left_out]
        return Gathered(numbered(pictures), tuple(left_out))

    async def settle(self, job: Job, gathered: Gathered) -> None:
        """Take what a job has taken out of the tray, and nothing that was put there since.

        Where the database does not do that, the tray empties itself within the hour.
        """
        if not any(isinstance(source, Tray) for source in job.sources):
            return
        try:
            taken = {picture_key(reference.source_url) for reference in gathered.references}
            await self._trays.remove(job.requester.user_id, job.place.channel_id, taken)
        except StorageUnavailable as error:
            _log.warning("tray not emptied", job=job.id, error=str(error))

    async def _pictures(self, job: Job, source: Source) -> Found:
        match source:
            case Picture():
                return Found((source,))
            case MessageLink():
                linked = await self._messages.pictures(job.requester.user_id, source)
                return replace(linked, pictures=await self._tasks.originals(linked.pictures)) if linked.own else linked
            case TaskResults():
                return await self._tasks.pictures(job.requester.user_id, source.task_id)
            case Tray():
                collected = tuple(await self._trays.load(job.requester.user_id, job.place.channel_id))
                if not collected:
                    raise NothingCollected
                return Found(collected)


def _require_room(job: Job, found: Sequence[tuple[Source, Found]]) -> None:
    """Insist on the API's rules of numbers, and say which message is too much where it is one.

    Raises:
        SourcesRefused: a message has more pictures than there is room for.
        RequestRefused: they are too many otherwise.
    """
    seen: set[str] = set()
    for source, of_source in found:
        room = MAX_REFERENCES - len(seen)
        fresh = {picture_key(picture.url) for picture in of_source.pictures} - seen
        if len(fresh) > room and isinstance(source, MessageLink):
            raise SourcesRefused(problems=(LinkedMessageTooFull(source.url, len(of_source.pictures), room),))
        seen |= fresh
    problems = tuple(count_problems(job.request.max_images, len(seen)))
    if problems:
        raise RequestRefused(problems=problems)
