"""The form within Discord's limits, whatever it is about, and what is read out of what comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forms import Form
from bot.domain.references import Remark, RemarkKind
from bot.domain.request import MAX_REFERENCES, RequestDraft
from bot.domain.sources import Picture
from bot.presentation.forms import filled_in, form_modal, typed_embed, typed_in
from sandbox.discord.validation.modals import check_modal

NAMES = st.text(min_size=1, max_size=200)
PICTURES = st.builds(Picture, st.just("https://pictures.example/1.png"), NAMES)
DRAFTS = st.builds(
    RequestDraft,
    st.text(max_size=2000),
    st.sampled_from(["5.0-lite", "4.5", "4.0"]),
    st.text(max_size=40),
    st.none() | st.integers(1, 15),
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    pictures = tuple(draw(st.lists(PICTURES, min_size=1, max_size=40)))
    room = max(0, MAX_REFERENCES - len(pictures))
    remarks = st.builds(
        Remark, st.just(RemarkKind.LEFT_OUT), NAMES, why=st.sampled_from(["sticker", "video", "audio", "file"])
    )
    return Form(
        id="f" * 16,
        user_id=5,
        pictures=pictures,
        left_out=tuple(draw(st.lists(remarks, max_size=5))),
        own=tuple(draw(st.lists(PICTURES, max_size=room))),
        filled=draw(DRAFTS),
    )


@given(forms())
async def test_discord_takes_every_form_and_at_most_fourteen_pictures_go_along(form: Form) -> None:
    check_modal(form_modal(form).to_dict())
    assert len(form.taken) + form.room == MAX_REFERENCES
    assert len(typed_embed(form.filled)) < 6000


def answer(*fields: dict[str, Any], resolved: dict[str, Any] | None = None) -> dict[str, Any]:
    labels = [{"type": 18, "id": place, "component": component} for place, component in enumerate(fields)]
    return {"custom_id": "edit:f", "components": labels, "resolved": resolved or {}}


def test_uploads_keep_the_order_they_were_chosen_in() -> None:
    attachments = {str(n): {"url": f"https://cdn.example/{n}", "filename": f"{n}.png"} for n in (1, 2, 3)}
    data = answer(
        {"type": 4, "custom_id": "prompt", "value": "clay"},
        {"type": 19, "custom_id": "own", "values": ["3", "1", "2"]},
        resolved={"attachments": attachments},
    )
    form = filled_in(Form("f", 5, (Picture("https://pictures.example/0", "0.png"),)), data)
    assert [picture.filename for picture in form.taken] == ["0.png", "3.png", "1.png", "2.png"]


@pytest.mark.parametrize(
    ("values", "taken"),
    [(["17", "2"], (2, 17)), (["0", "18", "x", "3"], (3,)), ([], tuple(range(1, 15)))],
)
def test_chosen_pictures_go_along_in_the_order_of_the_message(values: list[str], taken: tuple[int, ...]) -> None:
    pictures = tuple(Picture(f"https://pictures.example/{n}", f"{n}.png") for n in range(1, 18))
    form = filled_in(Form("f", 5, pictures), answer({"type": 3, "custom_id": "chosen", "values": values}))
    assert form.numbers == taken
    assert form.taken == tuple(pictures[number - 1] for number in taken)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), RequestDraft("", "5.0-lite", "2K", 1)),
        (({"type": 4, "custom_id": "size", "value": "  "},), RequestDraft("", "5.0-lite", "2K", 1)),
        (({"type": 3, "custom_id": "max_images", "values": ["0"]},), RequestDraft("", "5.0-lite", "2K", None)),
        (({"type": 3, "custom_id": "version", "values": ["4.5"]},), RequestDraft("", "4.5", "2K", 1)),
        # What stands in a row of the older kind is read the same.
        (({"type": 4, "custom_id": "prompt", "value": "clay"},), RequestDraft("clay", "5.0-lite", "2K", 1)),
    ],
)
def test_what_is_left_out_means_what_the_command_means_by_it(
    fields: tuple[dict[str, Any], ...], expected: RequestDraft
) -> None:
    assert typed_in(answer(*fields)) == expected
    rows = [{"type": 1, "components": [component]} for component in fields]
    assert typed_in({"custom_id": "edit:f", "components": rows}) == expected


def test_numbers_that_no_menu_has_are_read_as_none() -> None:
    data = {
        "components": [{"component": {"custom_id": name, "values": ["9" * 5000]}} for name in ("max_images", "chosen")]
    }
    assert typed_in(data).max_images == 1
