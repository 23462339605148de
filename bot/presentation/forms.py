"""The form for editing pictures: what it asks, and what comes back of it.

Discord's rules of modals: https://discord.com/developers/docs/components/using-modal-components.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.domain.forms import Form
from bot.domain.references import Remark
from bot.domain.request import MAX_PROMPT_LENGTH, MAX_REFERENCES, RequestDraft
from bot.domain.sizes import Version
from bot.domain.sources import Picture
from bot.presentation.choices import AUTO, image_count_choices, version_choices
from bot.presentation.i18n import _, ngettext
from bot.presentation.wording import listing, plain, shortened

PREFIX = "edit:"
"""How the `custom_id` of a form begins; its id follows."""

AGAIN = "again:"
"""How the `custom_id` of the button begins that opens a form anew."""

MAX_TITLE = 45
MAX_DESCRIPTION = 100
MAX_OPTION = 100
MAX_UPLOADS = 10
LONGEST_NUMBER = 9
_PROMPT, _VERSION, _SIZE, _COUNT, _OWN, _CHOSEN = "prompt", "version", "size", "max_images", "own", "chosen"


def form_modal(form: Form) -> discord.ui.Modal:
    """Return a form as a modal with what has been filled in so far.

    It is not kept by discord.py: what is sent back of it is read by `filled_in`, in whichever process.
    """
    count = len(form.pictures) + len(form.own)
    title = ngettext("Edit a picture", "Edit {count} pictures", count).format(count=count)
    modal = discord.ui.Modal(title=shortened(title, MAX_TITLE), custom_id=f"{PREFIX}{form.id}")
    filled = form.filled
    modal.add_item(
        _label(
            _("What should be made of it?"),
            _numbered(form),
            discord.ui.TextInput(
                custom_id=_PROMPT,
                style=discord.TextStyle.paragraph,
                default=filled.prompt or None,
                max_length=MAX_PROMPT_LENGTH,
            ),
        )
    )
    versions = [_option(name, value, value == filled.version) for name, value in version_choices()]
    modal.add_item(_label(_("Version"), None, discord.ui.Select(custom_id=_VERSION, options=versions)))
    modal.add_item(
        _label(
            _("Size"),
            _("2K, 3K or 4K, or exact pixels such as 2560x1440."),
            discord.ui.TextInput(custom_id=_SIZE, default=filled.size or None, required=False, max_length=40),
        )
    )
    wanted = AUTO if filled.max_images is None else filled.max_images
    counts = [_option(name, str(value), value == wanted) for name, value in image_count_choices()]
    modal.add_item(
        _label(
            _("How many pictures"),
            _("They are paid for one by one."),
            discord.ui.Select(custom_id=_COUNT, options=counts),
        )
    )
    modal.add_item(_last(form))
    # A modal that is over when it is sent is not kept in discord.py's store, where its `custom_id` alone would count.
    modal.stop()
    return modal


def again_view(form: Form | str) -> discord.ui.View:
    """Return a button that opens a form anew, by its id."""
    form_id = form if isinstance(form, str) else form.id
    return button_view(_("Try again"), f"{AGAIN}{form_id}")


def button_view(label: str, custom_id: str) -> discord.ui.View:
    """Return one button whose press is handled by its `custom_id` alone, so that discord.py need not keep the view."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(style=discord.ButtonStyle.secondary, label=label, custom_id=custom_id))
    view.stop()
    return view


def typed_embed(filled: RequestDraft) -> discord.Embed:
    """Return what a person has typed, word for word, so that nothing of it is lost."""
    embed = discord.Embed(
        title=_("What you filled in"), description=discord.utils.escape_markdown(filled.prompt)[:4096]
    )
    count = _("Auto") if filled.max_images is None else str(filled.max_images)
    for name, value in ((_("Version"), filled.version), (_("Size"), filled.size), (_("How many pictures"), count)):
        embed.add_field(name=name, value=shortened(plain(value), 200) or "–")
    return embed


def named(name: str, kind: str) -> str:
    """Return something that cannot be a reference, with what it is: "the sticker Wave"."""
    kinds = {"sticker": _("the sticker {name}"), "video": _("the video {name}"), "audio": _("the recording {name}")}
    return kinds.get(kind, _("the file {name}")).format(name=plain(shortened(name, 60)))


def filled_in(form: Form, data: Mapping[str, Any]) -> Form:
    """Return a form with what a person has filled in.

    Args:
        form: as it was opened.
        data: `data` of the interaction, see
            https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure.
    """
    fields = dict(_fields(data.get("components", ())))
    numbers = {int(value) for value in _values(fields, _CHOSEN) if _is_number(value)}
    chosen = tuple(sorted(number for number in numbers if 1 <= number <= len(form.offered)))
    return replace(
        form,
        chosen=chosen or form.chosen,
        # Those of an earlier try are there already.
        own=(*form.own, *_uploads(fields, data.get("resolved") or {}))[: MAX_REFERENCES - len(chosen or form.numbers)],
        filled=_draft(fields),
    )


def typed_in(data: Mapping[str, Any]) -> RequestDraft:
    """Return what a person has typed into a form of which nothing else is known."""
    return filled_in(Form("", 0), data).filled


def _last(form: Form) -> discord.ui.Item[Any]:
    """Return the fifth part: a choice among too many pictures, a field for one's own, or that there is no room."""
    most = MAX_REFERENCES - len(form.own)
    if form.choosing:
        shown = len(form.pictures)
        words = _("{shown} pictures are shown, {most} at most go along.").format(shown=shown, most=most)
        if shown > len(form.offered):
            words += " " + _("These are the first {count}.").format(count=len(form.offered))
        options = [
            _option(f"{number} · {picture.filename}", str(number), number in form.numbers)
            for number, picture in enumerate(form.offered, start=1)
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=_CHOSEN, options=options, min_values=1, max_values=most
        )
        return _label(_("Which pictures"), words, select)
    if not form.room:
        lines = [_("All {most} pictures go along; there is no room for more.").format(most=MAX_REFERENCES)]
        return discord.ui.TextDisplay("\n".join([*lines, *_left_out(form.left_out)]))
    room = min(MAX_UPLOADS, form.room)
    words = ngettext("One more goes along, as the last.", "Up to {room} more go along, after the others.", room)
    notes = [words.format(room=room), *_left_out(form.left_out)]
    if form.own:
        kept = ngettext("Your upload is kept.", "Your {count} uploads are kept.", len(form.own))
        notes.insert(0, kept.format(count=len(form.own)))
    upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
        custom_id=_OWN, required=False, min_values=0, max_values=room
    )
    return _label(_("More pictures, of your own"), " ".join(notes), upload)


def _left_out(remarks: Sequence[Remark]) -> list[str]:
    if not remarks:
        return []
    return [_("Left out: {what}.").format(what=listing([named(remark.filename, remark.why) for remark in remarks]))]


def _numbered(form: Form) -> str:
    """Return which number each picture has, as far as there is room for it."""
    if form.choosing:
        return _("Call the chosen pictures image 1, image 2 … in their order.")
    pictures = [
        _("image {number} ({name})").format(number=number, name=picture.filename)
        for number, picture in enumerate(form.taken, start=1)
    ]
    return _("Name them in the prompt: {pictures}").format(pictures=", ".join(pictures))


def _label(text: str, description: str | None, component: discord.ui.Item[Any]) -> discord.ui.Label[Any]:
    short = shortened(description, MAX_DESCRIPTION) if description else None
    return discord.ui.Label(text=text, description=short, component=component)


def _option(name: str, value: str, default: bool) -> discord.SelectOption:
    return discord.SelectOption(label=shortened(name, MAX_OPTION), value=value, default=default)


def _fields(components: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the fields of a modal by `custom_id`, whatever they stand in."""
    fields: list[tuple[str, Mapping[str, Any]]] = []
    for component in components:
        inside = [component["component"]] if "component" in component else component.get("components")
        fields += _fields(inside) if inside is not None else [(str(component.get("custom_id", "")), component)]
    return fields


def _values(fields: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    return [str(value) for value in fields.get(name, {}).get("values") or ()]


def _uploads(fields: Mapping[str, Mapping[str, Any]], resolved: Mapping[str, Any]) -> list[Picture]:
    """Return the uploaded pictures in the order they were chosen, which is not the one they are described in."""
    attachments = resolved.get("attachments") or {}
    found = [attachments[value] for value in _values(fields, _OWN) if value in attachments]
    return [Picture(str(item["url"]), str(item["filename"])) for item in found]


def _draft(fields: Mapping[str, Mapping[str, Any]]) -> RequestDraft:
    count = next(iter(_values(fields, _COUNT)), "1")
    return RequestDraft(
        prompt=str(fields.get(_PROMPT, {}).get("value") or ""),
        version=next(iter(_values(fields, _VERSION)), Version.V5_0_LITE.value),
        size=str(fields.get(_SIZE, {}).get("value") or "").strip() or RequestDraft(prompt="").size,
        max_images=_count(count),
    )


def _count(text: str) -> int | None:
    number = int(text) if _is_number(text) else 1
    return None if number == AUTO else number


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_NUMBER
