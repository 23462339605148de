"""Getting finished pictures ready to be posted, a message's worth at a time, on disk rather than in memory."""

import asyncio
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp

from bot.delivery.download import download
from bot.delivery.fit import Fitted, NotAPictureError, fit
from bot.domain.job import Job, PictureNote
from bot.domain.parcel import MAX_FILES, Parcel, PictureFile
from bot.errors import ResultGone, ResultUnreachable, ResultUnusable

MAX_REQUEST_BYTES = 25 * 1024 * 1024 - 128 * 1024
"""Bytes of one message's files; the whole request may have 25 MiB.

Source: https://discord.com/developers/docs/reference#uploading-files
"""

DOWNLOADS_AT_ONCE = 4


class SpoolCourier:
    """Keeps a job's pictures in a folder of its own below `spool` until the job lets go of them."""

    def __init__(self, *, session: aiohttp.ClientSession, spool: Path) -> None:
        self._session = session
        self._spool = spool
        self._downloads = asyncio.Semaphore(DOWNLOADS_AT_ONCE)
        # Decoding a 4K picture takes 64 MB, so one at a time keeps memory bounded whatever is delivered. Always in the
        # same thread, too: the C library keeps what was freed for each thread apart.
        self._fitting = ThreadPoolExecutor(1, thread_name_prefix="fitting")

    async def pack(self, job: Job, numbers: Sequence[int]) -> Parcel:
        """Return the next message's worth of the pictures asked for; ones that cannot be had are noted instead.

        Pictures that cannot be had just now are left out, so that the others need not wait for them.

        Raises:
            ResultUnreachable: nothing of it can be had just now.
        """
        wanted = list(numbers)[:MAX_FILES]
        limit = file_limit(job)
        # All of them, even if one fails: a download that went on behind our back would meet its own second attempt.
        fetched = await asyncio.gather(*(self._fetch(job, number) for number in wanted), return_exceptions=True)
        files: list[PictureFile] = []
        notes: dict[int, PictureNote] = {}
        unreachable: list[ResultUnreachable] = []
        total = 0
        for number, path in zip(wanted, fetched, strict=True):
            if isinstance(path, ResultUnreachable):
                unreachable.append(path)
                continue
            if isinstance(path, BaseException):
                raise path
            fitted = await self._fit(path, limit) if isinstance(path, Path) else path
            if isinstance(fitted, PictureNote):
                notes[number] = fitted
                continue
            if files and total + fitted.size > MAX_REQUEST_BYTES:
                break
            total += fitted.size
            files.append(PictureFile(number, fitted.path, fitted.extension, fitted.size))
            if fitted.change is not None:
                notes[number] = fitted.change
        if unreachable and not files and not notes:
            raise unreachable[0]
        return Parcel(tuple(files), notes)

    async def discard(self, job_id: str) -> None:
        """Remove a job's folder."""
        await asyncio.to_thread(shutil.rmtree, self._spool / job_id, ignore_errors=True)

    async def _fetch(self, job: Job, number: int) -> Path | PictureNote:
        """Return the file of a picture, or the note of why there is none."""
        path = self._spool / job.id / str(number)
        async with self._downloads:
            if await asyncio.to_thread(_is_there, path):
                return path
            try:
                await download(self._session, job.results[number - 1], number, path)
            except ResultGone:
                return PictureNote.GONE
            except ResultUnusable:
                return PictureNote.UNUSABLE
            return path

    async def _fit(self, path: Path, limit: int) -> Fitted | PictureNote:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._fitting, fit, path, limit)
        except NotAPictureError:
            return PictureNote.UNUSABLE


def _is_there(path: Path) -> bool:
    """Tell whether a file is there; where it is not, make its folder."""
    there = path.exists()
    if not there:
        path.parent.mkdir(parents=True, exist_ok=True)
    return there


def file_limit(job: Job) -> int:
    """Return the bytes one of a job's pictures may have: no more than Discord takes of a file, or in a request."""
    return min(job.place.upload_limit, MAX_REQUEST_BYTES)
