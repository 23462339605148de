"""The pictures of an earlier task: the originals while the API keeps them, and what was posted on Discord."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.job import ENDS, LOST, Job
from bot.domain.links import name_of_link
from bot.domain.parcel import file_stem, result_named
from bot.domain.references import Remark, RemarkKind
from bot.domain.sources import Found, Picture
from bot.errors import (
    DiscordUnavailable,
    EarlierPicturesGone,
    EarlierTaskNotKnown,
    EarlierTaskNotYours,
    EarlierTaskUnfinished,
    EarlierTaskWithoutPictures,
)

GONE = "gone"
"""Why a picture is left out that is not to be had any more."""

_log = structlog.get_logger(__name__)


class Archive(Protocol):
    """Jobs, whatever became of them."""

    async def find(self, name: str) -> Job | None:
        """Return the job of a task's id, or of its own.

        Raises:
            StorageUnavailable: it cannot be known just now.
        """
        ...


class PostedResults(Protocol):
    """What a job has posted on Discord."""

    async def may_read(self, user_id: int, channel_id: int) -> bool:
        """Tell whether somebody may read in a place.

        Raises:
            DiscordUnavailable: Discord cannot be asked just now.
        """
        ...

    async def posted(self, job: Job) -> Mapping[int, Picture]:
        """Return the pictures of a job that are on Discord, by number, with links that work now.

        Raises:
            DiscordUnavailable: Discord cannot be asked just now.
        """
        ...


class EarlierResults:
    """A `bot.references.gather.EarlierTasks`."""

    def __init__(self, archive: Archive, discord: PostedResults, clock: Clock) -> None:
        self._archive = archive
        self._discord = discord
        self._clock = clock

    async def pictures(self, user_id: int, task: str) -> Found:
        """Return the pictures of a task, for who asked for it, and for whoever may read where they were posted.

        Raises:
            EarlierTaskNotKnown: there is no such task.
            EarlierTaskNotYours: it is not for this person.
            EarlierTaskUnfinished: its pictures are not there yet.
            EarlierTaskWithoutPictures: it ended without any.
            EarlierPicturesGone: none of them is to be had any more.
            DiscordUnavailable: Discord is needed and does not answer; try again later.
            StorageUnavailable: the database does not answer; try again later.
        """
        job = await self._archive.find(task)
        if job is None:
            raise EarlierTaskNotKnown(task)
        if job.requester.user_id != user_id and not await self._discord.may_read(user_id, job.home_id):
            raise EarlierTaskNotYours(task)
        if not job.results:
            raise EarlierTaskWithoutPictures(task) if job.status in ENDS else EarlierTaskUnfinished(task)
        originals = self._originals(job)
        posted = await self._posted(job, needed=len(originals) < len(job.results))
        found, left_out = [], []
        for number in range(1, len(job.results) + 1):
            original, copy = originals.get(number), posted.get(number)
            if original is not None:
                found.append(_either(original, copy))
            elif copy is not None:
                found.append(copy)
            else:
                left_out.append(Remark(RemarkKind.LEFT_OUT, file_stem(job.id, number), why=GONE))
        if not found:
            raise EarlierPicturesGone(task)
        return Found(tuple(found), tuple(left_out))

    async def originals(self, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
        """Return pictures that the bot has posted, results among them as the API has them while it does.

        Raises:
            StorageUnavailable: the database does not answer; try again later.
        """
        named = [result_named(picture.filename) for picture in pictures]
        known: dict[str, Mapping[int, Picture]] = {}
        for job_id in {name[0] for name in named if name is not None}:
            job = await self._archive.find(job_id)
            known[job_id] = self._originals(job) if job is not None else {}
        originals = [known[name[0]].get(name[1]) if name is not None else None for name in named]
        return tuple(
            picture if original is None else _either(original, picture)
            for picture, original in zip(pictures, originals, strict=True)
        )

    def _originals(self, job: Job) -> dict[int, Picture]:
        if job.results_expire_at is None or self._clock.now() >= job.results_expire_at:
            return {}
        lost = job.noted(*LOST)
        links = {number: link for number, link in enumerate(job.results, start=1) if number not in lost}
        return {number: Picture(link, _name(job, number, link)) for number, link in links.items()}

    async def _posted(self, job: Job, *, needed: bool) -> Mapping[int, Picture]:
        try:
            return await self._discord.posted(job)
        except DiscordUnavailable as error:
            if needed:
                raise
            _log.warning("originals are taken without a second place to fetch from", job=job.id, error=str(error))
            return {}


def _either(original: Picture, copy: Picture | None) -> Picture:
    return original if copy is None else Picture(original.url, copy.filename, fallback_url=copy.url)


def _name(job: Job, number: int, link: str) -> str:
    _name_there, dot, ending = name_of_link(link).rpartition(".")
    return f"{file_stem(job.id, number)}{dot}{ending}" if dot else file_stem(job.id, number)
