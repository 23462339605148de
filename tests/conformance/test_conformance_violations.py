"""Each kind of violation is found and told, by a small document made for the purpose."""

import json

import pytest

from sandbox.discord import SeenAnswer, SeenRequest
from sandbox.discord.observing import UNREAD
from sandbox.faults import FaultKind
from tests.support.conformance.document import Document
from tests.support.conformance.watching import Conformance

JSON = "application/json"
FORM = "multipart/form-data"

BOOK = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 10},
        "pages": {"type": "integer", "format": "int32"},
        "kind": {"oneOf": [{"const": 1}, {"const": 2}]},
        "author": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Author"}]},
        "parts": {
            "type": "array",
            "items": {"oneOf": [{"$ref": "#/components/schemas/Text"}, {"$ref": "#/components/schemas/Picture"}]},
        },
    },
    "required": ["title"],
}
CONTENT = {
    "paths": {
        "/books/{book}": {
            "parameters": [
                {"name": "book", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/Id"}}
            ],
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "lent", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"enum": ["old", "new"]}}},
                    {"name": "shelf", "in": "query", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "headers": {"X-Left": {"schema": {"type": "integer"}}},
                        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Book"}}},
                    },
                    "204": {},
                    "4XX": {"$ref": "#/components/responses/Refused"},
                },
            },
            "put": {
                "requestBody": {
                    "required": True,
                    "content": {
                        JSON: {"schema": {"$ref": "#/components/schemas/Book"}},
                        FORM: {"schema": {"anyOf": [{"properties": {"files[0]": {"type": "string"}}}]}},
                    },
                },
                "responses": {"204": {}},
            },
        },
        "/covers": {"post": {"requestBody": {"content": {FORM: {"schema": {}}}}, "responses": {"204": {}}}},
    },
    "components": {
        "responses": {"Refused": {"content": {JSON: {"schema": {"type": "object", "required": ["code"]}}}}},
        "schemas": {
            "Id": {"type": "string", "pattern": "^[0-9]+$"},
            "Book": BOOK,
            "Author": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "Text": {
                "type": "object",
                "properties": {"type": {"const": 1}, "text": {"type": "string"}},
                "required": ["type", "text"],
            },
            "Picture": {
                "type": "object",
                "properties": {"type": {"const": 2}, "url": {"type": "string"}, "alt": {"type": "string"}},
                "required": ["type", "url", "alt"],
            },
        },
    },
}
DOCUMENT = Document(CONTENT, ())
DONE = SeenAnswer(204, {}, b"")


def get(*query: tuple[str, str], path: str = "/books/7") -> SeenRequest:
    return SeenRequest("GET", path, (("shelf", "a"), *query), None, None)


def put(body: object, content_type: str | None = JSON, parts: tuple[str, ...] = ()) -> SeenRequest:
    return SeenRequest("PUT", "/books/7", (), content_type, body, parts)


def answer(value: object, status: int = 200, content_type: str = JSON, left: str = "7") -> SeenAnswer:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return SeenAnswer(status, {"Content-Type": content_type, "x-left": left}, content)


def found(
    request: SeenRequest, given: SeenAnswer | None, *, refused_requests: bool = True
) -> list[tuple[str, str, str]]:
    conformance = Conformance(DOCUMENT, refused_requests=refused_requests)
    conformance.exchange(request, given)
    return [(item.where, item.path, item.reason) for item in conformance.violations]


GET_QUERY, PUT_BODY = "GET /books/{book}, query", "PUT /books/{book}, body"
UNKNOWN = "Discord knows no such key here"


@pytest.mark.parametrize(
    "request_",
    [
        get(),
        get(("limit", "1"), ("lent", "True"), ("tag", "old"), ("tag", "new")),
        put({"title": "Ants"}),
        put({"title": "Ants", "author": None, "parts": [{"type": 1, "text": "…"}]}),
        put({"title": "Ants"}, FORM, ("payload_json", "files[0]")),
    ],
)
def test_what_conforms(request_: SeenRequest) -> None:
    assert found(request_, DONE) == []


@pytest.mark.parametrize(
    ("request_", "where", "path", "reason"),
    [
        (get(path="/shelves"), "GET /shelves", "$", "Discord has no such route"),
        (SeenRequest("DELETE", "/books/7", (), None, None), "DELETE /books/7", "$", "Discord has no such route"),
        (get(path="/books/x"), "GET /books/{book}, path", "book", '"x" does not match "^[0-9]+$"'),
        (get(("limti", "1")), GET_QUERY, "limti", "Discord knows no such parameter here"),
        (get(("limit", "0")), GET_QUERY, "limit", "0 is less than the minimum of 1"),
        (get(("limit", "many")), GET_QUERY, "limit", '"many" is not of type "integer"'),
        (get(("limit", "1"), ("limit", "2")), GET_QUERY, "limit", "is given 2 times"),
        (get(("lent", "yes")), GET_QUERY, "lent", '"yes" is not of type "boolean"'),
        (get(("tag", "old"), ("tag", "torn")), GET_QUERY, "tag[1]", '"torn" is not one of "old" or "new"'),
        (SeenRequest("GET", "/books/7", (), None, None), GET_QUERY, "shelf", "is required"),
        (
            SeenRequest("GET", "/books/7", (("shelf", "a"),), JSON, {}),
            "GET /books/{book}, body",
            "$",
            "Discord takes none",
        ),
        (put(None, None), PUT_BODY, "$", "is required"),
        (put({"title": "Ants"}, "text/plain"), PUT_BODY, "$", "Discord takes application/json or multipart/form-data"),
        (put(UNREAD), PUT_BODY, "$", "is no JSON"),
        (put([]), PUT_BODY, "$", '[] is not of type "object"'),
        (put({}), PUT_BODY, "$", '"title" is a required property'),
        (put({"title": 7}), PUT_BODY, "$.title", '7 is not of type "string"'),
        (put({"title": "Ants and others"}), PUT_BODY, "$.title", '"Ants and others" is longer than 10 characters'),
        (put({"title": "Ants", "pages": 2**31}), PUT_BODY, "$.pages", "2147483648 is greater than the maximum"),
        (put({"title": "Ants", "kind": 3}), PUT_BODY, "$.kind", "3 is not valid under any of the schemas"),
        (put({"title": "Ants", "titel": ""}), PUT_BODY, "$.titel", UNKNOWN),
        (put({"title": "Ants", "author": {"name": "A", "nmae": ""}}), PUT_BODY, "$.author.nmae", UNKNOWN),
        (put({"title": "Ants", "author": 7}), PUT_BODY, "$.author", '7 is not of type "object"'),
        (
            put({"title": "Ants", "parts": [{"type": 1, "text": ""}, {"type": 2, "url": "", "alt": 7}]}),
            PUT_BODY,
            "$.parts[1].alt",
            '7 is not of type "string"',
        ),
        (put({"titel": "Ants"}, FORM, ("payload_json",)), PUT_BODY, "$.titel", UNKNOWN),
        (
            put({"title": "Ants"}, FORM, ("payload_json", "file")),
            PUT_BODY,
            "file",
            "Discord knows no such part here",
        ),
        (
            put({"title": "Ants"}, FORM, ("payload_json", "files[0]", "files[0]")),
            PUT_BODY,
            "files[0]",
            "is there twice",
        ),
        (put({"title": "Ants"}, FORM, ("title",)), PUT_BODY, "$", "has no payload_json; such forms cannot be checked"),
        (
            SeenRequest("POST", "/covers", (), FORM, {}, ("payload_json",)),
            "POST /covers, body",
            "$",
            "has no payload_json; such forms cannot be checked",
        ),
    ],
)
def test_a_request_that_does_not_conform(request_: SeenRequest, where: str, path: str, reason: str) -> None:
    violations = [item for item in found(request_, DONE) if item[1] == path]
    assert [(item[0], item[1]) for item in violations] == [(where, path)]
    assert violations[0][2].startswith(reason)


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        (answer({"title": "Ants"}, status=201), "$", "Discord answers with 200, 204, 4XX here"),
        (answer({"title": 7}), "$.title", '7 is not of type "string"'),
        (answer({}), "$", '"title" is a required property'),
        (answer({"title": "Ants", "colour": "red"}), "$.colour", UNKNOWN),
        (answer({"message": "no"}, status=404), "$", '"code" is a required property'),
        (answer(b"{", status=404), "$", "is no JSON"),
        (answer({"title": "Ants"}, content_type="text/html"), "$", "is text/html, not application/json"),
        (SeenAnswer(204, {}, b"{}"), "$", "Discord sends no body here"),
        (answer({"title": "Ants"}, left="many"), "header X-Left", '"many" is not of type "integer"'),
    ],
)
def test_an_answer_that_does_not_conform(given: SeenAnswer, path: str, reason: str) -> None:
    where = f"GET /books/{{book}}, answer {given.status}"
    assert found(get(), given) == [(where, path, reason)]


def test_everything_that_is_wrong_is_told_at_once_and_how_often() -> None:
    conformance = Conformance(DOCUMENT)
    for _ in range(3):
        conformance.exchange(get(("limit", "0")), answer({"title": 7}))
    assert conformance.report() == (
        "GET /books/{book}, query\n    limit: 0 is less than the minimum of 1 (3 times)\n"
        'GET /books/{book}, answer 200\n    $.title: 7 is not of type "string" (3 times)'
    )
    assert conformance.checked == {"requests": 3, "answers": 3}


def test_a_reason_is_kept_short() -> None:
    [(_, _, reason)] = found(put({"title": "x" * 5000}), DONE)
    assert len(reason) < 300
    assert reason.endswith("is longer than 10 characters")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (SeenAnswer(500, {}, b'{"message": "internal error"}', FaultKind.STATUS), 0),
        (SeenAnswer(500, {}, b""), 1),
        (SeenAnswer(500, {}, b"", FaultKind.DELAY), 1),
        (SeenAnswer(200, {}, b"<html>", FaultKind.MALFORMED), 0),
        (SeenAnswer(200, {"Content-Type": JSON}, b"{}", FaultKind.DELAY), 1),
        (None, 0),
    ],
)
def test_answers_that_the_document_does_not_speak_of(given: SeenAnswer | None, expected: int) -> None:
    assert len(found(get(), given)) == expected


def test_a_body_that_was_cut_off_is_not_held_against_the_bot() -> None:
    assert found(put(UNREAD), None) == []
    assert found(put({"titel": "Ants"}), None) != []


@pytest.mark.parametrize("status", [400, 404])
def test_refused_requests_can_be_left_out_and_their_answers_cannot(status: int) -> None:
    wrong = get(("limit", "0"))
    assert len(found(wrong, answer({"code": 1}, status=status), refused_requests=False)) == 0
    assert found(get(path="/shelves"), answer({"code": 1}, status=status), refused_requests=False) == []
    assert found(wrong, DONE, refused_requests=False) != []
    assert found(wrong, answer({}, status=status), refused_requests=False) != []
