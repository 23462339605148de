"""From a person's reference images to links that the API can read: fetched, checked, tidied, then uploaded."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from PIL.Image import Image

from bot.clock import Clock
from bot.domain.references import Extent, Prepared, Reference, Remark, RemarkKind
from bot.domain.retry import RetryPolicy
from bot.domain.sources import picture_key
from bot.errors import (
    ApiBalanceExhausted,
    ApiError,
    ApiTokenRefused,
    ReferenceGone,
    ReferenceUnreachable,
    ReferenceUploadFailed,
)
from bot.references.fetch import Fetcher
from bot.references.repeats import closed_up, same_remark, without_repeats
from bot.references.sheet import draw
from bot.references.tidy import Tidied, TooLarge, tidy
from bot.references.together import for_all

AT_A_TIME = 4
"""References of the whole process that are being fetched, checked or uploaded."""

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
        mode: "upload", or "direct" to hand the person's own link on after the same checks; a picture that has to be
            changed is uploaded all the same.
        upload_link: which link of an upload goes into the request.
        too_large: whether pictures that are too big for the API are scaled down or refused.
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
        too_large: TooLarge = "scale",
    ) -> None:
        self._fetcher = fetcher
        self._uploader = uploader
        self._policy = policy
        self._clock = clock
        self._jitter = jitter
        self._spool = spool
        self._mode = mode
        self._upload_link = upload_link
        self._too_large: TooLarge = too_large
        self._slots = asyncio.Semaphore(AT_A_TIME)
        # Those who wait for `tidy`'s own lock wait here, where they hold no thread.
        self._checking = asyncio.Semaphore(1)

    async def prepare(self, references: Sequence[Reference]) -> Prepared:
        """Return the references with `api_url` set, each picture once; those that have one already stay as they are.

        All are fetched and checked before the first is uploaded, so a refused set leaves nothing at the service.
        Whatever is raised, the uploads of this round are lost: the next one fetches and uploads all of them anew.
        Errors name the pictures by the numbers they came with.

        Raises:
            ReferencesRefused: with every image that can never be used, in order; what may pass is left out of it.
            ReferenceUnreachable: the first image that could not be downloaded, where nothing worse was found;
                retryable, as the whole step is.
            ApiError: a retryable one: the files API is in trouble that may pass. Try the whole step again later.
            ApiTokenRefused: the files API does not take the operator's token.
            ApiBalanceExhausted: the operator's account is empty.
        """
        if all(reference.api_url for reference in references):
            return Prepared(tuple(references))
        kept, repeats = without_repeats(references, lambda r: picture_key(r.source_url))
        async with self._directory() as directory:
            todo = [reference for reference in kept if reference.api_url is None]
            pictures = await for_all(self._had(reference, directory) for reference in todo)
            had = {picture.reference.number: picture for picture in pictures}
            known = [had[r.number].reference if r.number in had else r for r in kept]
            kept, more = without_repeats(known, lambda r: r.facts.sha256 if r.facts else f"number {r.number}")
            todo = [reference for reference in kept if reference.api_url is None]
            sent = await for_all(self._sent(had[reference.number]) for reference in todo)
        by_number = {reference.number: reference for reference in sent}
        ready, numbers = closed_up([by_number.get(reference.number, reference) for reference in kept])
        originals = {number: more.get(first.number, first) for number, first in repeats.items()} | more
        remarks = [same_remark(r, numbers[originals[r.number].number]) for r in references if r.number in originals]
        remarks += [_scaled(had[r.number], numbers[r.number]) for r in kept if r.number in had and had[r.number].was]
        sheet = None
        if len(ready) > 1:
            previews = [had[r.number].preview if r.number in had else None for r in kept]
            sheet = await asyncio.to_thread(draw, previews)
        return Prepared(ready, tuple(remarks), sheet)

    async def prepare_file(self, number: int, path: Path) -> Prepared:
        """Return a local file as the one reference, with `api_url` set; a file is uploaded in either mode.

        Raises:
            ReferenceImageError: the file is missing, or cannot be used.
            ApiError: a retryable one: the files API is in trouble that may pass.
            ApiTokenRefused: the files API does not take the token.
            ApiBalanceExhausted: the account is empty.
        """
        reference = Reference(number, path.name, path.as_posix())
        async with self._slots, self._directory() as directory:
            try:
                picture = await self._tidied(reference, path, directory)
            except FileNotFoundError as error:
                raise ReferenceGone(number, path.name) from error
            except OSError as error:
                raise ReferenceUnreachable(number, path.name, reason=error.strerror or str(error)) from error
            sent = replace(picture.reference, api_url=await self._upload(picture))
        return Prepared((sent,), (_scaled(picture, number),) if picture.was else ())

    async def _had(self, reference: Reference, directory: Path) -> "_Picture":
        path = directory / str(reference.number)
        async with self._slots:
            url = await self._fetched(reference, path)
            picture = await self._tidied(reference, path, directory)
        return replace(picture, link=url if picture.path == path else None)

    async def _fetched(self, reference: Reference, path: Path) -> str:
        """Download a picture and return the link that had it."""
        number, filename, url, other = (
            reference.number,
            reference.filename,
            reference.source_url,
            reference.fallback_url,
        )
        try:
            await self._fetcher.fetch(number, filename, url, path)
        except (ReferenceGone, ReferenceUnreachable) as first:
            if other is None:
                raise
            try:
                await self._fetcher.fetch(number, filename, other, path)
            except ReferenceGone:
                # The first one may come back.
                raise first from None
            return other
        return url

    async def _tidied(self, reference: Reference, path: Path, directory: Path) -> "_Picture":
        async with self._checking:
            tidied = await asyncio.to_thread(
                tidy,
                path,
                reference.number,
                reference.filename,
                target=directory / f"{reference.number}.tidy",
                too_large=self._too_large,
            )
        return _Picture.of(replace(reference, facts=tidied.facts), tidied)

    async def _sent(self, picture: "_Picture") -> Reference:
        if self._mode == "direct" and picture.link is not None:
            return replace(picture.reference, api_url=picture.link)
        async with self._slots:
            return replace(picture.reference, api_url=await self._upload(picture))

    async def _upload(self, picture: "_Picture") -> str:
        reference = picture.reference
        media_type, extension = _MEDIA_TYPES[picture.format]
        failures = 0
        while True:
            try:
                uploaded = await self._uploader.upload(
                    picture.path,
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


@dataclass(frozen=True, slots=True)
class _Picture:
    """A reference whose picture is at hand.

    Attributes:
        path: of the file that is to be sent.
        format: its own.
        was: how large it came, where it was too big.
        now: how large it is.
        link: where just these bytes can be had, if anywhere.
    """

    reference: Reference
    path: Path
    format: str
    was: Extent | None
    now: Extent
    preview: Image | None
    link: str | None = None

    @classmethod
    def of(cls, reference: Reference, tidied: Tidied) -> "_Picture":
        facts = tidied.facts
        now = Extent(facts.width, facts.height, facts.size)
        return cls(reference, tidied.path, facts.format, tidied.was, now, tidied.preview)


def _scaled(picture: _Picture, number: int) -> Remark:
    filename = picture.reference.filename
    return Remark(RemarkKind.SCALED, filename, number=number, was=picture.was, now=picture.now)
