"""The documented limits of modals: one at each limit pops up, one beyond it is refused."""

from typing import Any

import pytest

from sandbox.discord import Channel, Interaction
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, each
from tests.sandbox_discord.parts import button, file_upload, label, menu, modal, options, row, text, text_input

MODAL = f"{DOCS}interactions/receiving-and-responding#interaction-response-object-modal"
REFERENCE = f"{DOCS}components/reference#"
LABEL = f"{REFERENCE}label-label-structure"
INPUT = f"{REFERENCE}text-input-text-input-structure"
UPLOAD = f"{REFERENCE}file-upload-file-upload-structure"
RADIO = f"{REFERENCE}radio-group-structure"
RADIO_OPTION = f"{REFERENCE}radio-group-option-structure"
CHECKBOXES = f"{REFERENCE}checkbox-group-structure"
SELECT = f"{REFERENCE}string-select-string-select-structure"

INNER = "data.components.0.component"


def labelled(component: Json) -> Json:
    return modal(label(component))


def typed(**fields: Any) -> Json:
    return labelled(text_input(**fields))


def upload(**fields: Any) -> Json:
    return labelled(file_upload(**fields))


def radio(count: int, **changes: Any) -> Json:
    return labelled({"type": 21, "custom_id": "one", "options": options(count, **changes)})


def checkboxes(count: int, **fields: Any) -> Json:
    return labelled({"type": 22, "custom_id": "some", "options": options(count)} | fields)


def fields(count: int) -> list[Json]:
    return [label(text_input(f"t{index}")) for index in range(count)]


ROWS = [
    Row("title", modal(title="x" * 45), modal(title="x" * 46), {"data.title": "BASE_TYPE_BAD_LENGTH"}, MODAL),
    Row("title there", modal(title="x"), modal(title=""), {"data.title": "BASE_TYPE_REQUIRED"}, MODAL),
    Row(
        "custom_id",
        modal(custom_id="x" * 100),
        modal(custom_id="x" * 101),
        {"data.custom_id": "BASE_TYPE_BAD_LENGTH"},
        MODAL,
    ),
    Row("fields", modal(*fields(5)), modal(*fields(6)), {"data.components": "BASE_TYPE_BAD_LENGTH"}, MODAL),
    Row("a field at least", modal(), modal(components=[]), {"data.components": "BASE_TYPE_BAD_LENGTH"}, MODAL),
    Row(
        "what stands in a modal",
        modal(text(), *fields(1)),
        modal(menu(), *fields(1)),
        {"data.components.0": "UNION_TYPE_CHOICES"},
        f"{REFERENCE}component-object-component-types",
    ),
    Row(
        "label",
        modal(label(text_input(), label="x" * 45)),
        modal(label(text_input(), label="x" * 46)),
        {"data.components.0.label": "BASE_TYPE_BAD_LENGTH"},
        LABEL,
    ),
    Row(
        "description",
        modal(label(text_input(), description="x" * 100)),
        modal(label(text_input(), description="x" * 101)),
        {"data.components.0.description": "BASE_TYPE_BAD_LENGTH"},
        LABEL,
    ),
    Row(
        "what a label holds",
        labelled(menu()),
        labelled(button()),
        {INNER: "UNION_TYPE_CHOICES"},
        f"{REFERENCE}label-label-child-components",
    ),
    Row(
        "text input in a row, as of old",
        modal(row(text_input(label="x" * 45))),
        modal(row(text_input(label="x" * 46))),
        {"data.components.0.components.0.label": "BASE_TYPE_BAD_LENGTH"},
        f"{OPENAPI}/components/schemas/TextInputComponentForModalRequest",
    ),
    Row(
        "custom_id of a field",
        labelled(text_input("x" * 100)),
        labelled(text_input("x" * 101)),
        {f"{INNER}.custom_id": "BASE_TYPE_BAD_LENGTH"},
        INPUT,
    ),
    Row(
        "custom_id once",
        modal(label(text_input("a")), label(text_input("b"))),
        modal(label(text_input("a")), label(text_input("a"))),
        {"data.components.1.component.custom_id": "COMPONENT_CUSTOM_ID_DUPLICATED"},
        f"{REFERENCE}anatomy-of-a-component-custom-id",
    ),
    Row("text", typed(value="x" * 4000), typed(value="x" * 4001), {f"{INNER}.value": "BASE_TYPE_MAX_LENGTH"}, INPUT),
    Row(
        "max_length", typed(max_length=4000), typed(max_length=4001), {f"{INNER}.max_length": "NUMBER_TYPE_MAX"}, INPUT
    ),
    Row(
        "max_length, least", typed(max_length=1), typed(max_length=0), {f"{INNER}.max_length": "NUMBER_TYPE_MIN"}, INPUT
    ),
    Row(
        "min_length", typed(min_length=4000), typed(min_length=4001), {f"{INNER}.min_length": "NUMBER_TYPE_MAX"}, INPUT
    ),
    Row(
        "min_length, least",
        typed(min_length=0),
        typed(min_length=-1),
        {f"{INNER}.min_length": "NUMBER_TYPE_MIN"},
        INPUT,
    ),
    Row(
        "placeholder",
        typed(placeholder="x" * 100),
        typed(placeholder="x" * 101),
        {f"{INNER}.placeholder": "BASE_TYPE_MAX_LENGTH"},
        INPUT,
    ),
    Row("style", typed(style=2), typed(style=3), {f"{INNER}.style": "BASE_TYPE_CHOICES"}, INPUT),
    Row("files", upload(max_values=10), upload(max_values=11), {f"{INNER}.max_values": "NUMBER_TYPE_MAX"}, UPLOAD),
    Row(
        "files, one at most at least",
        upload(max_values=1),
        upload(max_values=0),
        {f"{INNER}.max_values": "NUMBER_TYPE_MIN"},
        f"{OPENAPI}/components/schemas/FileUploadComponentForModalRequest",
    ),
    Row(
        "files that must be",
        upload(min_values=10, max_values=10),
        upload(min_values=11, max_values=10),
        {f"{INNER}.min_values": "NUMBER_TYPE_MAX"},
        UPLOAD,
    ),
    Row(
        "no file, where none is required",
        upload(min_values=0, required=False),
        upload(min_values=-1, required=False),
        {f"{INNER}.min_values": "NUMBER_TYPE_MIN"},
        UPLOAD,
    ),
    Row(
        "a file, where one is required",
        upload(min_values=1),
        upload(min_values=0),
        {f"{INNER}.min_values": "NUMBER_TYPE_MIN"},
        UPLOAD,
    ),
    Row("radio options", radio(10), radio(11), {f"{INNER}.options": "BASE_TYPE_BAD_LENGTH"}, RADIO),
    Row("two radio options", radio(2), radio(1), {f"{INNER}.options": "BASE_TYPE_BAD_LENGTH"}, RADIO),
    Row(
        "radio label",
        radio(2, label="x" * 100),
        radio(2, label="x" * 101),
        {f"{INNER}.options.{n}.label": "BASE_TYPE_BAD_LENGTH" for n in (0, 1)},
        RADIO_OPTION,
    ),
    Row(
        "radio description",
        radio(2, description="x" * 100),
        radio(2, description="x" * 101),
        {f"{INNER}.options.{n}.description": "BASE_TYPE_MAX_LENGTH" for n in (0, 1)},
        RADIO_OPTION,
    ),
    Row("checkboxes", checkboxes(10), checkboxes(11), {f"{INNER}.options": "BASE_TYPE_BAD_LENGTH"}, CHECKBOXES),
    Row("a checkbox at least", checkboxes(1), checkboxes(0), {f"{INNER}.options": "BASE_TYPE_BAD_LENGTH"}, CHECKBOXES),
    Row(
        "ticks",
        checkboxes(10, max_values=10),
        checkboxes(10, max_values=11),
        {f"{INNER}.max_values": "NUMBER_TYPE_MAX"},
        CHECKBOXES,
    ),
    Row(
        "no tick, where none is required",
        checkboxes(1, min_values=0, required=False),
        checkboxes(1, min_values=0),
        {f"{INNER}.min_values": "NUMBER_TYPE_MIN"},
        CHECKBOXES,
    ),
    Row(
        "menu in a modal", labelled(menu(25)), labelled(menu(26)), {f"{INNER}.options": "BASE_TYPE_BAD_LENGTH"}, SELECT
    ),
    Row(
        "no choice, where none is required",
        labelled(menu(min_values=0, required=False)),
        labelled(menu(min_values=0)),
        {f"{INNER}.min_values": "NUMBER_TYPE_MIN"},
        SELECT,
    ),
    Row(
        "nothing disabled",
        labelled(menu(disabled=False)),
        labelled(menu(disabled=True)),
        {f"{INNER}.disabled": "BASE_TYPE_CHOICES"},
        SELECT,
    ),
    Row(
        "placeholder of a menu",
        labelled({"type": 5, "custom_id": "who", "placeholder": "x" * 150}),
        labelled({"type": 5, "custom_id": "who", "placeholder": "x" * 151}),
        {f"{INNER}.placeholder": "BASE_TYPE_MAX_LENGTH"},
        f"{REFERENCE}user-select-user-select-structure",
    ),
]


@each(ROWS)
async def test_what_a_modal_may_be(interaction: Interaction, rest: Rest, row: Row) -> None:
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert_invalid_form(*await rest("POST", callback, {"type": 9, "data": row.beyond}), row.errors)
    assert interaction.modal is None
    status, answer = await rest("POST", callback, {"type": 9, "data": row.at})
    assert status == 204, answer
    assert interaction.modal == row.at


@pytest.mark.parametrize("kind", [19, 21, 22, 23])
async def test_fields_of_modals_do_not_stand_in_messages(channel: Channel, rest: Rest, kind: int) -> None:
    # https://discord.com/developers/docs/components/reference#component-object-component-types
    body = {"components": [row({"type": kind, "custom_id": "x", "options": options(2)})]}
    answer = await rest("POST", f"/channels/{channel.id}/messages", body)
    assert_invalid_form(*answer, {"components.0.components.0": "UNION_TYPE_CHOICES"})
