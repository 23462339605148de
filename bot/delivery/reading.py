"""Reading messages that people point at: who may, and which pictures they show.

Everything is asked of Discord when it is needed, and what a person may is reckoned by discord.py from roles and
overwrites, as a client does (https://discord.com/developers/docs/topics/permissions). No privileged intent is needed.
"""

from collections.abc import Mapping

import discord

from bot.delivery.refusals import translated
from bot.domain.job import Job
from bot.domain.parcel import result_named
from bot.domain.sources import Found, MessageLink, Picture
from bot.errors import (
    DiscordRejected,
    LinkedMessageGone,
    LinkedMessageHidden,
    LinkedMessageWithoutPictures,
    LinkedPlaceClosed,
    LinkedPlaceForbidden,
    MessageGone,
    PlaceGone,
)
from bot.message_pictures import pictures_of, without_sheet

_ROOMS = (discord.TextChannel, discord.ForumChannel, discord.VoiceChannel, discord.StageChannel)
_Place = discord.abc.GuildChannel | discord.abc.PrivateChannel | discord.Thread


class MessageReader:
    """Reads for people what they themselves may read; fills `LinkedMessages` and `PostedResults`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def pictures(self, user_id: int, link: MessageLink) -> Found:
        """Return the pictures of a message.

        Raises:
            LinkedPlaceClosed: the bot may not look there.
            LinkedPlaceForbidden: the person may not.
            LinkedMessageGone: there is no such message.
            LinkedMessageHidden: Discord shows the bot an empty one.
            LinkedMessageWithoutPictures: it shows none.
            DiscordUnavailable: Discord cannot be asked just now.
        """
        try:
            with translated():
                # Whether there is such a message is nothing to be told to who may not read there.
                place = await self._place(link.channel_id)
                if not await self._may_read(user_id, place):
                    raise LinkedPlaceForbidden(link.url)
                message = await self._channel(link.channel_id).fetch_message(link.message_id)
        except MessageGone as error:
            raise LinkedMessageGone(link.url) from error
        except (PlaceGone, DiscordRejected) as error:
            raise LinkedPlaceClosed(link.url) from error
        own = self._is_own(message)
        seen = without_sheet(pictures_of(message)) if own else pictures_of(message)
        if not seen.pictures:
            raise LinkedMessageHidden(link.url) if self._hidden(message) else LinkedMessageWithoutPictures(link.url)
        return Found(seen.pictures, seen.left_out, own=own)

    async def may_read(self, user_id: int, channel_id: int) -> bool:
        """Tell whether somebody may read what is in a place; where the bot cannot look itself, nobody may.

        Raises:
            DiscordUnavailable: Discord cannot be asked just now.
        """
        try:
            with translated():
                return await self._may_read(user_id, await self._place(channel_id))
        except (PlaceGone, DiscordRejected):
            return False

    async def posted(self, job: Job) -> Mapping[int, Picture]:
        """Return the pictures of a job that are still where it posted them, by number, with freshly signed links.

        Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls

        Raises:
            DiscordUnavailable: Discord cannot be asked just now.
        """
        found: dict[int, Picture] = {}
        for sent in job.sent.values():
            if not sent.images or not sent.message_id:
                continue
            try:
                with translated():
                    message = await self._channel(sent.channel_id).fetch_message(sent.message_id)
            except (MessageGone, PlaceGone, DiscordRejected):
                # Deleted, or in a place the bot never could read: what was posted through an interaction's token.
                continue
            for attachment in message.attachments:
                named = result_named(attachment.filename)
                if named is not None and named[0] == job.id:
                    found[named[1]] = Picture(attachment.url, attachment.filename)
        return found

    async def _place(self, channel_id: int) -> _Place:
        try:
            return await self._client.fetch_channel(channel_id)
        except discord.InvalidData as error:
            raise PlaceGone(detail="of a kind that discord.py does not know") from error

    async def _may_read(self, user_id: int, place: _Place) -> bool:
        if isinstance(place, discord.DMChannel):
            return place.recipient is not None and place.recipient.id == user_id
        if not isinstance(place, discord.abc.GuildChannel | discord.Thread):
            return False
        # The cache has neither members nor, before the gateway is ready, roles.
        guild = await self._client.fetch_guild(place.guild.id, with_counts=False)
        try:
            member = await guild.fetch_member(user_id)
        except discord.NotFound:
            return False
        # A thread has no permissions of its own.
        room = await self._place(place.parent_id) if isinstance(place, discord.Thread) else place
        if not isinstance(room, _ROOMS):
            return False
        room.guild = guild
        rights = room.permissions_for(member)
        if not (rights.view_channel and rights.read_message_history):
            return False
        if isinstance(room, discord.VoiceChannel | discord.StageChannel) and not rights.connect:
            # Without it, the chat of a voice channel is closed too.
            return False
        if isinstance(place, discord.Thread) and place.is_private() and not rights.manage_threads:
            return await _is_in(place, user_id)
        return True

    def _hidden(self, message: discord.Message) -> bool:
        """Tell whether Discord has blanked a message; nobody can send one that is really empty.

        Source: https://discord.com/developers/docs/events/gateway#message-content-intent
        """
        shown = (message.content, message.embeds, message.attachments, message.components, message.stickers)
        return not self._is_own(message) and not any(shown)

    def _is_own(self, message: discord.Message) -> bool:
        return message.author.id in {self._client.application_id, self._client.user and self._client.user.id}

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id)


async def _is_in(thread: discord.Thread, user_id: int) -> bool:
    try:
        await thread.fetch_member(user_id)
    except discord.NotFound:
        return False
    return True
