"""Opening forms and taking in what was filled in, whichever way a form was come by."""

from dataclasses import replace
from typing import Any

import discord
import structlog

from bot.discord_bot import SeedreamBot, answer_error
from bot.domain.forms import Form
from bot.domain.place import choose_venue
from bot.errors import AlreadyTaken, FormForgotten, FormOfAnother, NoPictureSeen, NothingSeen, StorageUnavailable
from bot.intake import take_in
from bot.interactions import job_id_of, place_kind, rights
from bot.message_pictures import MessagePictures, pictures_of, without_sheet
from bot.presentation.forms import PREFIX, again_view, filled_in, form_modal, typed_embed, typed_in
from bot.presentation.i18n import speaking

BotInteraction = discord.Interaction[SeedreamBot]

_log = structlog.get_logger(__name__)


async def seen_in(interaction: BotInteraction, message: discord.Message) -> MessagePictures:
    """Return the pictures of a message; of results of the bot's own, the originals while they live.

    Raises:
        NothingSeen: it shows nothing of the kind.
        NoPictureSeen: what it shows are no pictures.
    """
    me = interaction.client.user
    ours = me is not None and message.author.id in {me.id, interaction.application_id}
    seen = pictures_of(message)
    if ours:
        seen = without_sheet(seen)
    if not seen.pictures:
        if not seen.left_out:
            raise NothingSeen
        raise NoPictureSeen(
            names=tuple(remark.filename for remark in seen.left_out),
            kinds=tuple(remark.why for remark in seen.left_out),
        )
    if ours:
        return replace(seen, pictures=await interaction.client.desk.originals(seen.pictures))
    return seen


async def open_form(interaction: BotInteraction, form: Form) -> None:
    """Answer an interaction with a form; what it is about is kept meanwhile.

    Raises:
        CannotPostPictures: there is no way to post pictures there, so nobody need fill it in.
        ShuttingDown: nothing new is taken in.
        StorageUnavailable: nobody would know afterwards what it is about.
    """
    choose_venue(place_kind(interaction), rights(interaction))
    interaction.client.jobs.ensure_open()
    await interaction.client.desk.keep(form)
    with speaking(interaction.locale.value):
        modal = form_modal(form)
    await interaction.response.send_modal(modal)


async def open_anew(interaction: BotInteraction, form_id: str) -> None:
    """Answer an interaction with a form that was filled in before, as it was.

    Raises:
        FormForgotten: nobody knows it any more.
        FormOfAnother: somebody else has opened it.
        BotError: as `open_form`.
    """
    await open_form(interaction, await _known(interaction, form_id))


async def take_form(interaction: BotInteraction) -> None:
    """Take in what was filled in, or say why not, with everything that was typed.

    The way is the same for a form that this process has opened and for one from before a restart.
    """
    data: Any = interaction.data
    form_id = str(data["custom_id"]).removeprefix(PREFIX)
    form: Form | None = None
    try:
        with interaction.client.desk.sending(form_id):
            form = filled_in(await _known(interaction, form_id), data)
            await take_in(interaction, form.filled, form.taken)
            await interaction.client.desk.used(form)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person is told, and it is logged there
        if interaction.response.is_done() or isinstance(error, AlreadyTaken):
            await answer_error(interaction, error)
        else:
            await _refuse(interaction, error, form, form_id)


async def _known(interaction: BotInteraction, form_id: str) -> Form:
    form = await interaction.client.desk.load(form_id)
    if form is None:
        job_id = job_id_of(interaction)
        # Discord may tell two processes of what is sent, and the other may be done with it.
        raise AlreadyTaken(job_id=job_id) if await interaction.client.desk.is_taken(job_id) else FormForgotten()
    if form.user_id != interaction.user.id:
        raise FormOfAnother
    return form


async def _refuse(interaction: BotInteraction, error: Exception, form: Form | None, form_id: str) -> None:
    """Say privately why a form is not taken in; a modal cannot be opened from one that was sent."""
    data: Any = interaction.data
    again = None
    with speaking(interaction.locale.value):
        if form is not None:
            # Under another id, so that no client mixes up what was typed into the one before.
            form = interaction.client.desk.anew(form)
            again = again_view(form.id)
        elif isinstance(error, StorageUnavailable):
            again = again_view(form_id)
        typed = typed_embed(form.filled if form is not None else typed_in(data))
    if form is not None:
        try:
            await interaction.client.desk.keep(form)
        except StorageUnavailable as lost:
            _log.warning("what was filled in is only remembered", form=form.id, error=str(lost))
    await answer_error(interaction, error, embed=typed, view=again)
