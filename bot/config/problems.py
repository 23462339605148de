"""pydantic's complaints in the operator's words: one line each, beginning with the key, never showing a secret."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

_LONGEST_SHOWN = 32
_WORDS = {
    "missing": "is missing",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "finite_number": "must be a finite number",
    "mapping_type": "must be a table",
    "dict_type": "must be a table",
}
_WORDS_BY_START = {
    "int_": "must be a whole number",
    "float_": "must be a number",
    "decimal_": "must be a number",
    "bool_": "must be true or false",
}
_NOTHING_TO_SHOW = frozenset({"missing", "extra_forbidden", "value_error", "string_too_short"})


def describe(
    error: ErrorDetails,
    *,
    sections: Mapping[str, Sequence[str]],
    names: Mapping[tuple[str, str], str],
    secrets: Iterable[str],
) -> str:
    """Return one line for one complaint.

    Args:
        error: pydantic's, with its input.
        sections: the keys that exist, by section.
        names: how the operator wrote a key, where it did not come from the file.
        secrets: values that are never shown, wherever they were written by mistake.
    """
    location = [str(part) for part in error["loc"] if part != "[key]"]
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        siblings = sections.get(location[0], ()) if len(location) > 1 else sections
        what = "unknown key" if len(location) > 1 else "unknown section"
        return f"{key}: {what}{suggestion(location[-1], siblings)}"
    name = names.get((location[0], location[1])) if len(location) > 1 else None
    origin = f" (from {name})" if name else ""
    return f"{key}: {_what_is_wrong(error)}{_got(error, secrets)}{origin}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" for the known word nearest to a mistyped one, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _what_is_wrong(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    words = _WORDS.get(kind) or next((text for start, text in _WORDS_BY_START.items() if kind.startswith(start)), None)
    if words is None:
        return error["msg"][:1].lower() + error["msg"][1:]
    return words.format_map({name: _plain(value) for name, value in context.items()}).replace("'", '"')


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _got(error: ErrorDetails, secrets: Iterable[str]) -> str:
    value: Any = error["input"]
    if error["type"] in _NOTHING_TO_SHOW or not isinstance(value, str | int | float):
        return ""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    # Whatever is long may be a token that slipped into the wrong line.
    if len(text) > _LONGEST_SHOWN or not text.isprintable() or any(secret in text for secret in secrets if secret):
        return ""
    return f", got {text}"
