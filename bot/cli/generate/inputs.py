"""Reference images from the command line: files are checked and uploaded, links are sent as they are."""

import asyncio
from pathlib import Path

from bot.cli.generate.progress import Progress
from bot.domain.references import Reference
from bot.errors import BotError, ReferenceImageError, ReferencesRefused, ReferenceUploadFailed
from bot.presentation.references import remark_lines
from bot.references import Preparer


def is_link(image: str) -> bool:
    """Tell whether an `--image` is a URL rather than a path."""
    return image.lower().startswith(("http://", "https://"))


async def image_links(images: tuple[str, ...], preparer: Preparer, progress: Progress) -> list[str]:
    """Return what goes into the request's `images`, in the order given.

    Raises:
        ReferencesRefused: with every file that cannot be used; nothing has been spent.
        ApiError: the files API takes none, because of the token, the balance or an outage.
    """
    if any(not is_link(image) for image in images):
        progress.phase("Checking and uploading the reference images")

    async def link(number: int, image: str) -> str | BotError:
        if is_link(image):
            return image
        try:
            prepared = await preparer.prepare_file(number, Path(image))
            for line in remark_lines(prepared.remarks):
                progress.note(line)
            return _uploaded(prepared.references[0])
        except BotError as error:
            # Kept until the others are done, so that all are told at once and none goes on behind our back.
            return error

    links = await asyncio.gather(*(link(number, image) for number, image in enumerate(images, 1)))
    problems = tuple(item for item in links if isinstance(item, ReferenceImageError))
    if problems:
        raise ReferencesRefused(problems)
    for item in links:
        if isinstance(item, BotError):
            raise item
    return [item for item in links if isinstance(item, str)]


def _uploaded(reference: Reference) -> str:
    if reference.api_url is None:
        raise ReferenceUploadFailed(reference.number, reference.filename, reason="it was given no link")
    return reference.api_url
