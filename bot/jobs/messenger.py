"""What the jobs need of Discord: showing where a job stands and bringing its pictures, one message a call."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.job import Job
from bot.domain.parcel import Parcel


class Courier(Protocol):
    """Downloads finished pictures, keeps them on disk for as long as the job needs them, and makes them fit."""

    async def pack(self, job: Job, numbers: Sequence[int]) -> Parcel:
        """Return the next message's worth of the pictures asked for, never more than Discord takes at once.

        Raises:
            ResultUnreachable: a picture could not be had just now.
        """
        ...

    async def discard(self, job_id: str) -> None:
        """Remove what is kept of a job; nothing there is no error."""
        ...


class Messenger(Protocol):
    """Discord, as one job sees it.

    Every method raises `DiscordUnavailable` when it may be tried again with the same nonce, and `PlaceGone` when
    the place is no longer there, or no longer open to the bot.
    """

    async def find_card(self, job: Job) -> int | None:
        """Return the id of the reply that acknowledged the command, or None where it was not, or answered otherwise.

        Raises:
            AnswerOutOfReach: too much time has passed to find out.
        """
        ...

    async def post_card(self, job: Job, nonce: str) -> int:
        """Post the card as an answer to the message that asks for the job; return its id."""
        ...

    async def show_card(self, job: Job) -> bool:
        """Make the command's own reply say where the job stands; tell whether it is there and within reach."""
        ...

    async def show_sheet(self, job: Job, sheet: bytes) -> bool:
        """Show the card with a contact sheet as its only file; tell whether that could be done.

        However often that is repeated, the card has the sheet once, until pictures are put on it.
        """
        ...

    async def open_thread(self, job: Job) -> int:
        """Open the job's thread under its card and return its id; one that exists already is that id.

        Raises:
            ThreadNotOpened: Discord does not allow it.
        """
        ...

    async def post_task(self, job: Job, nonce: str) -> int:
        """Post the message with task id and status into the thread; return its id."""
        ...

    async def edit_task(self, job: Job) -> bool:
        """Make that message say where the job stands; tell whether it is there and within reach."""
        ...

    async def post_images(self, job: Job, parcel: Parcel, nonce: str) -> int:
        """Post the parcel's pictures; the job's first such message mentions the requester. Return its id.

        Raises:
            UploadTooLarge: Discord does not take that much.
        """
        ...

    async def put_images(self, job: Job, parcel: Parcel, message_id: int) -> int:
        """Put the parcel's pictures on a message that exists, beside those it has; return its id.

        However often that is repeated, the message shows each picture once.

        Raises:
            UploadTooLarge: Discord does not take that much.
            MessageGone: the message was deleted, or cannot be edited now.
        """
        ...

    async def post_shelf(self, job: Job, nonce: str, *, ping: bool) -> int:
        """Post the words that the pictures are ready, which some are put on afterwards; return the message's id."""
        ...

    async def post_end(self, job: Job, nonce: str) -> int:
        """Post how the job ended, mentioning the requester unless pictures did; return the message's id."""
        ...

    def link_pages(self, job: Job) -> int:
        """Return how many messages the links to originals take that find no room among other words."""
        ...

    async def post_links(self, job: Job, page: int, nonce: str) -> int:
        """Post one of those messages, counted from 1; return its id."""
        ...

    async def find(self, job: Job, part: str) -> int | None:
        """Look for a message whose sending was recorded but not its arrival; return its id, or None."""
        ...

    def can_find(self, job: Job, part: str) -> bool:
        """Whether the bot can find out what became of a message: by reading its place, or the message put on."""
        ...

    async def open_direct_message(self, job: Job) -> int:
        """Return the id of the requester's direct-message channel with the bot."""
        ...
