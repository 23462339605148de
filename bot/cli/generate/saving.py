"""Finished pictures onto the disk, each under a name that tells its task, its number and what it really is."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.cli.generate.progress import Progress
from bot.cli.generate.task import Patience
from bot.delivery.download import download
from bot.domain.retry import RetryPolicy
from bot.errors import DeliveryError, ResultUnreachable, ResultUnusable

AT_A_TIME = 4
DOWNLOAD_RETRIES = RetryPolicy(attempts=4, longest=20)
_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "webp"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"(II\*\x00|MM\x00\*)"), "tiff"),
    (re.compile(rb"BM.{12}", re.DOTALL), "bmp"),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """The pictures that are there, in order, and each that is not, with its link."""

    paths: tuple[Path, ...]
    problems: tuple[tuple[DeliveryError, str], ...]


async def save_pictures(
    session: aiohttp.ClientSession,
    task_id: str,
    results: tuple[str, ...],
    out: Path,
    patience: Patience,
    progress: Progress,
) -> Saved:
    """Download the pictures of a task into `out`; one that cannot be had does not keep the others away."""
    progress.phase("Downloading the picture" if len(results) == 1 else f"Downloading {len(results)} pictures")
    turns = asyncio.Semaphore(AT_A_TIME)
    stem = re.sub(r"[^\w.-]", "_", task_id)

    async def save(number: int, link: str) -> Path | tuple[DeliveryError, str]:
        async with turns:
            try:
                return await _save(session, link, number, out / f"seedream-{stem}-{number}", patience)
            except DeliveryError as error:
                return error, link

    outcomes = await asyncio.gather(*(save(number, link) for number, link in enumerate(results, 1)))
    return Saved(
        tuple(item for item in outcomes if isinstance(item, Path)),
        tuple(item for item in outcomes if not isinstance(item, Path)),
    )


async def _save(session: aiohttp.ClientSession, link: str, number: int, stem: Path, patience: Patience) -> Path:
    fresh = stem.with_name(stem.name + ".download")
    failures = 0
    while True:
        try:
            await download(session, link, number, fresh)
            break
        except ResultUnreachable as error:
            failures += 1
            delay = DOWNLOAD_RETRIES.delay(error, failures, patience.jitter())
            if delay is None:
                raise
        await patience.clock.sleep(delay)
    return await asyncio.to_thread(_name_by_content, fresh, stem, number, link)


def _name_by_content(fresh: Path, stem: Path, number: int, link: str) -> Path:
    with fresh.open("rb") as file:
        head = file.read(16)
    extension = next((extension for signature, extension in _SIGNATURES if signature.match(head)), None)
    if extension is None:
        fresh.unlink()
        raise ResultUnusable(number=number, url=link, detail="what came is no picture")
    return fresh.replace(stem.with_name(f"{stem.name}.{extension}"))
