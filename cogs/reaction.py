"""A reaction to a message with pictures: whoever reacts is offered the form for them."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any, Self

import discord
import structlog
from discord.ext import commands

from bot.command_rights import CommandRights
from bot.discord_bot import SeedreamBot
from bot.discord_bot.answers import answering
from bot.domain.offers import OFFER_LIFE, Offer
from bot.domain.place import PlaceKind, Right, Venue, choose_venue
from bot.domain.sparing import Sparing
from bot.errors import BotError, FormOfAnother, MessageGone, StorageUnavailable
from bot.forms import open_form, seen_in
from bot.mentions import UNANSWERED, Surroundings, surroundings
from bot.message_pictures import pictures_of
from bot.presentation.i18n import speaking
from bot.presentation.offers import OFFER, offer_view, offer_words

BotInteraction = discord.Interaction[SeedreamBot]

OFFERS_A_MINUTE = 3
"""How often one person's reactions are looked at."""
SWEPT_EVERY = 300.0
SWEPT_AT_ONCE = 20
"""Offers that are taken away at a time once their hour is over; whatever is left waits for the next time."""

_log = structlog.get_logger(__name__)


class DescribeTheEdit(discord.ui.DynamicItem[discord.ui.Item[Any]], template=rf"{OFFER}(?P<message>\d+):(?P<user>\d+)"):
    """Opens the form for the pictures of the message that was reacted to, for whoever reacted."""

    def __init__(self, item: discord.ui.Item[Any], message_id: int, user_id: int) -> None:
        super().__init__(item)
        self._message_id = message_id
        self._user_id = user_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the button as it was pressed."""
        return cls(item, int(match["message"]), int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form, and take the offer away."""
        await answering(interaction, self._open(interaction))

    async def _open(self, interaction: BotInteraction) -> None:
        if interaction.user.id != self._user_id:
            raise FormOfAnother
        place = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        try:
            message = await place.fetch_message(self._message_id)
        except (discord.NotFound, discord.Forbidden) as error:
            raise MessageGone(detail=str(error)) from error
        seen = await seen_in(interaction, message)
        await open_form(interaction, interaction.client.desk.form(interaction.user.id, seen.pictures))
        if interaction.message is not None:
            offer = Offer(self._message_id, self._user_id, place.id, interaction.message.id)
            await _withdraw(interaction.client, offer)
            # So that a form that is closed again can be had once more, by another reaction.
            with suppress(StorageUnavailable):
                await interaction.client.offers.forget(self._message_id, self._user_id)


class Reaction(commands.Cog):
    """Offers the form, and takes offers away again."""

    def __init__(self, bot: SeedreamBot) -> None:
        self.bot = bot
        self._rules = CommandRights(bot)
        self._sparing = Sparing(OFFERS_A_MINUTE, 60.0)
        self._sweeping: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Listen to the buttons, those of earlier processes too, and begin to take old ones away."""
        self.bot.add_dynamic_items(DescribeTheEdit)
        self._sweeping = asyncio.create_task(self._sweep(), name="old offers")

    async def cog_unload(self) -> None:
        """Stop both."""
        self.bot.remove_dynamic_items(DescribeTheEdit)
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)

    @commands.Cog.listener()
    async def on_raw_app_command_permissions_update(self, event: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        """Ask anew what a server lets people do."""
        self._rules.forget(event.guild.id)

    @commands.Cog.listener()
    async def on_shard_ready(self, _shard_id: int) -> None:
        """Ask anew after a new session: what was changed before it was not told."""
        self._rules.forget()

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, reaction: discord.RawReactionActionEvent) -> None:
        """Offer the form to whoever reacts with the emoji that is set, if there is anything to offer.

        People react for all sorts of reasons, so whatever stands against it is no reason to speak up.
        """
        me, hearing = self.bot.user, self.bot.hearing
        if me is None or reaction.user_id == me.id or (reaction.member is not None and reaction.member.bot):
            return
        if _name(reaction.emoji) != hearing.emoji.replace("\ufe0f", ""):
            return
        if not hearing.others and reaction.message_author_id not in {me.id, None}:
            return
        if not self._sparing.allows(reaction.user_id, self.bot.clock.monotonic()):
            return
        try:
            await self._offer(reaction, me.id)
        except (BotError, *UNANSWERED) as error:
            _log.warning("nothing offered for a reaction", error=str(error), channel=reaction.channel_id)

    async def _offer(self, reaction: discord.RawReactionActionEvent, me: int) -> None:
        person = reaction.member or discord.Object(reaction.user_id)
        around = await surroundings(self.bot, self._rules, reaction.channel_id, reaction.guild_id, person)
        if around is None or not around.may_ask or not _can_answer(around):
            return
        place = self.bot.get_partial_messageable(reaction.channel_id, guild_id=reaction.guild_id)
        message = await place.fetch_message(reaction.message_id)
        if not self.bot.hearing.others and message.author.id != me:
            return
        count = len(pictures_of(message).pictures)
        offer = Offer(message.id, reaction.user_id, reaction.channel_id)
        if not count or not await self.bot.offers.claim(offer, self.bot.clock.now()):
            return
        with speaking(around.locale):
            words, view = offer_words(reaction.user_id), offer_view(message.id, reaction.user_id, count)
        pings = discord.AllowedMentions(
            everyone=False, roles=False, users=[discord.Object(reaction.user_id)], replied_user=False
        )
        try:
            answer = await message.reply(words, view=view, allowed_mentions=pings)
        except UNANSWERED:
            await self.bot.offers.forget(offer.message_id, offer.user_id)
            raise
        await self.bot.offers.answered(replace(offer, answer_id=answer.id))

    async def _sweep(self) -> None:
        """Take offers away whose hour is over, some at a time."""
        while True:
            await self.bot.clock.sleep(SWEPT_EVERY)
            try:
                old = await self.bot.offers.take_old(self.bot.clock.now() - OFFER_LIFE, SWEPT_AT_ONCE)
            except StorageUnavailable as error:
                _log.warning("old offers not looked for", error=str(error))
                continue
            for offer in old:
                await _withdraw(self.bot, offer)


async def _withdraw(bot: SeedreamBot, offer: Offer) -> None:
    """Delete the message of an offer; one that stays behind does no harm, as its button still works."""
    if offer.answer_id is None:
        return
    try:
        await bot.get_partial_messageable(offer.channel_id).get_partial_message(offer.answer_id).delete()
    except UNANSWERED as error:
        _log.info("an offer stays behind", channel=offer.channel_id, error=str(error))


def _name(emoji: discord.PartialEmoji) -> str:
    """Return an emoji as it is set: itself, or `name:id` for a server's own."""
    return f"{emoji.name}:{emoji.id}" if emoji.id is not None else emoji.name.replace("\ufe0f", "")


def _can_answer(around: Surroundings) -> bool:
    write = Right.SEND_MESSAGES_IN_THREADS if around.kind is PlaceKind.THREAD else Right.SEND_MESSAGES
    needed = {Right.VIEW_CHANNEL, Right.READ_MESSAGE_HISTORY, Right.ATTACH_FILES, write}
    return needed <= around.rights and choose_venue(around.kind, around.rights).venue is not Venue.INTERACTION


async def setup(bot: SeedreamBot) -> None:
    """Add the cog."""
    await bot.add_cog(Reaction(bot))
