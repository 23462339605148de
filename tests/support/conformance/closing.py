"""Makes a schema refuse what it does not describe.

A published schema describes what Discord may add to tomorrow, so it takes unknown keys. For a conformance suite an
unknown key is a finding: Discord would ignore a misspelt one in a request, and never sends one that was made up.
"""

from collections.abc import Mapping
from typing import Any

_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def closed(item: Any, whole: Mapping[str, Any], address: str) -> Any:  # noqa: ANN401 - a walk through arbitrary JSON
    """Return a copy of a part of a document that can be checked strictly.

    - an object with `properties` gets `additionalProperties: false`, unless the document says what else it takes;
    - the objects of an `allOf` are merged first, because each of them alone would refuse the others' keys;
    - `int32` and `int64` become ranges, which JSON Schema does not make of them;
    - references become absolute, so that parts can be compiled on their own.

    Args:
        item: the part.
        whole: the document it is from, for its references.
        address: what absolute references begin with.
    """
    if isinstance(item, list):
        return [closed(entry, whole, address) for entry in item]
    if not isinstance(item, dict):
        return item
    merged = _merged(item, whole) if isinstance(item.get("allOf"), list) else item
    result: dict[str, Any] = {}
    for key, value in merged.items():
        if key == "$ref" and isinstance(value, str):
            result[key] = f"{address}{value}"
        elif key == "properties" and isinstance(value, dict):
            result[key] = {name: closed(schema, whole, address) for name, schema in value.items()}
        else:
            result[key] = closed(value, whole, address)
    if _is_object_schema(result):
        result.setdefault("additionalProperties", False)
    kind = result.get("format")
    if isinstance(kind, str) and kind in _RANGES:
        least, most = _RANGES[kind]
        result.setdefault("minimum", least)
        result.setdefault("maximum", most)
    return result


def _is_object_schema(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("properties"), dict) and item.get("type", "object") in ("object", ["object", "null"])


def _merged(item: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with those of its `allOf` merged into it that describe objects."""
    result = {key: value for key, value in item.items() if key != "allOf"}
    others: list[Any] = []
    for member in item["allOf"]:
        found = _resolved(member, whole)
        if "allOf" in found:
            found = _merged(found, whole)
        if "properties" not in found:
            others.append(member)
            continue
        result.setdefault("type", "object")
        result["properties"] = {**result.get("properties", {}), **found["properties"]}
        result["required"] = [*result.get("required", []), *found.get("required", [])]
    return result | ({"allOf": others} if others else {})


def _resolved(item: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in item:
        found: Any = whole
        for step in str(item["$ref"]).removeprefix("#/").split("/"):
            found = found[step]
        item = found
    return item
