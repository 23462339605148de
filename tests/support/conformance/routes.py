"""Finds the operation of an OpenAPI document that a request is meant for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """An operation, and what the request put into its path.

    Attributes:
        name: method and template, e.g. `GET /channels/{channel_id}`.
        content: what the document says of it.
        shared: the parameters of all operations on this path.
        given: the values of the path's parameters, decoded.
    """

    name: str
    content: Mapping[str, Any]
    shared: tuple[Mapping[str, Any], ...]
    given: Mapping[str, str]

    def parameters(self, place: str) -> Iterator[Mapping[str, Any]]:
        """Yield the parameters in the `path` or the `query`."""
        for parameter in (*self.shared, *self.content.get("parameters", ())):
            if parameter["in"] == place:
                yield parameter


class Routes:
    """All operations of a document."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._templates: dict[int, list[tuple[list[str], str, Mapping[str, Any]]]] = {}
        for template, item in paths.items():
            segments = template.split("/")
            self._templates.setdefault(len(segments), []).append((segments, template, item))

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation that fits with the fewest parameters, those further left first.

        Args:
            method: the HTTP method.
            path: below the API's base, percent-encoded.
        """
        verb = method.lower()
        given = [unquote(segment) for segment in path.split("/")]
        fitting = [
            (tuple(_is_parameter(segment) for segment in segments), segments, template, item)
            for segments, template, item in self._templates.get(len(given), [])
            if verb in _METHODS and verb in item and _fits(segments, given)
        ]
        if not fitting:
            return None
        _, segments, template, item = min(fitting, key=lambda candidate: candidate[0])
        values = {
            segment[1:-1]: value for segment, value in zip(segments, given, strict=True) if _is_parameter(segment)
        }
        return Operation(f"{method} {template}", item[verb], tuple(item.get("parameters", ())), values)


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{")


def _fits(segments: list[str], given: list[str]) -> bool:
    return all(
        bool(value) if _is_parameter(segment) else segment == value
        for segment, value in zip(segments, given, strict=True)
    )
