"""The documented limits of commands: one registration at each limit is taken, one beyond it is refused."""

from typing import Any

from sandbox.discord import DiscordSandbox
from tests.sandbox_discord.limits import DOCS, OPENAPI, Json, Rest, Row, assert_invalid_form, each

COMMAND = f"{DOCS}interactions/application-commands#application-command-object-application-command-structure"
NAMING = f"{DOCS}interactions/application-commands#application-command-object-application-command-naming"
OPTION = f"{DOCS}interactions/application-commands#application-command-object-application-command-option-structure"
CHOICE = (
    f"{DOCS}interactions/application-commands#application-command-object-application-command-option-choice-structure"
)
SIZE = f"{DOCS}interactions/application-commands#slash-commands"
NESTING = f"{DOCS}interactions/application-commands#subcommands-and-subcommand-groups"

BAD_NAME = "STRING_TYPE_REGEX,APPLICATION_COMMAND_INVALID_NAME"
TOO_LONG = "BASE_TYPE_BAD_LENGTH"


def command(**changes: Any) -> Json:
    return {"name": "draw", "description": "Draw."} | changes


def with_options(*options: Json) -> Json:
    return command(options=list(options))


def option(kind: int = 3, **changes: Any) -> Json:
    return {"type": kind, "name": "prompt", "description": "What."} | changes


def options(count: int, **changes: Any) -> list[Json]:
    return [option(**({"name": f"o{index}"} | changes)) for index in range(count)]


def choices(count: int) -> list[Json]:
    return [{"name": str(number), "value": str(number)} for number in range(count)]


def choice(**changes: Any) -> Json:
    return option(choices=[{"name": "x", "value": "x"} | changes])


def of_size(characters: int) -> Json:
    """Return a command whose names, descriptions and values have about 8000 characters, exactly so many in all."""
    full = [{"name": f"{number:03}" + "x" * 97, "value": "y" * 100} for number in range(25)]
    made = [
        option(name="aaa", description="d", choices=full),
        option(name="bbb", description="d", choices=full[:14]),
        option(name="ccc", description="d" * 100),
    ]
    left = characters - sum(_lengths(with_options(*made)))
    return with_options(*made, option(name="ddd", description="d" * (left - 3)))


def _lengths(node: object) -> list[int]:
    if isinstance(node, list):
        return [length for item in node for length in _lengths(item)]
    if isinstance(node, dict):
        return [length for item in node.values() for length in _lengths(item)]
    return [len(node)] if isinstance(node, str) else []


ROWS = [
    Row("name", command(name="x" * 32), command(name="x" * 33), {"0.name": TOO_LONG}, COMMAND),
    Row("name, unicode", command(name="ö" * 32), command(name="ö" * 33), {"0.name": TOO_LONG}, COMMAND),
    Row("name there", command(name="x"), command(name=""), {"0.name": "BASE_TYPE_REQUIRED"}, COMMAND),
    Row("no blank in a name", command(name="größe-1_2'"), command(name="gr öße"), {"0.name": BAD_NAME}, NAMING),
    Row("no sign in a name", command(name="絵を描く"), command(name="draw!"), {"0.name": BAD_NAME}, NAMING),
    Row("vowel signs in a name", command(name="चित्र"), command(name="cafe\u0301"), {"0.name": BAD_NAME}, NAMING),
    Row("Thai vowel signs", command(name="วาดรูป"), command(name="วาด รูป"), {"0.name": BAD_NAME}, NAMING),
    Row(
        "lower case",
        command(name="über"),
        command(name="Über"),
        {"0.name": "APPLICATION_COMMAND_INVALID_NAME"},
        NAMING,
    ),
    Row(
        "description",
        command(description="x" * 100),
        command(description="x" * 101),
        {"0.description": TOO_LONG},
        COMMAND,
    ),
    Row("description there", command(), {"name": "draw"}, {"0.description": "BASE_TYPE_REQUIRED"}, COMMAND),
    Row(
        "translated name",
        command(name_localizations={"de": "m" * 32}),
        command(name_localizations={"de": "m" * 33}),
        {"0.name_localizations.de": TOO_LONG},
        COMMAND,
    ),
    Row(
        "locale",
        command(name_localizations={"pt-BR": "desenhar"}),
        command(name_localizations={"pt": "desenhar"}),
        {"0.name_localizations.pt": "ENUM_TYPE_COERCE"},
        f"{DOCS}reference#locales",
    ),
    Row(
        "contexts",
        command(contexts=[0, 1, 2]),
        command(contexts=[0, 1, 2, 2]),
        {"0.contexts.3": "SET_TYPE_ALREADY_CONTAINS_VALUE"},
        f"{OPENAPI}/components/schemas/ApplicationCommandCreateRequest",
    ),
    Row(
        "integration types",
        command(integration_types=[0, 1]),
        command(integration_types=[0, 2]),
        {"0.integration_types.1": "BASE_TYPE_CHOICES"},
        COMMAND,
    ),
    Row(
        "options",
        command(options=options(25)),
        command(options=options(26)),
        {"0.options": "BASE_TYPE_MAX_LENGTH"},
        COMMAND,
    ),
    Row(
        "option name",
        with_options(option(name="x" * 32)),
        with_options(option(name="x" * 33)),
        {"0.options.0.name": TOO_LONG},
        OPTION,
    ),
    Row(
        "distinct option names",
        command(options=options(2)),
        with_options(option(), option()),
        {"0.options.1.name": "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"},
        OPTION,
    ),
    Row(
        "option description",
        with_options(option(description="x" * 100)),
        with_options(option(description="x" * 101)),
        {"0.options.0.description": TOO_LONG},
        OPTION,
    ),
    Row(
        "required options first",
        with_options(option(required=True), option(name="b")),
        with_options(option(), option(name="b", required=True)),
        {"0.options.1": "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
        OPTION,
    ),
    Row(
        "option type",
        with_options(option(11)),
        with_options(option(12)),
        {"0.options.0": "UNION_TYPE_CHOICES"},
        f"{DOCS}interactions/application-commands#application-command-object-application-command-option-type",
    ),
    Row(
        "longest max_length",
        with_options(option(max_length=6000)),
        with_options(option(max_length=6001)),
        {"0.options.0.max_length": "NUMBER_TYPE_MAX"},
        OPTION,
    ),
    Row(
        "shortest max_length",
        with_options(option(max_length=1)),
        with_options(option(max_length=0)),
        {"0.options.0.max_length": "NUMBER_TYPE_MIN"},
        OPTION,
    ),
    Row(
        "shortest min_length",
        with_options(option(min_length=0)),
        with_options(option(min_length=-1)),
        {"0.options.0.min_length": "NUMBER_TYPE_MIN"},
        OPTION,
    ),
    Row(
        "longest min_length",
        with_options(option(min_length=6000)),
        with_options(option(min_length=6001)),
        {"0.options.0.min_length": "NUMBER_TYPE_MAX"},
        OPTION,
    ),
    Row(
        "whole numbers",
        with_options(option(4, max_value=2**53 - 1)),
        with_options(option(4, max_value=2**53)),
        {"0.options.0.max_value": "NUMBER_TYPE_MAX"},
        f"{DOCS}interactions/application-commands#application-command-object-application-command-option-type",
    ),
    Row(
        "bounds for numbers only",
        with_options(option(10, min_value=0.5)),
        with_options(option(11, min_value=0.5)),
        {"0.options.0.type": "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
        OPTION,
    ),
    Row(
        "choices",
        with_options(option(choices=choices(25))),
        with_options(option(choices=choices(26))),
        {"0.options.0.choices": "BASE_TYPE_MAX_LENGTH"},
        OPTION,
    ),
    Row(
        "choice name",
        with_options(choice(name="x" * 100)),
        with_options(choice(name="x" * 101)),
        {"0.options.0.choices.0.name": TOO_LONG},
        CHOICE,
    ),
    Row(
        "choice value",
        with_options(choice(value="x" * 100)),
        with_options(choice(value="x" * 101)),
        {"0.options.0.choices.0.value": "BASE_TYPE_MAX_LENGTH"},
        CHOICE,
    ),
    Row(
        "choices or autocomplete",
        with_options(option(autocomplete=True)),
        with_options(option(autocomplete=True, choices=choices(1))),
        {"0.options.0.autocomplete": "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE"},
        OPTION,
    ),
    Row(
        "sub-commands and other options",
        with_options(option(1, options=[option()])),
        with_options(option(1, name="sub"), option()),
        {"0.options": "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
        NESTING,
    ),
    Row(
        "nested sub-commands",
        with_options(option(2, options=[option(1, options=[option()])])),
        with_options(option(1, options=[option(1)])),
        {"0.options.0.options.0": "UNION_TYPE_CHOICES"},
        NESTING,
    ),
    Row("all characters", of_size(8000), of_size(8001), {"0": "APPLICATION_COMMAND_TOO_LARGE"}, SIZE),
    Row(
        "context menu name",
        {"name": "Use as Reference" + "!" * 16, "type": 3},
        {"name": "Use as Reference" + "!" * 17, "type": 3},
        {"0.name": TOO_LONG},
        NAMING,
    ),
    Row(
        "context menu without description",
        {"name": "Use", "type": 2, "description": ""},
        {"name": "Use", "type": 2, "description": "x"},
        {"0.description": "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"},
        COMMAND,
    ),
]


@each(ROWS)
async def test_what_a_command_may_be(sandbox: DiscordSandbox, rest: Rest, row: Row) -> None:
    route = f"/applications/{sandbox.application_id}/commands"
    status, answer = await rest("PUT", route, [row.at])
    assert status == 200, answer
    assert sandbox.commands.names() == [row.at["name"]]
    assert_invalid_form(*await rest("PUT", route, [row.beyond]), row.errors)
    assert sandbox.commands.names() == [row.at["name"]]
