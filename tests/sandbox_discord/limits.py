"""Rows of the tables of Discord's documented limits, and how an answer is held against one."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

Json = dict[str, Any]
Rest = Callable[..., Awaitable[tuple[int, Any]]]

DOCS = "https://discord.com/developers/docs/"
OPENAPI = "https://github.com/discord/discord-api-spec#"


@dataclass(frozen=True)
class Row:
    """One documented limit.

    Attributes:
        name: what is limited.
        at: a payload that just fits.
        beyond: the same, one too much.
        errors: what Discord answers to that: the inner codes by the dotted path inside `errors`.
        source: where the limit stands.
    """

    name: str
    at: Any
    beyond: Any
    errors: dict[str, str]
    source: str


def each(rows: list[Row]) -> pytest.MarkDecorator:
    """Run a test for every row."""
    assert all(row.source.startswith("https://") for row in rows)
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def refused_fields(answer: Json) -> dict[str, str]:
    """Return the inner codes of a `50035` answer by path; several of one field are joined by commas."""
    return dict(_leaves(answer["errors"], ()))


def _leaves(node: Json, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if key == "_errors":
            assert all(set(item) == {"code", "message"} and item["message"] for item in value)
            yield ".".join(path), ",".join(item["code"] for item in value)
        else:
            yield from _leaves(value, (*path, key))


def assert_invalid_form(status: int, answer: Any, errors: dict[str, str]) -> None:  # noqa: ANN401 - any JSON
    """Insist on a `50035` that names exactly these fields."""
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body"), answer
    assert refused_fields(answer) == errors


def assert_refused(status: int, answer: Any, expected: tuple[int, int], message: str | None = None) -> None:  # noqa: ANN401 - any JSON
    """Insist on an HTTP status and a JSON error code, and on Discord's sentence where it is given."""
    assert (status, answer["code"]) == expected, answer
    assert "errors" not in answer
    if message is not None:
        assert answer["message"] == message
