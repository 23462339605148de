"""Pictures as files of a message: how they are named, opened, and known again."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import discord

from bot.domain.job import Job
from bot.domain.parcel import PictureFile, file_stem
from bot.files import open_file
from bot.presentation.i18n import speaking
from bot.presentation.messages import alt_text


def shows(message: discord.Message, job: Job, number: int) -> bool:
    """Tell whether a message has a picture of a job among its files."""
    return any(attachment.filename.startswith(f"{file_stem(job.id, number)}.") for attachment in message.attachments)


@asynccontextmanager
async def opened(job: Job, pictures: Sequence[PictureFile]) -> AsyncIterator[list[discord.File]]:
    """Open pictures to be uploaded; to be done anew for every attempt, as a `discord.File` can be sent once."""
    with speaking(job.requester.locale):
        names = {picture.number: alt_text(job, picture.number) for picture in pictures}
    async with AsyncExitStack() as stack:
        files = []
        for picture in pictures:
            opening = await stack.enter_async_context(open_file(picture.path, "rb"))
            name = f"{file_stem(job.id, picture.number)}.{picture.extension}"
            files.append(discord.File(opening, filename=name, description=names[picture.number]))
            # It has taken the closing of the open file over.
            stack.callback(files[-1].close)
        yield files
