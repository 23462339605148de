"""Checks an answer: its status, its content type, its headers, its body."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sandbox.discord import SeenAnswer
from tests.support.conformance.document import Document
from tests.support.conformance.routes import Operation
from tests.support.conformance.violations import Violation, check

_JSON = "application/json"
_NUMBERS: Mapping[str, Callable[[str], object]] = {"integer": int, "number": float}


def described(answer: SeenAnswer) -> bool:
    """Tell whether the document has something to say about such an answer: none above 499, nor Cloudflare's."""
    return answer.status < 500 and answer.headers.get("Server") != "cloudflare"


def check_answer(document: Document, operation: Operation, answer: SeenAnswer) -> list[Violation]:
    """Return what is wrong with an answer."""
    where = f"{operation.name}, answer {answer.status}"
    responses: Mapping[str, Any] = operation.content["responses"]
    name = next((key for key in (str(answer.status), f"{answer.status // 100}XX") if key in responses), None)
    if name is None:
        return [Violation(where, "$", f"Discord answers with {', '.join(responses)} here")]
    response = document.resolve(responses[name])
    found = _check_headers(document, where, response.get("headers", {}), answer)
    content: Mapping[str, Any] = response.get("content", {})
    if not content:
        return [*found, Violation(where, "$", "Discord sends no body here")] if answer.content else found
    if _content_type(answer) not in content:
        return [*found, Violation(where, "$", f"is {_content_type(answer)}, not {' or '.join(content)}")]
    try:
        value = json.loads(answer.content)
    except ValueError:
        return [*found, Violation(where, "$", "is no JSON")]
    schema = content[_JSON]["schema"]
    return found + check(document.validator(f"{operation.name}, answer {name}", lambda: schema), value, where)


def _content_type(answer: SeenAnswer) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == "content-type"), "nothing")


def _check_headers(document: Document, where: str, known: Mapping[str, Any], answer: SeenAnswer) -> list[Violation]:
    found: list[Violation] = []
    given = {key.lower(): value for key, value in answer.headers.items()}
    for name, header in known.items():
        text = given.get(name.lower())
        if text is None:
            continue
        schema = document.resolve(header)["schema"]
        found += [
            Violation(where, f"header {name}", item.reason)
            for item in check(document.validator(f"header {name}", partial(dict, schema)), _read(schema, text), where)
        ]
    return found


def _read(schema: Mapping[str, Any], text: str) -> object:
    try:
        return _NUMBERS.get(schema["type"], str)(text)
    except ValueError:
        return text
