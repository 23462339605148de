"""Checks a request: the path's and the query's parameters, the content type, the body, the parts of a multipart one."""

from collections.abc import Mapping
from typing import Any

from sandbox.discord import SeenRequest
from sandbox.discord.observing import UNREAD
from tests.support.conformance.document import Document
from tests.support.conformance.routes import Operation
from tests.support.conformance.violations import Violation, check

_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_PAYLOAD = "payload_json"
_TRUTH = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}
"""Source: https://discord.com/developers/docs/reference#boolean-query-strings."""


def check_request(document: Document, operation: Operation, request: SeenRequest, *, cut: bool) -> list[Violation]:
    """Return what is wrong with a request.

    Args:
        document: Discord's.
        operation: what it was meant for.
        request: the request.
        cut: whether the connection was cut, so that the body may not have arrived.
    """
    return [
        *_check_path(document, operation),
        *_check_query(document, operation, request),
        *_check_body(document, operation, request, cut=cut),
    ]


def _check_path(document: Document, operation: Operation) -> list[Violation]:
    found: list[Violation] = []
    for parameter in operation.parameters("path"):
        found += _check_value(document, operation, parameter, [operation.given[parameter["name"]]])
    return found


def _check_query(document: Document, operation: Operation, request: SeenRequest) -> list[Violation]:
    given: dict[str, list[str]] = {}
    for name, value in request.query:
        given.setdefault(name, []).append(value)
    known = {parameter["name"]: parameter for parameter in operation.parameters("query")}
    where = f"{operation.name}, query"
    found = [Violation(where, name, "Discord knows no such parameter here") for name in given if name not in known]
    for name, parameter in known.items():
        if name in given:
            found += _check_value(document, operation, parameter, given[name])
        elif parameter.get("required"):
            found.append(Violation(where, name, "is required"))
    return found


def _check_value(
    document: Document, operation: Operation, parameter: Mapping[str, Any], texts: list[str]
) -> list[Violation]:
    name, place = parameter["name"], parameter["in"]
    where = f"{operation.name}, {place}"
    schema = parameter["schema"]
    kinds = _types(document, schema)
    if "array" in kinds:
        items = document.resolve(schema).get("items", {})
        value: Any = [_read(text, _types(document, items)) for text in texts]
    elif len(texts) > 1:
        return [Violation(where, name, f"is given {len(texts)} times")]
    else:
        value = _read(texts[0], kinds)
    found = check(document.validator(f"{where} {name}", lambda: schema), value, where)
    return [Violation(where, f"{name}{item.path[1:]}", item.reason) for item in found]


def _types(document: Document, schema: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a parameter may have."""
    resolved = document.resolve(schema)
    kind = resolved.get("type", [])
    kinds = {kind} if isinstance(kind, str) else set(kind)
    for alternative in (*resolved.get("oneOf", ()), *resolved.get("anyOf", ())):
        kinds |= _types(document, alternative)
    return kinds


def _read(text: str, kinds: set[str]) -> object:
    """Return a parameter's value as JSON has it; text that is none of the wanted types stays text, and is refused."""
    if "boolean" in kinds and text in _TRUTH:
        return _TRUTH[text]
    for kind, number in (("integer", int), ("number", float)):
        if kind in kinds:
            try:
                return number(text)
            except ValueError:
                continue
    return text


def _check_body(document: Document, operation: Operation, request: SeenRequest, *, cut: bool) -> list[Violation]:
    where = f"{operation.name}, body"
    described = operation.content.get("requestBody")
    if request.content_type is None:
        missing = described is not None and described.get("required")
        return [Violation(where, "$", "is required")] if missing else []
    if described is None:
        return [Violation(where, "$", "Discord takes none here")]
    content: Mapping[str, Any] = described["content"]
    if request.content_type not in content:
        return [Violation(where, "$", f"Discord takes {' or '.join(content)} here, not {request.content_type}")]
    if request.body is UNREAD:
        return [] if cut else [Violation(where, "$", "is no JSON")]
    found: list[Violation] = []
    if request.content_type == _MULTIPART:
        if _JSON not in content or _PAYLOAD not in request.parts:
            return [Violation(where, "$", f"has no {_PAYLOAD}; such forms cannot be checked")]
        found += _check_parts(document, where, content[_MULTIPART]["schema"], request.parts)
    schema = content[_JSON]["schema"]
    return found + check(document.validator(where, lambda: schema), request.body, where)


def _check_parts(document: Document, where: str, schema: Mapping[str, Any], parts: tuple[str, ...]) -> list[Violation]:
    known = _fields(document, schema)
    found = [
        Violation(where, name, "Discord knows no such part here")
        for name in parts
        if name != _PAYLOAD and name not in known
    ]
    return found + [Violation(where, name, "is there twice") for name in set(parts) if parts.count(name) > 1]


def _fields(document: Document, schema: Mapping[str, Any]) -> set[str]:
    """Return the names of all fields that some alternative of a form has."""
    resolved = document.resolve(schema)
    names = set(resolved.get("properties", ()))
    for alternative in (*resolved.get("oneOf", ()), *resolved.get("anyOf", ())):
        names |= _fields(document, alternative)
    return names
