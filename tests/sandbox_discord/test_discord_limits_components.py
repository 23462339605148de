"""The documented limits of components outside Components V2: buttons and select menus in rows."""

from typing import Any

from sandbox.discord import Channel
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, each
from tests.sandbox_discord.parts import button, buttons, menu, options, row, text

REFERENCE = f"{DOCS}components/reference#"
LEGACY = f"{REFERENCE}legacy-message-component-behavior"
ACTION_ROW = f"{REFERENCE}action-row"
BUTTON = f"{REFERENCE}button-button-structure"
SELECT = f"{REFERENCE}string-select-string-select-structure"
OPTION = f"{REFERENCE}string-select-select-option-structure"
CUSTOM_ID = f"{REFERENCE}anatomy-of-a-component-custom-id"

FIRST = "components.0.components.0"


def rows(*listed: Json) -> Json:
    return {"components": list(listed)}


def one(component: Json) -> Json:
    return rows(row(component))


def link(**fields: Any) -> Json:
    return {"type": 2, "style": 5, "label": "Web", "url": "https://example.com"} | fields


ROWS = [
    Row(
        "rows",
        rows(*(row(item) for item in buttons(5))),
        rows(*(row(item) for item in buttons(6))),
        {"components": "BASE_TYPE_MAX_LENGTH"},
        LEGACY,
    ),
    Row(
        "buttons in a row",
        rows(row(*buttons(5))),
        rows(row(*buttons(6))),
        {"components.0.components": "BASE_TYPE_BAD_LENGTH"},
        ACTION_ROW,
    ),
    Row(
        "a row's content",
        rows(row(button())),
        rows(row()),
        {"components.0.components": "BASE_TYPE_BAD_LENGTH"},
        ACTION_ROW,
    ),
    Row(
        "a menu alone in its row",
        rows(row(menu()), row(button())),
        rows(row(menu(), button())),
        {"components.0.components.1": "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
        ACTION_ROW,
    ),
    Row("rows only", one(button()), rows(button()), {"components.0": "UNION_TYPE_CHOICES"}, LEGACY),
    Row("no text without V2", one(button()), rows(text()), {"components.0": "UNION_TYPE_CHOICES"}, LEGACY),
    Row(
        "no text input in a message",
        one(button()),
        one({"type": 4, "custom_id": "a", "style": 1, "label": "x"}),
        {FIRST: "UNION_TYPE_CHOICES"},
        f"{REFERENCE}text-input",
    ),
    Row(
        "label of a button",
        one(button(label="x" * 80)),
        one(button(label="x" * 81)),
        {f"{FIRST}.label": "BASE_TYPE_MAX_LENGTH"},
        BUTTON,
    ),
    Row(
        "style of a button", one(button(style=4)), one(button(style=7)), {f"{FIRST}.style": "BASE_TYPE_CHOICES"}, BUTTON
    ),
    Row(
        "custom_id of a button",
        one(button(custom_id="x" * 100)),
        one(button(custom_id="x" * 101)),
        {f"{FIRST}.custom_id": "BASE_TYPE_BAD_LENGTH"},
        CUSTOM_ID,
    ),
    Row(
        "custom_id there",
        one(button()),
        one(button(custom_id="")),
        {f"{FIRST}.custom_id": "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"},
        BUTTON,
    ),
    Row(
        "custom_id once in a message",
        rows(row(button()), row(menu())),
        rows(row(button()), row(menu(custom_id="go"))),
        {"components.1.components.0.custom_id": "COMPONENT_CUSTOM_ID_DUPLICATED"},
        CUSTOM_ID,
    ),
    Row(
        "address of a link",
        one(link(url="https://example.com/".ljust(512, "x"))),
        one(link(url="https://example.com/".ljust(513, "x"))),
        {f"{FIRST}.url": "BASE_TYPE_MAX_LENGTH"},
        BUTTON,
    ),
    Row("address there", one(link()), one(link(url=None)), {f"{FIRST}.url": "BUTTON_COMPONENT_URL_REQUIRED"}, BUTTON),
    Row(
        "a link sends nothing",
        one(link()),
        one(link(custom_id="go")),
        {
            f"{FIRST}.custom_id": "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            f"{FIRST}.url": "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
        },
        BUTTON,
    ),
    Row(
        "custom_id of a menu",
        one(menu(custom_id="x" * 100)),
        one(menu(custom_id="x" * 101)),
        {f"{FIRST}.custom_id": "BASE_TYPE_BAD_LENGTH"},
        SELECT,
    ),
    Row(
        "placeholder",
        one(menu(placeholder="x" * 150)),
        one(menu(placeholder="x" * 151)),
        {f"{FIRST}.placeholder": "BASE_TYPE_MAX_LENGTH"},
        SELECT,
    ),
    Row("options", one(menu(25)), one(menu(26)), {f"{FIRST}.options": "BASE_TYPE_BAD_LENGTH"}, SELECT),
    Row("options there", one(menu(1)), one(menu(0)), {f"{FIRST}.options": "BASE_TYPE_BAD_LENGTH"}, SELECT),
    Row(
        "label of an option",
        one(menu(options=options(1, label="x" * 100))),
        one(menu(options=options(1, label="x" * 101))),
        {f"{FIRST}.options.0.label": "BASE_TYPE_BAD_LENGTH"},
        OPTION,
    ),
    Row(
        "value of an option",
        one(menu(options=options(1, value="x" * 100))),
        one(menu(options=options(1, value="x" * 101))),
        {f"{FIRST}.options.0.value": "BASE_TYPE_BAD_LENGTH"},
        OPTION,
    ),
    Row(
        "description of an option",
        one(menu(options=options(1, description="x" * 100))),
        one(menu(options=options(1, description="x" * 101))),
        {f"{FIRST}.options.0.description": "BASE_TYPE_MAX_LENGTH"},
        OPTION,
    ),
    Row(
        "value once",
        one(menu(2)),
        one(menu(options=options(2, value="same"))),
        {f"{FIRST}.options.1.value": "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
        OPTION,
    ),
    Row(
        "options chosen beforehand",
        one(menu(options=options(2, default=True), max_values=2)),
        one(menu(options=options(2, default=True), max_values=1)),
        {f"{FIRST}.options": "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES"},
        SELECT,
    ),
    Row(
        "max_values",
        one(menu(25, max_values=25)),
        one(menu(25, max_values=26)),
        {f"{FIRST}.max_values": "NUMBER_TYPE_MAX"},
        SELECT,
    ),
    Row(
        "max_values and options",
        one(menu(3, max_values=3)),
        one(menu(3, max_values=4)),
        {f"{FIRST}.options": "BASE_TYPE_MIN_LENGTH"},
        SELECT,
    ),
    Row(
        "smallest max_values",
        one(menu(max_values=1)),
        one(menu(max_values=0)),
        {f"{FIRST}.max_values": "NUMBER_TYPE_MIN"},
        f"{OPENAPI}/components/schemas/StringSelectComponentForMessageRequest",
    ),
    Row(
        "min_values",
        one(menu(min_values=0)),
        one(menu(min_values=-1)),
        {f"{FIRST}.min_values": "NUMBER_TYPE_MIN"},
        SELECT,
    ),
    Row(
        "min_values and options",
        one(menu(2, min_values=2, max_values=2)),
        one(menu(2, min_values=3, max_values=2)),
        {f"{FIRST}.min_values": "NUMBER_TYPE_MAX"},
        SELECT,
    ),
    Row(
        "a user select's default values",
        one({"type": 5, "custom_id": "a", "max_values": 25, "default_values": [{"id": "1", "type": "user"}] * 25}),
        one({"type": 5, "custom_id": "a", "max_values": 25, "default_values": [{"id": "1", "type": "user"}] * 26}),
        {f"{FIRST}.default_values": "BASE_TYPE_MAX_LENGTH"},
        f"{OPENAPI}/components/schemas/UserSelectComponentForMessageRequest",
    ),
]


@each(ROWS)
async def test_what_components_may_be(channel: Channel, rest: Rest, row: Row) -> None:
    route = f"/channels/{channel.id}/messages"
    status, answer = await rest("POST", route, row.at)
    assert status == 200, answer
    assert_invalid_form(*await rest("POST", route, row.beyond), row.errors)
    assert len(channel.messages) == 1
