"""Components as a bot sends them, for payloads at and beyond a limit."""

from typing import Any

Json = dict[str, Any]

V2 = 1 << 15
"""The flag IS_COMPONENTS_V2."""


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(**fields: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | fields


def buttons(count: int) -> list[Json]:
    return [button(custom_id=f"b{index}") for index in range(count)]


def options(count: int, **fields: Any) -> list[Json]:
    return [{"label": f"l{index}", "value": f"v{index}"} | fields for index in range(count)]


def menu(count: int = 1, **fields: Any) -> Json:
    return {"type": 3, "custom_id": "menu", "options": options(count)} | fields


def text(length: int = 1) -> Json:
    return {"type": 10, "content": "x" * length}


def gallery(count: int, url: str = "https://example.com/a.png", **fields: Any) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}} | fields for _ in range(count)]}


def container(*components: Json, **fields: Any) -> Json:
    return {"type": 17, "components": list(components)} | fields


def section(*components: Json, accessory: Json | None = None) -> Json:
    return {"type": 9, "components": list(components), "accessory": accessory or button()}


def label(component: Json, **fields: Any) -> Json:
    return {"type": 18, "label": "A field", "component": component} | fields


def text_input(custom_id: str = "a", **fields: Any) -> Json:
    return {"type": 4, "custom_id": custom_id, "style": 1} | fields


def file_upload(**fields: Any) -> Json:
    return {"type": 19, "custom_id": "files"} | fields


def modal(*components: Json, **fields: Any) -> Json:
    return {"custom_id": "m", "title": "A form", "components": list(components) or [label(text_input())]} | fields
