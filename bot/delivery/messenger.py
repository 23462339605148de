"""A job's messages on Discord: the card through the interaction's token, the rest through the bot's own.

Interaction endpoints do not count toward a bot's 50 requests a second
(https://discord.com/developers/docs/topics/rate-limits#global-rate-limit), so whatever can be told by editing the
card is told there.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Literal

import aiohttp
import discord
import structlog

from bot.clock import Clock
from bot.delivery.estimates import Estimate, RememberedEstimate
from bot.delivery.refusals import THREAD_ALREADY_CREATED, of_thread, translated
from bot.delivery.responses import UNCHANGED, Responses
from bot.delivery.uploads import opened, shows
from bot.domain.job import CARD_PART, END_PART, TASK_PART, Job, PictureNote, links_part
from bot.domain.parcel import Parcel
from bot.domain.place import Venue
from bot.domain.pricing import PriceList
from bot.domain.references import SHEET_FILENAME
from bot.domain.request import GenerationRequest
from bot.errors import (
    AnswerOutOfReach,
    DiscordRejected,
    DiscordUnavailable,
    MessageGone,
    PlaceGone,
    ThreadNotOpened,
    UploadTooLarge,
)
from bot.presentation.buttons import result_buttons
from bot.presentation.card import card, thread_name
from bot.presentation.i18n import speaking
from bot.presentation.links import link_pages
from bot.presentation.messages import end_message, images_message, ready_message, task_message
from bot.presentation.panel import Panel
from bot.presentation.references import sheet_alt_text
from bot.presentation.wording import money

_log = structlog.get_logger(__name__)

READ_BACK = 2000
"""Messages looked through for one that may have arrived."""

ArchiveMinutes = Literal[60, 1440, 4320, 10080]


class DiscordMessenger:
    """Posts and edits what `bot.presentation` words, where the job's place says."""

    def __init__(
        self,
        client: discord.Client,
        *,
        clock: Clock,
        estimate: Estimate,
        archive_minutes: ArchiveMinutes,
        prices: PriceList,
        responses: Responses,
    ) -> None:
        self._client = client
        self._responses = responses
        self._clock = clock
        self._estimate = RememberedEstimate(estimate, clock)
        self._archive_minutes = archive_minutes
        self._prices = prices

    async def find_card(self, job: Job) -> int | None:
        """Return the id of the reply that still reads "is thinking …"; None: there is none, or it says something.

        Raises:
            AnswerOutOfReach: the interaction's token has ended.
        """
        if not self._responses.reachable(job):
            raise AnswerOutOfReach
        return await self._responses.find_card(job)

    async def post_card(self, job: Job, nonce: str) -> int:
        """Answer the message that asks for a job with its card; of one that is deleted by now, in its place."""
        content, embeds = await self._card(job)
        reference = None
        if job.place.ask is not None:
            # Source: https://discord.com/developers/docs/resources/message#message-reference-structure
            reference = discord.MessageReference(
                message_id=job.place.ask.message_id,
                channel_id=job.place.channel_id,
                guild_id=job.place.guild_id,
                fail_if_not_exists=False,
            )
        return await self._send(job, nonce, content=content, embeds=embeds, reference=reference)

    async def show_card(self, job: Job) -> bool:
        """Edit the command's own reply and tell whether that could be done: it may be deleted, or out of reach."""
        return await self._edit_card(job)

    async def show_sheet(self, job: Job, sheet: bytes) -> bool:
        """Edit the command's own reply so that it has a contact sheet as its only file; tell whether it does now."""
        with speaking(job.requester.locale):
            description = sheet_alt_text(job)
        file = discord.File(BytesIO(sheet), filename=SHEET_FILENAME, description=description)
        try:
            return await self._edit_card(job, [file])
        except UploadTooLarge as error:
            _log.warning("contact sheet not taken", job=job.id, error=error.detail)
            return False

    async def _edit_card(self, job: Job, files: Sequence[discord.File] = UNCHANGED) -> bool:
        place = job.place
        if not place.card_id:
            return False
        content, embeds = await self._card(job)
        try:
            with translated():
                if self._responses.reachable(job):
                    await self._responses.edit_card(job, content, embeds, files)
                elif place.venue is not Venue.INTERACTION:
                    message = self._channel(place.channel_id).get_partial_message(place.card_id)
                    await message.edit(content=content, embeds=embeds, attachments=files)
                else:
                    return False
        except (MessageGone, PlaceGone):
            return False
        except DiscordRejected as error:
            _log.error("Discord rejected an edit", job=job.id, error=error.detail)
            return False
        return True

    async def open_thread(self, job: Job) -> int:
        """Open the thread under the card and return its id.

        Raises:
            ThreadNotOpened: Discord does not allow it, or wants us to wait longer than a person would.
        """
        try:
            # Through the HTTP client, because the public method wants the guild in its cache.
            await self._client.http.start_thread_with_message(
                job.place.channel_id,
                job.place.card_id,
                name=thread_name(job),
                auto_archive_duration=self._archive_minutes,
            )
        except discord.RateLimited as error:
            # discord.py tells the last answer only, and an attempt before it may have opened the thread.
            if await self._is_there(job.place.card_id):
                return job.place.card_id
            raise ThreadNotOpened(detail=f"rate limited for {error.retry_after:.0f} s") from error
        except discord.HTTPException as error:
            if error.code == THREAD_ALREADY_CREATED:
                return job.place.card_id
            refusal = of_thread(error)
            if refusal is not None:
                raise refusal from error
            with translated():
                raise
        except (TimeoutError, aiohttp.ClientError, OSError):
            # The thread may be there all the same; then the next attempt is told so, and knows its id.
            with translated():
                raise
        # A thread started from a message has that message's id.
        return job.place.card_id

    async def _is_there(self, channel_id: int) -> bool:
        with translated():
            try:
                await self._client.http.get_channel(channel_id)
            except (discord.NotFound, discord.Forbidden):
                return False
        return True

    async def post_task(self, job: Job, nonce: str) -> int:
        """Post task id and status."""
        with speaking(job.requester.locale):
            panel = task_message(job, await self._estimate(job.request))
        content, embeds = _laid_out(panel, embeds=job.place.embeds)
        return await self._send(job, nonce, content=content, embeds=embeds)

    async def edit_task(self, job: Job) -> bool:
        """Edit task id and status, and tell whether that could be done: the message may be deleted or locked away."""
        posted = job.sent.get(TASK_PART)
        if posted is None or not posted.message_id:
            return False
        with speaking(job.requester.locale):
            panel = task_message(job, await self._estimate(job.request))
        content, embeds = _laid_out(panel, embeds=job.place.embeds)
        try:
            with translated():
                message = self._channel(posted.channel_id).get_partial_message(posted.message_id)
                await message.edit(content=content, embeds=embeds)
        except (MessageGone, PlaceGone):
            return False
        except DiscordRejected as error:
            _log.error("Discord rejected an edit", job=job.id, error=error.detail)
            return False
        return True

    async def post_images(self, job: Job, parcel: Parcel, nonce: str) -> int:
        """Post the pictures of a parcel; the first ones of a job mention who asked."""
        mention = not job.delivered_images
        with speaking(job.requester.locale):
            content = images_message(job, parcel.images, mention=mention)
            buttons = result_buttons(job, parcel.images[0])
        async with opened(job, parcel.files) as files:
            return await self._send(job, nonce, content=content or None, files=files, mention=mention, view=buttons)

    async def put_images(self, job: Job, parcel: Parcel, message_id: int) -> int:
        """Edit the pictures of a parcel into a message; what it has of them already is not uploaded again."""
        await self._responses.put(job, parcel, message_id)
        return message_id

    async def post_shelf(self, job: Job, nonce: str, *, ping: bool) -> int:
        """Post that the pictures are ready."""
        with speaking(job.requester.locale):
            content = ready_message(job)
        return await self._send(job, nonce, content=content, mention=ping)

    async def post_end(self, job: Job, nonce: str) -> int:
        """Post how the job ended; who asked is mentioned unless pictures have surely done that."""
        mention = not job.delivered_images - set(job.noted(PictureNote.UNCONFIRMED))
        with speaking(job.requester.locale):
            content = end_message(job, mention=mention)
        return await self._send(job, nonce, content=content, mention=mention)

    def link_pages(self, job: Job) -> int:
        """Return how many messages the links to originals take that find no room among other words."""
        with speaking(job.requester.locale):
            return len(link_pages(job))

    async def post_links(self, job: Job, page: int, nonce: str) -> int:
        """Post one of those messages, from 1."""
        with speaking(job.requester.locale):
            content = link_pages(job)[page - 1]
        return await self._send(job, nonce, content=content)

    def can_find(self, job: Job, part: str) -> bool:
        """Whether a message can be read back; with the interaction's token, only pictures that were put on others."""
        if job.place.route is not Venue.INTERACTION:
            return True
        return bool(job.sent[part].images) and self._responses.reachable(job)

    async def find(self, job: Job, part: str) -> int | None:
        """Look for a message among what was posted since the command's reply; return its id."""
        sent = job.sent[part]
        if job.place.route is Venue.INTERACTION:
            return await self._responses.find(job, sent.images)
        # Not since a moment of ours: our clock may be wrong, or have been, and the ids tell the time by Discord's.
        after = discord.Object(job.place.began_at_id)
        seen = False
        with translated():
            async for message in self._channel(sent.channel_id).history(
                limit=READ_BACK, after=after, oldest_first=True
            ):
                seen = True
                if self._is(message, job, part, sent.images):
                    return message.id
        if not seen:
            await self._require_reading(job)
        return None

    async def _require_reading(self, job: Job) -> None:
        """Make sure that a history without messages is one: without the right to read it, it looks the same.

        Source: https://discord.com/developers/docs/resources/message#get-channel-messages

        Raises:
            PlaceGone: the bot may not read there any more.
        """
        if job.place.direct_channel_id is not None:
            return
        try:
            with translated():
                await self._channel(job.place.channel_id).fetch_message(job.place.began_at_id)
        except MessageGone:
            # Whoever may not read is told that first.
            return

    def _is(self, message: discord.Message, job: Job, part: str, images: Sequence[int]) -> bool:
        me = self._client.application_id
        if message.author.id not in {job.place.application_id, me, self._client.user and self._client.user.id}:
            return False
        if images:
            return shows(message, job, images[0])
        if part not in {CARD_PART, TASK_PART, END_PART}:
            with speaking(job.requester.locale):
                pages = {links_part(page): text for page, text in enumerate(link_pages(job), start=1)}
            return message.content == pages.get(part)
        shown = "\n".join([message.content, *(field.value or "" for embed in message.embeds for field in embed.fields)])
        if part == CARD_PART:
            return job.id in message.content or any(job.id in (embed.footer.text or "") for embed in message.embeds)
        if part == TASK_PART:
            return bool(job.task_id) and str(job.task_id) in shown and message.id != job.place.card_id
        return job.id in message.content and message.id != job.place.card_id and not message.attachments

    async def open_direct_message(self, job: Job) -> int:
        """Return the id of the requester's direct-message channel."""
        with translated():
            channel = await self._client.create_dm(discord.Object(job.requester.user_id))
        return channel.id

    async def _send(
        self,
        job: Job,
        nonce: str,
        *,
        content: str | None = None,
        embeds: Sequence[discord.Embed] = (),
        files: Sequence[discord.File] = (),
        mention: bool = False,
        view: discord.ui.View | None = None,
        reference: discord.MessageReference | None = None,
    ) -> int:
        pings = discord.AllowedMentions.none()
        if mention:
            pings = discord.AllowedMentions(
                users=[discord.Object(job.requester.user_id)], everyone=False, roles=False, replied_user=False
            )
        try:
            if job.place.route is Venue.INTERACTION:
                return await self._responses.follow_up(
                    job, content or "", embeds=embeds, files=files, pings=pings, view=view
                )
            answering: Any = {} if reference is None else {"reference": reference}
            with _repeated_by_discord_py(), translated():
                message = await self._channel(job.home_id).send(
                    content,
                    embeds=embeds,
                    files=files,
                    nonce=nonce,
                    allowed_mentions=pings,
                    view=view or discord.utils.MISSING,
                    **answering,
                )
        except MessageGone as error:
            # Of a new message it means a thread that is archived for good: nothing can be posted there.
            raise PlaceGone(detail=error.detail) from error
        return message.id

    async def _card(self, job: Job) -> tuple[str | None, list[discord.Embed]]:
        with speaking(job.requester.locale):
            panel = card(job, await self._estimate(job.request), self._cost(job.request))
            return _laid_out(panel, embeds=job.place.embeds)

    def _cost(self, request: GenerationRequest) -> str | None:
        cost = self._prices.at_most(request)
        return None if cost is None else money(cost, self._prices.currency)

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id)


@contextmanager
def _repeated_by_discord_py() -> Iterator[None]:
    """Leave open what an earlier attempt has done: discord.py repeats after a 5xx and tells the last answer only."""
    try:
        yield
    except DiscordUnavailable as error:
        error.maybe_taken = True
        raise


def _laid_out(panel: Panel, *, embeds: bool) -> tuple[str | None, list[discord.Embed]]:
    """Return content and embeds of a panel; the one that is not used is empty, which clears it on an edit."""
    return (None, [panel.embed()]) if embeds else (panel.text(), [])
