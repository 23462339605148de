"""The first answer to an interaction: that it takes a while, or what is wrong, in words."""

import secrets
from collections.abc import Awaitable
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.errors import AlreadyTaken, BotError, Cost, UnknownError
from bot.presentation.errors import explain
from bot.presentation.i18n import speaking

AnyInteraction = discord.Interaction[Any]

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_WEBHOOK = 10015
NOT_TAKEN = 503
CANNOT_SAY = frozenset({10062, 10015, 50027})
"""Discord's codes for an interaction whose token has ended."""

_log = structlog.get_logger(__name__)


class ErrorAnsweringTree(app_commands.CommandTree[Any]):
    """A command tree that turns every error into words for the person who used the command."""

    async def on_error(self, interaction: AnyInteraction, error: app_commands.AppCommandError, /) -> None:
        """Answer an error; the unforeseen gets a reference that also stands in the log."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await answer_error(interaction, cause)


async def acknowledge(interaction: AnyInteraction) -> int:
    """Tell Discord that the answer takes a while, and return the id of the message that will be it.

    Where the answer to that is lost on its way, Discord may have taken it all the same, and is asked. What it did not
    take is tried a second time.

    Raises:
        discord.HTTPException: it was not taken.
    """
    try:
        return await _deferred(interaction)
    except discord.HTTPException as error:
        if error.status != NOT_TAKEN and error.code != UNKNOWN_WEBHOOK:
            raise
    return await _deferred(interaction)


async def _deferred(interaction: AnyInteraction) -> int:
    try:
        callback = await interaction.response.defer(thinking=True)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
    except (aiohttp.ClientError, OSError, ValueError, TypeError, LookupError) as error:
        # The latter three come of an answer of another shape than discord.py reckons with.
        _log.warning("the acknowledgement's answer was lost", error=str(error) or type(error).__name__)
    else:
        if callback is not None and callback.message_id is not None:
            return callback.message_id
    return (await interaction.original_response()).id


async def answering(interaction: AnyInteraction, work: Awaitable[None]) -> None:
    """Do what a component asks for, and answer its errors as a command's; discord.py only logs them."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - whatever it is, the person is told, and it is logged there
        await answer_error(interaction, error)


async def answer_error(
    interaction: AnyInteraction,
    cause: Exception,
    *,
    embed: discord.Embed | None = None,
    view: discord.ui.View | None = None,
) -> None:
    """Say what went wrong in the place of asking: privately, unless a public answer has been begun.

    Args:
        interaction: answered or not.
        cause: what went wrong.
        embed: goes along with a private answer.
        view: the same.
    """
    if isinstance(cause, AlreadyTaken):
        _log.warning("another process took this command in; was one cluster.id given to two?", job=cause.job_id)
        return
    if isinstance(cause, BotError):
        told = cause
        _log.info("refused", error=str(cause), user=interaction.user.id, guild=interaction.guild_id)
    else:
        told = UnknownError(reference=secrets.token_hex(4), summary=type(cause).__name__)
        _log.error("unforeseen error in a command", reference=told.reference, exc_info=cause)
    with speaking(interaction.locale.value):
        # Whatever a command itself stumbles over, it has not come to spending yet.
        words = explain(told, Cost.NOTHING)
    try:
        if interaction.response.type is discord.InteractionResponseType.deferred_message_update:
            # The message with the component is no answer of this one's, and may not take words.
            await interaction.followup.send(words, ephemeral=True)
        elif interaction.response.is_done():
            await interaction.edit_original_response(content=words)
        else:
            try:
                await interaction.response.send_message(
                    words, ephemeral=True, embed=embed or discord.utils.MISSING, view=view or discord.utils.MISSING
                )
            except discord.HTTPException as error:
                if error.code != ALREADY_ACKNOWLEDGED:
                    raise
                await interaction.edit_original_response(content=words)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as silence:
        too_late = getattr(silence, "code", None) in CANNOT_SAY
        _log.warning("the person could not be told", error=str(told), silence=str(silence), too_late=too_late)
