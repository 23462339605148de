"""What to do about a line that is no TOML, guessed from its shape; nothing of a value, which may be a token, is said.

Source of the rules: https://toml.io/en/v1.0.0
"""

import re
from collections.abc import Callable, Sequence

_TWICE = ("overwrite", "twice", "more than once", "declare")
_BOOLEANS = {"true", "false", "yes", "no", "on", "off"}
_CURLY = "“”„‘’«»"

_Test = Callable[[str, str], bool]
"""Tells, from a value and the library's complaint about it, whether a remedy fits."""

_OF_A_VALUE: Sequence[tuple[_Test, str]] = (
    (lambda _, what: any(word in what for word in _TWICE), "it stands there a second time: keep one of the two"),
    (lambda value, _: not value, 'there is no value after the "=": put one there, or a "#" before the line'),
    (
        lambda value, _: value[0] in "\"'" and value.count(value[0]) % 2 == 1,
        "text stands between two quotation marks, and the second one is missing",
    ),
    (lambda value, _: value[0] in _CURLY, 'use straight quotation marks: "'),
    (lambda value, _: value.lower() in _BOOLEANS, "write true or false, in small letters"),
    (
        lambda value, _: value[0] not in "\"'[{" and not value[0].isdigit(),
        'text stands between quotation marks: key = "value"',
    ),
    (
        lambda value, _: "\\" in value,
        "between \"…\" a backslash is written twice; between '…' it stands for itself",
    ),
)


def remedy(line: str, what: str) -> str:
    """Return what is most likely to be done about a line, or an empty string.

    Args:
        line: as it stands in the file.
        what: the library's words for what is wrong with it.
    """
    line = line.strip()
    if line.startswith("["):
        return "" if "]" in line else "a section is written as [name], with both brackets"
    _, equals, value = line.partition("=")
    if not equals:
        if re.fullmatch(r"[\w.-]+\s*:.*", line):
            return 'a key is followed by "=", not by ":"'
        return 'a line is either a comment, which begins with "#", or key = value'
    value, what = value.strip(), what.lower()
    return next((words for fits, words in _OF_A_VALUE if fits(value, what)), "")
