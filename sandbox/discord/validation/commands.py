"""Commands to be registered: https://discord.com/developers/docs/interactions/application-commands."""

import re
from collections import Counter

from sandbox.discord.command_registry import CommandType, OptionType
from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.validation.form import Form, Path

MOST_OPTIONS = 25
MOST_CHOICES = 25
MOST_CHARACTERS = 8000
"""Names, descriptions and choice values of a whole command, in its longest localization."""
MOST_COMMANDS = {CommandType.CHAT_INPUT: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}

# `\w` is `\p{L}\p{N}` and the low line; the vowel signs of the two scripts that Discord adds are no letters.
_DEVANAGARI = "\u0900-\u0950\u0955-\u0963\u0966-\u097f\ua8e0-\ua8ff"
_THAI = "\u0e01-\u0e3a\u0e40-\u0e5b"
_NAME = re.compile(rf"[-_'\w{_DEVANAGARI}{_THAI}]{{1,32}}")
"""Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
"""
_LOCALES = re.compile(
    "ar|bg|cs|da|de|el|en-GB|en-US|es-419|es-ES|fi|fr|he|hi|hr|hu|id|it|ja|ko|lt|nl|no|pl|pt-BR|ro|ru|sv-SE|th|tr|uk|vi"
    "|zh-CN|zh-TW"
)
"""Source: https://discord.com/developers/docs/reference#locales."""
_LARGEST_NUMBER = 2**53 - 1
"""Of whole numbers, which clients keep as JavaScript does."""
_NESTING = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_ANY = tuple(OptionType)
_IN_SUB_COMMAND = tuple(kind for kind in OptionType if kind not in _NESTING)
_COMPLETABLE = (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER)
_NUMERIC = (OptionType.INTEGER, OptionType.NUMBER)


def check_command(form: Form, path: Path, data: Json, *, in_guild: bool) -> None:
    """Check one command, collecting what is wrong.

    Args:
        form: where refusals are collected.
        path: where the command stands in the request.
        data: the command.
        in_guild: whether it is registered for one guild, where contexts and integration types do not belong.
    """
    kind = data.get("type") or CommandType.CHAT_INPUT
    form.choice((*path, "type"), kind, tuple(int(item) for item in CommandType))
    if kind == CommandType.CHAT_INPUT:
        _check_name(form, (*path, "name"), data.get("name"))
        _check_description(form, path, data)
        _check_options(form, (*path, "options"), data.get("options"), _ANY)
        if _characters(data) > MOST_CHARACTERS:
            message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
            form.refuse(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        form.text((*path, "name"), data.get("name"), shortest=1, longest=32, required=True)
        if data.get("description"):
            message = "Context menu commands cannot have description"
            form.refuse((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
        if data.get("options"):
            message = "Context menu commands cannot have options"
            form.refuse((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)
    _check_localizations(form, path, data, slash=kind == CommandType.CHAT_INPUT)
    for name, values in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        if in_guild and data.get(name) and name == "contexts":
            message = "Contexts may only be set on global commands"
            form.refuse((*path, name), "APPLICATION_COMMAND_CONTEXTS_NOT_GLOBAL", message)
        listed = data.get(name)
        for index, item in enumerate(form.items((*path, name), listed, fewest=1 if listed is not None else 0)):
            form.choice((*path, name, index), item, values)
        form.distinct((*path, name), listed if isinstance(listed, list) else [])


def check_limits(commands: list[Json]) -> None:
    """Check what only several commands together can break.

    Raises:
        ApiError: 30032 for too many; 50035 for two of the same name and type.
    """
    kinds = Counter(CommandType(command.get("type") or CommandType.CHAT_INPUT) for command in commands)
    if any(count > MOST_COMMANDS[kind] for kind, count in kinds.items()):
        raise ApiError(Code.TOO_MANY_COMMANDS)
    form = Form()
    seen: set[tuple[object, object]] = set()
    for index, command in enumerate(commands):
        key = (command.get("type") or CommandType.CHAT_INPUT, command.get("name"))
        if key in seen:
            message = "Application command names must be unique"
            form.refuse((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    form.finish()


def _check_name(form: Form, path: Path, name: object) -> None:
    text = form.text(path, name, shortest=1, longest=32, required=True)
    if not text or len(text) > 32:
        return
    matches = _NAME.fullmatch(text) is not None
    if not matches:
        form.refuse(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
    if not matches or text != text.lower():
        form.refuse(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_description(form: Form, path: Path, data: Json) -> None:
    form.text((*path, "description"), data.get("description"), shortest=1, longest=100, required=True)


def _check_localizations(form: Form, path: Path, data: Json, *, slash: bool) -> None:
    for key, longest in (("name_localizations", 32), ("description_localizations", 100)):
        given = data.get(key)
        for locale, text in (given if isinstance(given, dict) else {}).items():
            if not _LOCALES.fullmatch(str(locale)):
                message = f'Value "{locale}" is not a valid enum value.'
                form.refuse((*path, key, str(locale)), "ENUM_TYPE_COERCE", message)
            form.text((*path, key, str(locale)), text, shortest=1, longest=longest)
            if slash and key == "name_localizations" and isinstance(text, str) and len(text) <= longest:
                _check_name(form, (*path, key, str(locale)), text)


def _check_options(form: Form, path: Path, value: object, allowed: tuple[OptionType, ...]) -> None:
    names: set[object] = set()
    optional_seen = False
    options = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if len({item.get("type") in _NESTING for item in options}) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.refuse(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for index, item in enumerate(form.items(path, value, most=MOST_OPTIONS)):
        where = (*path, index)
        option = form.mapping(where, item)
        if option is None:
            continue
        kind = form.union(where, option.get("type"), allowed)
        if kind is None:
            continue
        _check_name(form, (*where, "name"), option.get("name"))
        _check_description(form, where, option)
        _check_localizations(form, where, option, slash=True)
        if option.get("name") in names:
            message = "Option name must be unique"
            form.refuse((*where, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(option.get("name"))
        if kind in _NESTING:
            inside = _IN_SUB_COMMAND if kind == OptionType.SUB_COMMAND else (OptionType.SUB_COMMAND,)
            _check_options(form, (*where, "options"), option.get("options"), inside)
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            form.refuse(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        _check_value_rules(form, where, option)


def _check_value_rules(form: Form, path: Path, option: Json) -> None:
    kind = option.get("type")
    choices = form.items((*path, "choices"), option.get("choices"), most=MOST_CHOICES)
    if choices and option.get("autocomplete"):
        message = "Autocomplete options cannot have choices"
        form.refuse((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    if (choices or option.get("autocomplete")) and kind not in _COMPLETABLE:
        message = "Options of this type can have neither choices nor autocomplete"
        form.refuse((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for index, item in enumerate(choices):
        where = (*path, "choices", index)
        choice = form.mapping(where, item)
        if choice is None:
            continue
        form.text((*where, "name"), choice.get("name"), shortest=1, longest=100, required=True)
        if kind == OptionType.STRING:
            form.text((*where, "value"), choice.get("value"), longest=100, required=True)
        else:
            _check_number(form, (*where, "value"), choice.get("value"), kind, required=True)
    form.number((*path, "min_length"), option.get("min_length"), least=0, most=6000)
    form.number((*path, "max_length"), option.get("max_length"), least=1, most=6000)
    if kind in _NUMERIC:
        for name in ("min_value", "max_value"):
            _check_number(form, (*path, name), option.get(name), kind)
    elif option.get("min_value") is not None or option.get("max_value") is not None:
        message = "Only numbers have a smallest and a largest value"
        form.refuse((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_number(form: Form, path: Path, value: object, kind: object, *, required: bool = False) -> None:
    whole = kind == OptionType.INTEGER
    if whole and isinstance(value, float):
        form.refuse(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return
    bound = _LARGEST_NUMBER if whole else None
    form.number(path, value, least=None if bound is None else -bound, most=bound, required=required)


def _characters(data: Json) -> int:
    total = _longest(data, "name") + _longest(data, "description")
    for choice in data.get("choices") or []:
        if isinstance(choice, dict):
            value = choice.get("value")
            total += _longest(choice, "name") + (len(value) if isinstance(value, str) else 0)
    options = data.get("options") or []
    nested = (option for option in options if isinstance(option, dict)) if isinstance(options, list) else ()
    return total + sum(_characters(option) for option in nested)


def _longest(data: Json, key: str) -> int:
    localized = data.get(f"{key}_localizations")
    texts = [data.get(key), *(localized.values() if isinstance(localized, dict) else ())]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)
