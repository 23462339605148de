"""From a person's reference images to links that the API can read: fetched, checked, then uploaded, in order."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from bot.clock import Clock
from bot.domain.references import ImageFacts, Reference
from bot.domain.retry import RetryPolicy
from bot.errors import (
    ApiBalanceExhausted,
    ApiError,
    ApiTokenRefused,
    BotError,
    ReferenceGone,
    ReferenceImageError,
    ReferencesRefused,
    ReferenceUnreachable,
    ReferenceUploadFailed,
)
from bot.references.check import inspect
from bot.references.fetch import Fetcher

AT_A_TIME = 4
"""References of the whole process that are being fetched, checked or uploaded."""

T = TypeVar("T")

_MEDIA_TYPES = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WebP": ("image/webp", "webp"),
    "BMP": ("image/bmp", "bmp"),
    "TIFF": ("image/tiff", "tiff"),
    "GIF": ("image/gif", "gif"),
}


class Uploaded(Protocol):
    """Where an uploaded file can be fetched from."""

    @property
    def url(self) -> str:
        """The link for the world."""
        ...

    @property
    def cn_url(self) -> str | None:
        """The link from inside China, where there is one."""
        ...


class Uploader(Protocol):
    """What takes files; `bot.seedream.SeedreamClient` is one."""

    def upload(self, path: Path, *, filename: str, content_type: str, number: int) -> Coroutine[Any, Any, Uploaded]:
        """Send a file; raises `ApiError` where it is not taken."""
        ...


class Preparer:
    """A `bot.jobs.ports.ReferencePreparer`.

    Args:
        fetcher: downloads the images.
        uploader: takes them.
        policy: when an upload that failed is tried again, while somebody waits. A service that asks for a longer pause
            than the policy's longest is left to the caller, who need not hold a place meanwhile.
        jitter: returns a random number in [0, 1).
        spool: an existing directory for the files in between; each is gone when `prepare` returns or raises.
        mode: "upload", or "direct" to hand the person's own link on after the same checks.
        upload_link: which link of an upload goes into the request.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        uploader: Uploader,
        *,
        policy: RetryPolicy,
        clock: Clock,
        jitter: Callable[[], float],
        spool: Path,
        mode: Literal["upload", "direct"] = "upload",
        upload_link: Literal["url", "cn_url"] = "url",
    ) -> None:
        self._fetcher = fetcher
        self._uploader = uploader
        self._policy = policy
        self._clock = clock
        self._jitter = jitter
        self._spool = spool
        self._mode = mode
        self._upload_link = upload_link
        self._slots = asyncio.Semaphore(AT_A_TIME)
        # Those who wait for `inspect`'s own lock wait here, where they hold no thread.
        self._checking = asyncio.Semaphore(1)

    async def prepare(self, references: Sequence[Reference]) -> tuple[Reference, ...]:
        """Return the references with `api_url` set, in order; those that have one already stay as they are.

        All are fetched and checked before the first is uploaded, so a refused set leaves nothing at the service.
        Whatever is raised, the uploads of this round are lost: the next one fetches and uploads all of them anew.

        Raises:
            ReferencesRefused: with every image that can never be used, in order; what may pass is left out of it.
            ReferenceUnreachable: the first image that could not be downloaded, where nothing worse was found;
                retryable, as the whole step is.
            ApiError: a retryable one: the files API is in trouble that may pass. Try the whole step again later.
            ApiTokenRefused: the files API does not take the operator's token.
            ApiBalanceExhausted: the operator's account is empty.
        """
        todo = [reference for reference in references if reference.api_url is None]
        if not todo:
            return tuple(references)
        async with self._directory() as directory:
            files = {reference.number: directory / str(reference.number) for reference in todo}
            checked = await _all(self._checked(reference, files[reference.number]) for reference in todo)
            ready = await _all(
                self._sent(replace(reference, facts=facts), facts, files[reference.number])
                for reference, facts in zip(todo, checked, strict=True)
            )
        by_number = {reference.number: reference for reference in ready}
        return tuple(by_number.get(reference.number, reference) for reference in references)

    async def prepare_file(self, number: int, path: Path) -> Reference:
        """Return a local file as a reference with `api_url` set; a file is uploaded in either mode.

        Raises:
            ReferenceImageError: the file is missing, or cannot be used.
            ApiError: a retryable one: the files API is in trouble that may pass.
            ApiTokenRefused: the files API does not take the token.
            ApiBalanceExhausted: the account is empty.
        """
        async with self._slots:
            try:
                facts = await self._inspect(path, number, path.name)
            except FileNotFoundError as error:
                raise ReferenceGone(number, path.name) from error
            except OSError as error:
                raise ReferenceUnreachable(number, path.name, reason=error.strerror or str(error)) from error
            reference = Reference(number, path.name, path.as_posix(), facts=facts)
            return replace(reference, api_url=await self._upload(reference, facts, path))

    async def _checked(self, reference: Reference, path: Path) -> ImageFacts:
        async with self._slots:
            await self._fetcher.fetch(reference.number, reference.filename, reference.source_url, path)
            return await self._inspect(path, reference.number, reference.filename)

    async def _inspect(self, path: Path, number: int, filename: str) -> ImageFacts:
        async with self._checking:
            return await asyncio.to_thread(inspect, path, number, filename)

    async def _sent(self, reference: Reference, facts: ImageFacts, path: Path) -> Reference:
        if self._mode == "direct":
            return replace(reference, api_url=reference.source_url)
        async with self._slots:
            return replace(reference, api_url=await self._upload(reference, facts, path))

    async def _upload(self, reference: Reference, facts: ImageFacts, path: Path) -> str:
        media_type, extension = _MEDIA_TYPES[facts.format]
        failures = 0
        while True:
            try:
                uploaded = await self._uploader.upload(
                    path,
                    filename=f"{Path(reference.filename).stem}.{extension}",
                    content_type=media_type,
                    number=reference.number,
                )
                break
            except (ApiTokenRefused, ApiBalanceExhausted):
                # Nothing the person could change about the image.
                raise
            except ApiError as error:
                failures += 1
                delay = self._policy.delay(error, failures, self._jitter())
                if not error.retryable:
                    raise ReferenceUploadFailed(reference.number, reference.filename, reason=error.detail) from error
                if delay is None or delay > self._policy.longest:
                    raise
            await self._clock.sleep(delay)
        link = uploaded.url if self._upload_link == "url" else uploaded.cn_url
        if link is None:
            reason = "the files API gave no link for inside China"
            raise ReferenceUploadFailed(reference.number, reference.filename, reason=reason)
        return link

    @asynccontextmanager
    async def _directory(self) -> AsyncIterator[Path]:
        directory = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="references-", dir=self._spool))
        try:
            yield directory
        finally:
            # Shielded: even a second cancellation leaves no files behind.
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True))


async def _all(steps: Iterable[Awaitable[T]]) -> list[T]:
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
