"""Discord's OpenAPI document: found, changed where it is known to be wrong, closed against unknown keys, compiled.

The document is https://github.com/discord/discord-api-spec, `specs/openapi.json`. No part of it is kept here.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.support.conformance.closing import closed
from tests.support.conformance.deviations import DEVIATIONS, Deviation
from tests.support.conformance.routes import Operation, Routes

VARIABLE = "DISCORD_OPENAPI"
_BESIDE = Path(__file__).parents[3].parent / "shared" / "discord-openapi.json"

MISSING = (
    "What the bot and the sandbox say to each other is not compared with Discord's own description of its API: set "
    f"{VARIABLE} to the path of specs/openapi.json from https://github.com/discord/discord-api-spec to have it done."
)
"""Why the conformance suite is inactive where there is no document."""

Schema = Mapping[str, Any]

_ADDRESS = "discord:openapi"
_DOCUMENT = "#/"


class Document:
    """An OpenAPI 3.1 document whose objects take no other keys than it describes.

    Args:
        content: the document.
        deviations: where it is known to differ from Discord.

    Attributes:
        schemas: the closed component schemas; references in them are absolute.
        routes: the operations by method and path.
    """

    def __init__(self, content: Mapping[str, Any], deviations: Iterable[Deviation] = DEVIATIONS) -> None:
        changed = json.loads(json.dumps(content))
        for deviation in deviations:
            deviation.apply(changed)
        whole = closed(changed, changed, _ADDRESS)
        self.schemas: dict[str, Any] = whole["components"].get("schemas", {})
        self.routes = Routes(whole["paths"])
        self._whole = whole
        self._registry = jsonschema_rs.Registry([(_ADDRESS, whole)], draft=jsonschema_rs.Draft202012)
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def resolve(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Follow references until there is none."""
        while "$ref" in item:
            found: Any = self._whole
            for step in str(item["$ref"]).removeprefix(_ADDRESS).removeprefix(_DOCUMENT).split("/"):
                found = found[step]
            item = found
        return dict(item)

    def reference(self, name: str) -> dict[str, Any]:
        """Return a reference to a component schema.

        Raises:
            KeyError: the document has none of that name.
        """
        if name not in self.schemas:
            raise KeyError(f"Discord's document has no schema {name}")
        return {"$ref": f"{_ADDRESS}#/components/schemas/{name}"}

    def validator(self, name: str, schema: Callable[[], Schema]) -> jsonschema_rs.Draft202012Validator:
        """Return a validator; its schema is asked for, and compiled, once for each name."""
        found = self._compiled.get(name)
        if found is None:
            found = jsonschema_rs.Draft202012Validator(dict(schema()), registry=self._registry, validate_formats=True)
            self._compiled[name] = found
        return found

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; None for one that Discord does not have."""
        return self.routes.find(method, path)


def document_path() -> Path | None:
    """Return where the document is; None where there is none.

    Raises:
        FileNotFoundError: the variable names something else.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named)
        if not path.is_file():
            raise FileNotFoundError(f"{VARIABLE} names {path}, which is no file")
        return path
    return _BESIDE if _BESIDE.is_file() else None


@cache
def content_of(path: Path) -> dict[str, Any]:
    """Return the document as it is published, read once in a process."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def load(path: Path) -> Document:
    """Return the document ready for use, made once in a process."""
    return Document(content_of(path))
