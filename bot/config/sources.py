"""Where settings come from: command-line flags, the environment and a TOML file, each read into plain nested values."""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config.problems import suggestion
from bot.config.toml_remedies import remedy

ENVIRONMENT_PREFIX = "SEEDREAM_BOT_"
CONFIG_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"
"""Names the file itself; the one variable with the prefix that is not a setting."""

_POSITION = re.compile(
    r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL
)


@dataclass
class Source:
    """What one source says.

    Attributes:
        values: section -> key -> value, unchecked.
        problems: what is wrong with the source's form; values of a wrong form are left out of `values`.
        names: (section, key) -> how the operator wrote it, where that is not `section.key`.
    """

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)


def read_environment(environment: Mapping[str, str], sections: Mapping[str, Iterable[str]]) -> Source:
    """Read `SEEDREAM_BOT_SECTION__KEY` variables; an empty one counts as not set, as Compose's `${NAME:-}` wants it."""
    source = Source()
    known = [variable(section, key) for section, keys in sections.items() for key in keys]
    for name, value in sorted(environment.items()):
        if not name.upper().startswith(ENVIRONMENT_PREFIX) or name.upper() == CONFIG_VARIABLE or not value.strip():
            continue
        path = name[len(ENVIRONMENT_PREFIX) :].lower().split("__")
        if len(path) != 2 or path[1] not in sections.get(path[0], ()):
            source.problems.append(f"{name}: unknown variable{suggestion(name.upper(), known)}")
            continue
        section, key = path
        source.values.setdefault(section, {})[key] = value
        source.names[section, key] = name
    return source


def any_variable(environment: Mapping[str, str]) -> bool:
    """Tell whether anybody meant to set something in the environment, be it misspelled or empty."""
    return any(name.upper().startswith(ENVIRONMENT_PREFIX) and name.upper() != CONFIG_VARIABLE for name in environment)


def variable(section: str, key: str) -> str:
    """Return the environment variable of a setting."""
    return f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()


def read_toml(path: Path, sections: Iterable[str]) -> Source:
    """Read a TOML file.

    Raises:
        FileNotFoundError: there is none.
    """
    source = Source()
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise
    except OSError as error:
        source.problems.append(f"cannot be read: {os.strerror(error.errno) if error.errno else type(error).__name__}")
        return source
    except UnicodeDecodeError:
        source.problems.append("is not UTF-8 text")
        return source
    except tomllib.TOMLDecodeError as error:
        source.problems.append(_toml_problem(str(error), path.read_bytes().decode("utf-8-sig")))
        return source
    for section, value in content.items():
        if isinstance(value, dict):
            source.values[section] = value
        elif section in sections:
            source.problems.append(f"{section}: must be a section, written as [{section}] with its keys below")
        else:
            source.problems.append(f"{section}: unknown key outside of any section")
    return source


def _toml_problem(message: str, content: str) -> str:
    found = _POSITION.match(message)
    if found is None:
        return f"is not valid TOML: {message}"
    if found["line"] is None:
        return f"is not valid TOML: {found['what']}, at the end of the file"
    lines = content.splitlines()
    number = int(found["line"])
    todo = remedy(lines[number - 1], found["what"]) if number <= len(lines) else ""
    return f"line {number}, column {found['column']}: not valid TOML: {found['what']}{todo and f'; {todo}'}"


def read_overrides(overrides: Mapping[str, Any]) -> Source:
    """Read `{"section.key": value}`, as command-line flags give it; None means that the flag was not given."""
    source = Source()
    for name, value in overrides.items():
        section, _, key = name.partition(".")
        if value is not None:
            source.values.setdefault(section, {})[key] = value
            source.names[section, key] = f"{name} on the command line"
    return source
