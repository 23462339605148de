"""The document is found, or it is said that there is none; it is closed, and its operations are found."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.conformance.closing import closed
from tests.support.conformance.document import MISSING, VARIABLE, Document, document_path, load
from tests.support.conformance.routes import Routes
from tests.support.requirements import missing


def test_the_bot_and_the_sandbox_are_held_to_discords_own_document() -> None:
    path = document_path()
    if path is None:
        missing("openapi", MISSING)
    document = load(path)
    assert document.operation("POST", "/channels/1/messages") is not None
    assert "MessageResponse" in document.schemas


def test_the_variable_names_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({"paths": {}, "components": {}}), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    assert document_path() == path


def test_a_variable_that_names_nothing_is_no_reason_to_go_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "missing.json"))
    with pytest.raises(FileNotFoundError, match=rf"{VARIABLE} names .*missing\.json"):
        document_path()


NAMED = {"components": {"schemas": {"Named": {"type": "object", "properties": {"name": {}}, "required": ["name"]}}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": {}}, {"type": "object", "properties": {}, "additionalProperties": False}),
        ({"type": "object"}, {"type": "object"}),
        (
            {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
            {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        ),
        (
            {"properties": {"properties": {"type": "object", "properties": {}}}},
            {
                "properties": {"properties": {"type": "object", "properties": {}, "additionalProperties": False}},
                "additionalProperties": False,
            },
        ),
        ({"type": "integer", "format": "int32"}, {"format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}),
        ({"type": "integer", "format": "int32", "minimum": 0}, {"minimum": 0, "maximum": 2**31 - 1}),
        ({"$ref": "#/components/schemas/Named"}, {"$ref": "there#/components/schemas/Named"}),
        (
            {"allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"age": {}}, "required": ["age"]}]},
            {
                "properties": {"name": {}, "age": {}},
                "required": ["name", "age"],
                "type": "object",
                "additionalProperties": False,
            },
        ),
        ({"enum": [1], "allOf": [{"type": "integer"}]}, {"enum": [1], "allOf": [{"type": "integer"}]}),
    ],
)
def test_closing(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    result = closed(schema, NAMED, "there")
    assert {key: result[key] for key in expected} == expected
    assert "additionalProperties" not in result or "additionalProperties" in expected


ROUTES = Routes(
    {
        "/books/{book}": {"get": {}, "patch": {}, "parameters": [{"name": "book", "in": "path"}]},
        "/books/latest": {"get": {}},
        "/books/{book}/pages/{page}": {"get": {}},
        "/books/{book}/pages/last": {"put": {}},
    }
)


@pytest.mark.parametrize(
    ("method", "path", "name", "given"),
    [
        ("GET", "/books/7", "GET /books/{book}", {"book": "7"}),
        ("GET", "/books/latest", "GET /books/latest", {}),
        ("PATCH", "/books/latest", "PATCH /books/{book}", {"book": "latest"}),
        ("GET", "/books/7/pages/last", "GET /books/{book}/pages/{page}", {"book": "7", "page": "last"}),
        ("PUT", "/books/7/pages/last", "PUT /books/{book}/pages/last", {"book": "7"}),
        ("GET", "/books/%E2%9C%A8%2F", "GET /books/{book}", {"book": "✨/"}),
    ],
)
def test_an_operation_is_found(method: str, path: str, name: str, given: dict[str, str]) -> None:
    operation = ROUTES.find(method, path)
    assert operation is not None
    assert (operation.name, operation.given) == (name, given)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/books"), ("GET", "/books/"), ("DELETE", "/books/7"), ("PARAMETERS", "/books/7"), ("GET", "/shelves/7")],
)
def test_an_operation_that_is_not_there(method: str, path: str) -> None:
    assert ROUTES.find(method, path) is None


def test_a_schema_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match="no schema Book"):
        Document({"paths": {}, "components": {}}, ()).reference("Book")
