"""Pictures as files of a message: how they are named, opened, and known again."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import discord

from bot.domain.job import SHEET_PART, Job
from bot.domain.parcel import PictureFile, file_stem
from bot.domain.references import SHEET_FILENAME
from bot.files import open_file
from bot.presentation.i18n import speaking
from bot.presentation.messages import alt_text

_FILE_ADDRESS = re.compile(r"attachments/\d+/(\d+)/")


def shows(message: discord.Message, job: Job, number: int) -> bool:
    """Tell whether a message has a picture of a job among its files."""
    return any(attachment.filename.startswith(f"{file_stem(job.id, number)}.") for attachment in message.attachments)


def kept_files(message: discord.Message, job: Job) -> list[int]:
    """Return the ids of the files that stay on a message when pictures are added, the contact sheet among them.

    A file that an embed shows is not listed among the message's files; the address of the embed's image has its id
    (https://github.com/discord/discord-api-docs/issues/1340). A sheet that the job does not know of, because nobody
    could tell whether it had arrived, makes room.
    """
    has_sheet = job.message_id(SHEET_PART) == message.id
    ids = [file.id for file in message.attachments if has_sheet or file.filename != SHEET_FILENAME]
    shown = (_FILE_ADDRESS.search(embed.image.url or "") for embed in message.embeds)
    return [*(int(found[1]) for found in shown if found and has_sheet and int(found[1]) not in ids), *ids]


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
