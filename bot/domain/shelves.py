"""Where only the interaction's token is of use, pictures are put on messages by editing them.

A followup knows no nonce, and a token can read no history, so a followup whose answer was lost can be neither repeated
nor looked for. An edit can: the same edit twice shows the same message. So pictures go onto the card, ten of them, and
the rest onto a followup that was posted empty and said who is meant. Only that empty one may be doubled, never a
picture.

Source: https://discord.com/developers/docs/resources/webhook#edit-webhook-message
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from bot.domain.job import SHEET_PART, Job, shelf_part
from bot.domain.parcel import MAX_FILES

MOST_LOST = 2
"""Shelves that may get lost (in doubt, or deleted) before the rest goes elsewhere. Discord allows five followups
outside servers the bot is in, and words and links need some too.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A message that takes pictures; `room` is how many more."""

    message_id: int
    room: int


def shelf_ids(job: Job) -> Iterator[int]:
    """Yield the messages that pictures are put on, the card first, without those lost."""
    if job.place.card_id and shelf_part(0) not in job.sent:
        yield job.place.card_id
    for number in count(1):
        posted = job.sent.get(shelf_part(number))
        if posted is None:
            return
        if posted.message_id:
            yield posted.message_id


def shelved_images(job: Job) -> tuple[int, ...]:
    """Return the numbers of the pictures that were put on messages, in order."""
    ids = set(shelf_ids(job)) | {job.place.card_id}
    return tuple(sorted(n for sent in job.sent.values() if sent.message_id in ids for n in sent.images))


def open_shelf(job: Job) -> Shelf | None:
    """Return the first message that still has room."""
    for message_id in shelf_ids(job):
        # The contact sheet takes a place on the card.
        room = MAX_FILES - int(job.message_id(SHEET_PART) == message_id)
        room -= sum(len(sent.images) for sent in job.sent.values() if sent.message_id == message_id)
        if room > 0:
            return Shelf(message_id, room)
    return None


def next_shelf(job: Job) -> str:
    """Return the part of the next message to be posted for pictures; one that was certainly not taken comes first."""
    return next(shelf_part(number) for number in count(1) if job.message_id(shelf_part(number)) is None)


def lost_shelves(job: Job) -> int:
    """Return how many followups for pictures are in doubt or cannot be used."""
    posted = (job.sent.get(shelf_part(number)) for number in range(1, MAX_FILES))
    return sum(sent is not None and sent.message_id == 0 for sent in posted)


def shelf_of(job: Job, message_id: int) -> str:
    """Return the part of the message that pictures were to be put on."""
    if message_id == job.place.card_id:
        return shelf_part(0)
    return next(part for part, sent in job.sent.items() if sent.message_id == message_id and not sent.images)


def announced(job: Job) -> bool:
    """Tell whether the person was pinged about pictures, or that was tried and nobody knows: it is not done twice."""
    elsewhere = (sent for sent in job.sent.values() if sent.images and sent.message_id)
    return job.message_id(shelf_part(1)) is not None or any(sent.message_id != job.place.card_id for sent in elsewhere)
