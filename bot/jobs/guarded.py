"""Discord, for a process that may lose its jobs to others: nothing is said of a job that is not certainly ours."""

from dataclasses import dataclass

from bot.domain.job import Job
from bot.domain.parcel import Parcel
from bot.jobs.messenger import Messenger
from bot.jobs.tenure import Tenure


@dataclass(frozen=True, slots=True)
class GuardedMessenger:
    """A `Messenger` that asks `Tenure` before each message and each edit.

    Every method that changes something also raises `JobLost` and `StorageUnavailable`, with nothing sent.
    """

    messenger: Messenger
    tenure: Tenure

    async def find_card(self, job: Job) -> int | None:
        """Look for the card."""
        return await self.messenger.find_card(job)

    async def post_card(self, job: Job, nonce: str) -> int:
        """Answer a message with the card, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_card(job, nonce)

    async def show_card(self, job: Job) -> bool:
        """Edit the card, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.show_card(job)

    async def show_sheet(self, job: Job, sheet: bytes) -> bool:
        """Show the contact sheet, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.show_sheet(job, sheet)

    async def open_thread(self, job: Job) -> int:
        """Open the thread, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.open_thread(job)

    async def post_task(self, job: Job, nonce: str) -> int:
        """Post the task message, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_task(job, nonce)

    async def edit_task(self, job: Job) -> bool:
        """Edit the task message, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.edit_task(job)

    async def post_images(self, job: Job, parcel: Parcel, nonce: str) -> int:
        """Post pictures, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_images(job, parcel, nonce)

    async def put_images(self, job: Job, parcel: Parcel, message_id: int) -> int:
        """Put pictures on a message, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.put_images(job, parcel, message_id)

    async def post_shelf(self, job: Job, nonce: str, *, ping: bool) -> int:
        """Post that the pictures are ready, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_shelf(job, nonce, ping=ping)

    async def post_end(self, job: Job, nonce: str) -> int:
        """Post how the job ended, if it is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_end(job, nonce)

    def link_pages(self, job: Job) -> int:
        """Count the pages of links."""
        return self.messenger.link_pages(job)

    async def post_links(self, job: Job, page: int, nonce: str) -> int:
        """Post a page of links, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.post_links(job, page, nonce)

    async def find(self, job: Job, part: str) -> int | None:
        """Look for a message."""
        return await self.messenger.find(job, part)

    def can_find(self, job: Job, part: str) -> bool:
        """Tell whether one can be looked for."""
        return self.messenger.can_find(job, part)

    async def open_direct_message(self, job: Job) -> int:
        """Open the direct messages, if the job is ours."""
        await self.tenure.ensure(job)
        return await self.messenger.open_direct_message(job)
