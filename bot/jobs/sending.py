"""Sending each message of a job exactly once, across crashes and cut connections."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.job import Job, PictureNote, Sent
from bot.errors import BotError, DiscordUnavailable, JobLost, PlaceGone
from bot.jobs.messenger import Messenger
from bot.jobs.ports import JobStore

MAX_NONCE = 25


def nonce_of(job_id: str, part: str) -> str:
    """Return the nonce of one message: the same on every attempt, another for every part.

    Source: https://discord.com/developers/docs/resources/message#create-message (`nonce`, `enforce_nonce`).

    Raises:
        ValueError: longer than Discord takes; cutting it could make two parts alike, and one of them vanish.
    """
    nonce = f"{job_id}.{part}"
    if len(nonce) > MAX_NONCE:
        raise ValueError(f"{nonce!r} has more than {MAX_NONCE} characters")
    return nonce


class Sender:
    """Sends a job's messages so that each arrives once.

    The intent is stored before a message goes out and the message's id after. A repeated attempt carries the same
    nonce, which Discord answers with the first message for some minutes. Where that may not do (an intent left by an
    earlier process, an attempt whose outcome is unknown, a followup, which knows no nonce), the place is read before
    anything is sent again.
    """

    def __init__(self, store: JobStore, messenger: Messenger) -> None:
        self._store = store
        self._messenger = messenger
        self._mine: set[str] = set()

    async def send(
        self, job: Job, part: str, post: Callable[[Job, str], Awaitable[int]], *, images: tuple[int, ...] = ()
    ) -> Job:
        """Send one message, unless it is known to have arrived; return the job with its id recorded."""
        known = job.sent.get(part)
        if known is not None and known.message_id is not None:
            return job
        nonce = nonce_of(job.id, part)
        if known is None:
            self._mine.add(nonce)
            job = await self._record(job, part, Sent(nonce, job.home_id, images=images))
        try:
            message_id = await post(job, nonce)
        except DiscordUnavailable as error:
            if error.maybe_taken:
                self._mine.discard(nonce)
            raise
        except JobLost:
            # Somebody else may send it, should the job come back.
            self._mine.discard(nonce)
            raise
        except BotError:
            raise
        except Exception:
            # Not foreseen, so it is not known either whether it arrived.
            self._mine.discard(nonce)
            raise
        self._mine.discard(nonce)
        arrived = replace(job, attempts=0, retry_at=None)
        return await self._record(arrived, part, replace(job.sent[part], message_id=message_id))

    async def settle(self, job: Job) -> Job:
        """Find out about messages that an earlier process meant to send and may have sent; return the job after that.

        Found ones are recorded as arrived. Ones that certainly did not arrive, or went with their place, are forgotten,
        so that they are sent anew. Where that cannot be known, pictures count as arrived and are noted as unconfirmed:
        they are not sent twice, and people get their links.
        """
        for part, sent in job.sent.items():
            if sent.message_id is not None or sent.nonce in self._mine:
                continue
            found = await self._outcome(job, part, sent)
            notes = dict(job.notes)
            sent_after = {**job.sent, part: replace(sent, message_id=found)}
            if found is None:
                del sent_after[part]
            elif not found:
                notes.update({str(number): PictureNote.UNCONFIRMED for number in sent.images})
            job = await self._save(replace(job, sent=sent_after, notes=notes), job)
        return job

    async def _outcome(self, job: Job, part: str, sent: Sent) -> int | None:
        """Return the id of a message that arrived, None for one that is not there, and 0 where nobody can tell."""
        if not self._messenger.can_find(job, part):
            return 0
        try:
            return await self._messenger.find(job, part)
        except PlaceGone as error:
            # Closed to the bot, it may still show people what arrived. Words said twice do no harm, pictures would.
            return 0 if sent.images and not error.deleted else None

    async def _record(self, job: Job, part: str, sent: Sent) -> Job:
        return await self._save(replace(job, sent={**job.sent, part: sent}), job)

    async def _save(self, job: Job, before: Job) -> Job:
        return await self._store.save(job, was=before.status)
