"""Bringing finished pictures to the person, message by message, each picture once."""

from dataclasses import dataclass, replace

import structlog

from bot.domain.job import LOST, Job, Sent, Status, images_part
from bot.domain.parcel import Parcel
from bot.domain.place import Venue
from bot.domain.shelves import MOST_LOST, Shelf, announced, lost_shelves, next_shelf, open_shelf, shelf_of
from bot.errors import BotError, DiscordRejected, MessageGone, PlaceGone, ResultGone, UploadTooLarge
from bot.jobs.messenger import Courier, Messenger
from bot.jobs.ports import JobStore
from bot.jobs.sending import Sender, nonce_of
from bot.jobs.turns import Again, Turn

_log = structlog.get_logger(__name__)

SMALLEST_LIMIT = 256 * 1024
"""Bytes; below this a refusal for size is not about size, and shrinking further helps nobody."""

KEPT_ATTEMPTS = 5
"""How often delivering may fail before the downloaded files are let go of, to be had again when it goes on."""


def pictures_left(job: Job) -> list[int]:
    """Return the numbers of the pictures still to be posted, in order."""
    done = job.delivered_images | set(job.noted(*LOST))
    return [number for number in range(1, len(job.results) + 1) if number not in done]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivering step."""

    store: JobStore
    courier: Courier
    messenger: Messenger
    sender: Sender

    async def deliver(self, job: Job) -> Turn:
        """Post the next message of pictures; when none is left, the job is delivered.

        Raises:
            BotError: the next message could not be posted.
        """
        try:
            return await self._deliver(job)
        except BotError:
            if job.attempts >= KEPT_ATTEMPTS:
                await self.courier.discard(job.id)
            raise

    async def _deliver(self, job: Job) -> Turn:
        job = await self.sender.settle(job)
        pending = next((sent.images for sent in job.sent.values() if sent.images and sent.message_id is None), ())
        numbers = list(pending) or pictures_left(job)
        shelf: Shelf | None = None
        if job.place.route is Venue.INTERACTION:
            if job.delivered_images and not announced(job):
                await self._announce(job)
                return Again()
            shelf = open_shelf(job)
            if numbers and shelf is None:
                await self._add_shelf(job)
                return Again()
            numbers = numbers[: shelf.room] if shelf is not None else numbers
        if not numbers:
            if not job.delivered_images:
                raise ResultGone(number=1, url=job.results[0] if job.results else "")
            await self._save(replace(job, status=Status.DELIVERED, attempts=0, retry_at=None), job)
            return Again()
        parcel = await self.courier.pack(job, numbers)
        if parcel.notes:
            notes = {**job.notes, **{str(number): note for number, note in parcel.notes.items()}}
            if notes != job.notes:
                job = await self._save(replace(job, notes=notes), job)
        if pending and parcel.images != pending:
            # Made up anew: some of it cannot be had (now), and a record of more than is sent would count it as arrived.
            sent = {part: record for part, record in job.sent.items() if record.images != pending}
            job = await self._save(replace(job, sent=sent), job)
        if not parcel.images:
            return Again()
        await self._post(job, parcel, shelf)
        return Again()

    async def _post(self, job: Job, parcel: Parcel, shelf: Shelf | None) -> None:
        part = images_part(parcel.images[0])

        async def post(now: Job, nonce: str) -> int:
            if shelf is not None:
                return await self.messenger.put_images(now, parcel, shelf.message_id)
            return await self.messenger.post_images(now, parcel, nonce)

        try:
            await self.sender.send(job, part, post, images=parcel.images)
        except UploadTooLarge:
            await self._shrink(job.id, part)
        except MessageGone:
            if shelf is None:
                raise
            await self._lose(job.id, part, shelf_of(job, shelf.message_id))

    async def _announce(self, job: Job) -> None:
        """Ping the person about pictures that are there already; so nothing but a ping depends on it."""
        try:
            await self._add_shelf(job)
        except (PlaceGone, MessageGone, DiscordRejected) as error:
            _log.warning("nobody was pinged", job=job.id, error=str(error))
            await self._lose(job.id, None, next_shelf(job))

    async def _add_shelf(self, job: Job) -> None:
        """Post a message for pictures to be put on; the first one pings the person.

        Raises:
            PlaceGone: too many of them got lost.
        """
        if lost_shelves(job) >= MOST_LOST:
            raise PlaceGone(detail="no message for the pictures to be put on")
        ping = not announced(job)

        async def post(now: Job, nonce: str) -> int:
            return await self.messenger.post_shelf(now, nonce, ping=ping)

        await self.sender.send(job, next_shelf(job), post)

    async def _lose(self, job_id: str, part: str | None, shelf: str) -> None:
        """Give up a message for pictures, and what was to be put on it."""
        job = await self.store.get(job_id)
        if job is None:
            return
        sent = {name: record for name, record in job.sent.items() if name != part}
        lost = Sent(nonce_of(job.id, shelf), job.home_id, message_id=0)
        await self._save(replace(job, sent={**sent, shelf: lost}), job)

    async def _shrink(self, job_id: str, part: str) -> None:
        job = await self.store.get(job_id)
        if job is None:
            return
        if job.place.upload_limit <= SMALLEST_LIMIT:
            raise UploadTooLarge(detail=f"refused at {job.place.upload_limit} bytes a file")
        limit = max(SMALLEST_LIMIT, job.place.upload_limit // 2)
        sent = {name: record for name, record in job.sent.items() if name != part}
        await self._save(replace(job, sent=sent, place=replace(job.place, upload_limit=limit)), job)

    async def finish(self, job: Job) -> None:
        """Let go of what was kept for a job that has come to its end."""
        await self.courier.discard(job.id)

    async def _save(self, job: Job, before: Job) -> Job:
        await self.store.save(job, was=before.status)
        return job
