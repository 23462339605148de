"""Messages that mention the bot, or answer one of its pictures: what stands in them becomes a job."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord
import structlog
from discord.ext import commands

from bot.clock import Clock
from bot.command_rights import CommandRights
from bot.discord_bot import SeedreamBot
from bot.domain.links import parse_links
from bot.domain.parcel import result_named
from bot.domain.place import PlaceKind, Right, Venue, VenueChoice, choose_venue
from bot.domain.sparing import Sparing
from bot.domain.wishes import mentions, read_wishes, readable, without_links
from bot.errors import (
    AskingNotAllowed,
    BotError,
    CannotPostPictures,
    Cost,
    DiscordUnavailable,
    NotAnImage,
    ReferencesRefused,
    ReplyOutOfSight,
    UnknownError,
)
from bot.mentions import UNANSWERED, Surroundings, names_in, place_of_message, requester_of_message, say, surroundings
from bot.message_pictures import MessagePictures, pictures_of
from bot.presentation.errors import explain
from bot.presentation.i18n import speaking
from bot.presentation.mentions import usage

_log = structlog.get_logger(__name__)

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
GREETED_EVERY = 600.0
"""Seconds within which a person is told once how a mention works, and once that they may not use it."""
WORDS_A_MINUTE = 5
"""How often a person is told a minute what is wrong with what they ask for."""


@dataclass(frozen=True, slots=True)
class _Own:
    """What a person has put into a message, without what Discord made of the links in it."""

    attachments: Sequence[discord.Attachment]
    components: Sequence[discord.Component]
    stickers: Sequence[discord.StickerItem]
    message_snapshots: Sequence[discord.MessageSnapshot]
    embeds: Sequence[discord.Embed] = ()


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a message answers.

    Attributes:
        seen: its pictures.
        own: whether the bot wrote it.
        hidden: whether Discord does not show the bot what is in it.
    """

    seen: MessagePictures = field(default_factory=MessagePictures)
    own: bool = False
    hidden: bool = False

    @property
    def is_result(self) -> bool:
        """Whether it shows pictures that the bot has made."""
        return self.own and any(result_named(picture.filename) for picture in self.seen.pictures)


class Mention(commands.Cog):
    """Takes messages for what they ask."""

    def __init__(self, bot: SeedreamBot, clock: Clock) -> None:
        self.bot = bot
        self._clock = clock
        self._rules = CommandRights(bot)
        self._greeted = Sparing(1, GREETED_EVERY)
        self._turned_away = Sparing(1, GREETED_EVERY)
        self._told = Sparing(WORDS_A_MINUTE, 60.0)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take a new message in, or say why not; edits are not heard, so that nothing is paid for twice."""
        if message.author.bot or message.webhook_id is not None or message.type not in _WRITTEN:
            return
        around: Surroundings | None = None
        try:
            answered = await self._addressed(message)
            if answered is None:
                return
            guild_id = message.guild.id if message.guild is not None else None
            around = await surroundings(self.bot, self._rules, message.channel.id, guild_id, message.author)
            if around is None:
                _log.warning("mentioned in a place that is not known", channel=message.channel.id)
                return
            await self._take(message, answered, around)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told, and the log has it
            await self._tell(message, around, error)

    @commands.Cog.listener()
    async def on_raw_app_command_permissions_update(self, event: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        """Ask anew what a server lets people do."""
        self._rules.forget(event.guild.id)

    @commands.Cog.listener()
    async def on_shard_ready(self, _shard_id: int) -> None:
        """Ask anew after a new session: what was changed before it was not told."""
        self._rules.forget()

    async def _addressed(self, message: discord.Message) -> _Answered | None:
        """Return what a message answers, if it is meant for the bot; None for every other message."""
        me = self.bot.user
        if me is None:
            return None
        pinged = any(user.id == me.id for user in message.mentions)
        # Discord counts no mention that stands in code, and an answer to somebody as a mention of them.
        named = pinged and mentions(message.content, me.id)
        if not named and not pinged and not self._in_own_thread(message):
            return None
        try:
            answered = await self._answered(message)
        except UNANSWERED as error:
            if named:
                raise
            # Most likely people talk among themselves.
            _log.warning("an answer was not looked at", channel=message.channel.id, error=str(error))
            return None
        return answered if named or answered.is_result else None

    def _in_own_thread(self, message: discord.Message) -> bool:
        """Whether it answers something in a thread of the bot's own, where words can be read without a mention."""
        channel, me = message.channel, self.bot.user
        if not self.bot.hearing.message_content or message.reference is None or me is None:
            return False
        return isinstance(channel, discord.Thread) and channel.owner_id == me.id

    async def _answered(self, message: discord.Message) -> _Answered:
        """Return what a message answers, as far as Discord shows it; where the event shows nothing, it is asked."""
        reference = message.reference
        if message.type is not discord.MessageType.reply or reference is None or reference.message_id is None:
            return _Answered()
        resolved = reference.resolved
        if isinstance(resolved, discord.DeletedReferencedMessage):
            return _Answered()
        if resolved is None or not self._in_sight(resolved):
            try:
                resolved = await message.channel.fetch_message(reference.message_id)
            except discord.NotFound:
                return _Answered()
            except discord.Forbidden:
                return _Answered(hidden=True)
        me = self.bot.user
        own = me is not None and resolved.author.id == me.id
        return _Answered(pictures_of(resolved), own=own, hidden=not self._in_sight(resolved))

    def _in_sight(self, message: discord.Message) -> bool:
        """Whether Discord shows what is in a message, which it does not everywhere without the privileged intent.

        Source: https://discord.com/developers/docs/events/gateway#message-content-intent
        """
        shown = (message.content, message.attachments, message.embeds, message.components, message.stickers)
        return self.bot.hearing.message_content or message.guild is None or any(shown)

    async def _take(self, message: discord.Message, answered: _Answered, around: Surroundings) -> None:
        if not around.may_ask:
            raise AskingNotAllowed
        choice = _choose(around)
        me = self.bot.user
        text, links = without_links(readable(message.content, me=me.id if me else 0, names=names_in(message)))
        wishes = read_wishes(text)
        own = pictures_of(_Own(message.attachments, message.components, message.stickers, message.message_snapshots))
        _require_pictures(own)
        if not wishes.prompt and not wishes.taken and not (links or own.pictures or answered.seen.pictures):
            await self._greet(message, around)
            return
        if answered.hidden:
            raise ReplyOutOfSight
        if answered.seen.left_out and not answered.seen.pictures:
            _require_pictures(answered.seen)
        jobs, theirs = self.bot.jobs, answered.seen.pictures
        pointed_at = parse_links("\n".join(links))
        count = len(own.pictures) + len(theirs) + len(pointed_at.sources)
        request = wishes.request(count, pointed_at.problems)
        application_id = self.bot.application_id or 0
        with jobs.admission():
            await jobs.promise(
                requester=requester_of_message(message, around),
                place=place_of_message(message, around, choice, application_id=application_id, taken=wishes.taken),
                request=request,
                sources=[
                    *own.pictures,
                    *pointed_at.sources,
                    *(await self.bot.desk.originals(theirs) if answered.own else theirs),
                ],
            )

    async def _greet(self, message: discord.Message, around: Surroundings) -> None:
        if self._greeted.allows(message.author.id, self._clock.monotonic()):
            with speaking(around.locale):
                await say(message, around, usage())

    async def _tell(self, message: discord.Message, around: Surroundings | None, error: Exception) -> None:
        """Say what went wrong, to whoever is not told too often already."""
        if isinstance(error, UNANSWERED):
            error = DiscordUnavailable(detail=str(error) or type(error).__name__)
        if isinstance(error, BotError):
            told = error
            _log.info("refused", error=str(error), user=message.author.id)
        else:
            told = UnknownError(reference=secrets.token_hex(4), summary=type(error).__name__)
            _log.error("unforeseen error in a mention", reference=told.reference, exc_info=error)
        privately = isinstance(error, AskingNotAllowed)
        sparing = self._turned_away if privately else self._told
        if not sparing.allows(message.author.id, self._clock.monotonic()):
            return
        with speaking(around.locale if around is not None else "en-US"):
            # It has not come to spending yet.
            await say(message, around, explain(told, Cost.NOTHING), privately=privately)


def _choose(around: Surroundings) -> VenueChoice:
    """Decide where a job's messages go.

    Raises:
        CannotPostPictures: there is no interaction's token to fall back on.
    """
    choice = choose_venue(around.kind, around.rights)
    if choice.venue is not Venue.INTERACTION:
        return choice
    write = Right.SEND_MESSAGES_IN_THREADS if around.kind is PlaceKind.THREAD else Right.SEND_MESSAGES
    needed = (Right.VIEW_CHANNEL, write, Right.READ_MESSAGE_HISTORY)
    raise CannotPostPictures(missing=tuple(right.value for right in needed if right not in around.rights))


def _require_pictures(seen: MessagePictures) -> None:
    """Insist that nothing but pictures was given.

    Raises:
        ReferencesRefused: with everything else.
    """
    if seen.left_out:
        first = len(seen.pictures) + 1
        problems = (NotAnImage(number, remark.filename) for number, remark in enumerate(seen.left_out, start=first))
        raise ReferencesRefused(problems=tuple(problems))


async def setup(bot: SeedreamBot) -> None:
    """Add the cog."""
    await bot.add_cog(Mention(bot, bot.clock))
