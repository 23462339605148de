"""A tray as its owner sees it: numbered pictures, and what can be done with them."""

import hashlib
from collections.abc import Sequence
from typing import Any

import discord

from bot.domain.references import Remark
from bot.domain.request import MAX_REFERENCES
from bot.domain.sources import Picture, picture_key
from bot.domain.trays import Collected
from bot.presentation.forms import MAX_OPTION, named
from bot.presentation.i18n import _, ngettext
from bot.presentation.panel import Tone
from bot.presentation.wording import listing, plain, shortened

IN_GALLERY = 10
"""Source: https://discord.com/developers/docs/components/reference#media-gallery"""

MAX_NAME = 80
PREFIX = "tray:"
TAKE_OUT, GENERATE, EMPTY = "out", "go", "empty"


def control_id(verb: str, user_id: int, channel_id: int) -> str:
    """Return the `custom_id` of one of a tray's controls."""
    return f"{PREFIX}{verb}:{user_id}:{channel_id}"


def mark_of(picture: Picture) -> str:
    """Return what a picture is called in the menu; its link is too long for that."""
    return hashlib.sha256(picture_key(picture.url).encode()).hexdigest()[:32]


def tray_view(
    user_id: int,
    channel_id: int,
    pictures: Sequence[Picture],
    *,
    collected: Collected | None = None,
    left_out: Sequence[Remark] = (),
) -> discord.ui.LayoutView:
    """Return a tray with its controls, and what the last addition has brought; to be sent once, not kept."""
    view = discord.ui.LayoutView(timeout=None)
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=int(Tone.WORKING))
    container.add_item(discord.ui.TextDisplay("\n".join(_words(pictures, collected, left_out))))
    for start in range(0, len(pictures), IN_GALLERY):
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery()
        for number, picture in enumerate(pictures[start : start + IN_GALLERY], start=start + 1):
            # Discord's own copy is shown sooner, and for longer.
            gallery.add_item(media=picture.fallback_url or picture.url, description=_name(number, picture))
        container.add_item(gallery)
    view.add_item(container)
    if pictures:
        _add_controls(view, user_id, channel_id, pictures)
    view.stop()
    return view


def _add_controls(view: discord.ui.LayoutView, user_id: int, channel_id: int, pictures: Sequence[Picture]) -> None:
    options = [
        discord.SelectOption(label=shortened(_name(number, picture), MAX_OPTION), value=mark_of(picture))
        for number, picture in enumerate(pictures, start=1)
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=control_id(TAKE_OUT, user_id, channel_id),
        placeholder=_("Take pictures out …"),
        options=options,
        max_values=len(options),
    )
    generate: discord.ui.Button[Any] = discord.ui.Button(
        label=_("Generate"), style=discord.ButtonStyle.primary, custom_id=control_id(GENERATE, user_id, channel_id)
    )
    empty: discord.ui.Button[Any] = discord.ui.Button(
        label=_("Empty the tray"), custom_id=control_id(EMPTY, user_id, channel_id)
    )
    view.add_item(discord.ui.ActionRow(select))
    view.add_item(discord.ui.ActionRow(generate, empty))


def _words(pictures: Sequence[Picture], collected: Collected | None, left_out: Sequence[Remark]) -> list[str]:
    if not pictures:
        return [_("Your tray in this channel is empty.")]
    count = len(pictures)
    headline = ngettext("One picture in your tray here", "{count} pictures in your tray here", count)
    lines = [f"**{headline.format(count=count)}**"]
    lines += [plain(_name(number, picture)) for number, picture in enumerate(pictures, start=1)]
    if collected is not None:
        lines += [f"-# {note}" for note in _notes(collected, left_out)]
    lines.append("-# " + _("It is kept for an hour after the last picture. `/seedream use_tray:True` takes it too."))
    return lines


def _notes(collected: Collected, left_out: Sequence[Remark]) -> list[str]:
    notes = []
    if collected.known:
        words = ngettext("One picture was in it already.", "{count} pictures were in it already.", collected.known)
        notes.append(words.format(count=collected.known))
    if collected.turned_away:
        words = ngettext(
            "One picture was not added: a request takes {most}.",
            "{count} pictures were not added: a request takes {most}.",
            collected.turned_away,
        )
        notes.append(words.format(count=collected.turned_away, most=MAX_REFERENCES))
    if left_out:
        what = listing([named(remark.filename, remark.why) for remark in left_out])
        notes.append(_("Left out: {what}.").format(what=what))
    return notes


def _name(number: int, picture: Picture) -> str:
    return f"{number} · {shortened(picture.filename, MAX_NAME)}"
