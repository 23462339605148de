"""Messages through an interaction's token: the card, followups, and pictures put on both by editing.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import discord

from bot.clock import Clock
from bot.delivery.refusals import translated
from bot.delivery.uploads import kept_files, opened, shows
from bot.domain.job import Job
from bot.domain.parcel import Parcel
from bot.domain.shelves import shelf_ids
from bot.errors import MessageGone, PlaceGone
from bot.presentation.buttons import result_buttons
from bot.presentation.i18n import speaking

TOKEN_MARGIN = timedelta(seconds=20)
"""How long before its end an interaction's token is no longer relied on."""

LONGEST_WAIT = 30.0
"""Seconds that a rate limit may ask for while a step waits; after more, the job waits by itself."""


def open_response_session(user_agent: str, trace: aiohttp.TraceConfig | None = None) -> aiohttp.ClientSession:
    """Return the session for everything that goes through interactions' tokens, and let `trace` see its requests.

    discord.py repeats such a request whatever a 5xx leaves open, which would double a followup, pauses up to 25 seconds
    in between, and sits out rate limits however long. Here both are left to the job, which knows what may be repeated
    and waits without holding anything.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        headers={"User-Agent": user_agent},
        raise_for_status=_left_to_the_job,
        trace_configs=[trace] if trace is not None else [],
    )


async def _left_to_the_job(response: aiohttp.ClientResponse) -> None:
    if response.status >= 500:
        raise discord.DiscordServerError(response, await response.text(errors="replace"))
    if response.status == 429:
        try:
            wait = float(response.headers.get("Retry-After", ""))
        except ValueError:
            return
        if wait > LONGEST_WAIT:
            raise discord.RateLimited(wait)


UNCHANGED: Any = discord.utils.MISSING
"""Of a message's files: they stay as they are."""

_ORIGINAL: Any = "@original"
"""What Discord calls the first answer where a message's id is asked for; discord.py's annotation knows numbers only."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that an edit leaves where it is; discord.py would send everything it knows of it, where the id will do."""

    id: int

    def to_dict(self) -> dict[str, str]:
        return {"id": str(self.id)}


class Responses:
    """What can be done with the token of a job's interaction."""

    def __init__(self, client: discord.Client, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._client = client
        self._session = session
        self._clock = clock

    def reachable(self, job: Job) -> bool:
        """Whether the token still works."""
        return bool(job.place.token) and self._clock.now() < job.place.token_expires_at - TOKEN_MARGIN

    async def find_card(self, job: Job) -> int | None:
        """Return the id of the reply that the person sees "is thinking …", None where there is none.

        Raises:
            BotError: as `translated` has it.
        """
        try:
            with translated():
                # Source: https://discord.com/developers/docs/interactions/receiving-and-responding#get-original-interaction-response
                reply = await self._webhook(job).fetch_message(_ORIGINAL)
        except (MessageGone, PlaceGone):
            return None
        return reply.id if reply.flags.loading and not reply.flags.ephemeral else None

    async def edit_card(
        self,
        job: Job,
        content: str | None,
        embeds: Sequence[discord.Embed],
        files: Sequence[discord.File] = UNCHANGED,
    ) -> None:
        """Edit the card's words; the files on it stay, unless others take their place.

        Raises:
            BotError: as `translated` has it.
        """
        with translated():
            await self._webhook(job).edit_message(job.place.card_id, content=content, embeds=embeds, attachments=files)

    async def follow_up(
        self,
        job: Job,
        content: str,
        *,
        embeds: Sequence[discord.Embed],
        files: Sequence[discord.File],
        pings: discord.AllowedMentions,
        view: discord.ui.View | None = None,
    ) -> int:
        """Post a message and return its id; it is tried once.

        Raises:
            BotError: as `translated` has it.
        """
        with translated():
            message = await self._webhook(job).send(
                content,
                embeds=embeds,
                files=files,
                allowed_mentions=pings,
                view=view or discord.utils.MISSING,
                wait=True,
            )
        return message.id

    async def put(self, job: Job, parcel: Parcel, message_id: int) -> None:
        """Edit pictures into a message; what it has of them already is not uploaded again.

        Raises:
            BotError: as `translated` has it.
        """
        webhook = self._webhook(job)
        with translated():
            message = await webhook.fetch_message(message_id)
            missing = [file for file in parcel.files if not shows(message, job, file.number)]
            async with opened(job, missing) as files:
                if files:
                    # What is not listed would be taken off:
                    # https://discord.com/developers/docs/resources/webhook#edit-webhook-message
                    kept: Any = [_Kept(file_id) for file_id in kept_files(message, job)]
                    with speaking(job.requester.locale):
                        buttons = result_buttons(job, parcel.images[0])
                    await webhook.edit_message(message_id, attachments=[*kept, *files], view=buttons)

    async def find(self, job: Job, images: Sequence[int]) -> int | None:
        """Return the message that has pictures on it which one edit brought, None where there is none.

        Raises:
            BotError: as `translated` has it.
        """
        webhook = self._webhook(job)
        for message_id in shelf_ids(job):
            try:
                with translated():
                    message = await webhook.fetch_message(message_id)
            except MessageGone:
                continue
            # An edit is done as a whole or not at all.
            if shows(message, job, images[0]):
                return message_id
        return None

    def _webhook(self, job: Job) -> discord.Webhook:
        if not self.reachable(job):
            raise PlaceGone(detail="the interaction's token has ended")
        place = job.place
        return discord.Webhook.partial(place.application_id, place.token, client=self._client, session=self._session)
