"""What does not conform, and why, told so that it can be mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

_LONGEST_REASON = 240
_UNIONS = ("oneOf", "anyOf")


@dataclass(frozen=True)
class Violation:
    """One thing that Discord's document does not allow.

    Attributes:
        where: method and route, or the event, and which part of it.
        path: to the value, as JSON path; `$` is the whole.
        reason: why.
    """

    where: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}\n    {self.path}: {self.reason}"


def check(validator: jsonschema_rs.Draft202012Validator, value: Any, where: str) -> list[Violation]:  # noqa: ANN401 - JSON
    """Return what is wrong with a value."""
    if validator.is_valid(value):
        return []
    return [
        violation
        for error in validator.iter_errors(value)
        for leaf in _leaves(error)
        for violation in _told(leaf, where)
    ]


def json_path(steps: list[str | int]) -> str:
    """Return `$.embeds[0].title` for its steps."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _leaves(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield the errors of the alternative that was most likely meant, where none of several fits."""
    branches = getattr(error.kind, "context", None) if error.kind.name in _UNIONS else None
    if not branches:
        yield error
        return
    nearest = min(branches, key=lambda branch: _distance(error, branch))
    if all(inner.kind.name == "const" and inner.instance_path == error.instance_path for inner in nearest):
        # A list of values, each an alternative of its own: none of them is nearer than the others.
        yield error
        return
    for inner in nearest:
        yield from _leaves(inner)


def _distance(union: jsonschema_rs.ValidationError, branch: list[jsonschema_rs.ValidationError]) -> tuple[int, int]:
    """Rank an alternative: null is furthest off, then another JSON type, another `type`, and the number of errors."""
    here = union.instance_path
    rank = 0
    for error in branch:
        kind = error.kind
        if error.instance_path == here and isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
            rank = max(rank, 3 if kind.types == ["null"] else 2)
        elif error.instance_path == [*here, "type"] and kind.name in ("const", "enum"):
            rank = max(rank, 1)
    return rank, len(branch)


def _told(error: jsonschema_rs.ValidationError, where: str) -> Iterator[Violation]:
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        for key in kind.unexpected:
            yield Violation(where, json_path([*error.instance_path, key]), "Discord knows no such key here")
        return
    reason = error.message
    if len(reason) > _LONGEST_REASON:
        reason = f"… {reason[-_LONGEST_REASON:]}"
    yield Violation(where, json_path(error.instance_path), reason)
