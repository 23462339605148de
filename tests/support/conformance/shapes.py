"""Builds the schemas of what Discord only describes in words, out of the object schemas of its document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.conformance.document import Document


@dataclass(frozen=True)
class Ref:
    """An object of the document as it is."""

    name: str


@dataclass(frozen=True)
class Shape:
    """An object: one of the document's with differences, or one of its own. Keys it does not name are refused.

    Attributes:
        base: an object schema of the document, whose keys and required keys are taken over.
        keys: further keys, or the base's with another schema. A name that ends in `?` may be missing.
        without: keys of the base that are not there.
        optional: required keys of the base that may be missing.
    """

    base: str | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def build(shape: Any, document: Document) -> Any:  # noqa: ANN401 - a walk through schemas
    """Return a shape, and everything in it, as JSON Schema."""
    match shape:
        case Ref():
            return document.reference(shape.name)
        case Shape():
            return _object(shape, document)
        case dict():
            return {key: build(value, document) for key, value in shape.items()}
        case list() | tuple():
            return [build(item, document) for item in shape]
        case _:
            return shape


def _object(shape: Shape, document: Document) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: set[str] = set()
    if shape.base is not None:
        base = document.resolve(document.reference(shape.base))
        properties |= {key: value for key, value in base["properties"].items() if key not in shape.without}
        required |= set(base.get("required", ())) - set(shape.without) - set(shape.optional)
    for key, value in shape.keys.items():
        name = key.removesuffix("?")
        properties[name] = build(value, document)
        if name == key:
            required.add(name)
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


ID = Ref("SnowflakeType")
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
TRUTH = {"type": "boolean"}


def some(item: object) -> dict[str, Any]:
    """Return the shape of an array."""
    return {"type": "array", "items": item}


def by_id(item: object) -> dict[str, Any]:
    """Return the shape of a map of snowflakes to objects."""
    return {"type": "object", "propertyNames": ID, "additionalProperties": item}


def one_of(*shapes: object) -> dict[str, Any]:
    """Return the shape of what is one of several."""
    return {"oneOf": list(shapes)}
