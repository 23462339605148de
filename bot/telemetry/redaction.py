"""Keeps secrets out of logs: the ones that are known by value, and whatever has the shape of a token.

Shapes: https://discord.com/developers/docs/resources/webhook#execute-webhook and
https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response carry a token in
the path; https://discord.com/developers/docs/reference#authentication in a header.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

REDACTED = "[redacted]"
_SHORTEST_SECRET = 4
_SECRET_NAMES = frozenset(
    {"token", "api_token", "bot_token", "interaction_token", "authorization", "password", "secret", "client_secret"}
)
_SHAPES = (
    (re.compile(r"(/webhooks/\d+/)[^\s/?#\"'\\)>]+"), rf"\1{REDACTED}"),
    (re.compile(r"(/interactions/\d+/)[^\s/?#\"'\\)>]+"), rf"\1{REDACTED}"),
    (
        re.compile(r"(?i)(\bauthorization\\?['\"]?\s*[:=,]\s*\\?['\"]?)(?:(?:bearer|bot)\s+)?[^\s'\",;)}\\]+"),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]{8,}"), rf"\1{REDACTED}"),
    # Longer than any word, as "Bot" stands before ordinary words, too.
    (re.compile(r"(\bBot\s+)[\w.~+/=-]{20,}"), rf"\1{REDACTED}"),
    (re.compile(r"(['\"]token\\?['\"]\s*:\s*\\?['\"])[^'\"\\]+"), rf"\1{REDACTED}"),
    # A bot token wherever it stands: its id, a time and a signature, each in base64.
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), REDACTED),
    # An interaction token wherever it stands: base64 of "interaction:…".
    (re.compile(r"\baW50ZXJhY3Rpb246[\w=-]+"), REDACTED),
    # What makes a link work that is signed: Discord's (https://discord.com/developers/docs/reference#signed-attachment-cdn-urls)
    # and object stores', which have the results and the uploaded references.
    (
        re.compile(
            r"(?i)([?&;](?:amp;)?(?:hm|sig|signature|token|access_token|(?:x-[a-z]+-)?(?:signature|credential|security-token))"
            r"(?:=|%3D))[^\s&\"'<>)\\]+"
        ),
        rf"\1{REDACTED}",
    ),
    # The password in a URL; the user name before it stays.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"), rf"\1{REDACTED}"),
)


class Redactor:
    """Replaces secrets in text and in nested values."""

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        values = {form for secret in secrets for form in _forms(secret.get_secret_value())}
        # The longest first, so that a secret which begins with another one is replaced as a whole.
        known = sorted((value for value in values if len(value) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def value(self, value: object) -> object:
        """Return a value without secrets, all the way down; what is no plain value becomes the text it is shown as."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.text(value)
            case bytes() | bytearray():
                return self.text(bytes(value).decode(errors="replace"))
            case Mapping():
                return self.mapping(value)
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
        return self.text(_shown(value))

    def mapping(self, values: Mapping[Any, object]) -> dict[str, Any]:
        """Return a mapping without secrets; what stands under a name like "token" is one, whatever it looks like."""
        return {self._key(key): self._named(key, item) for key, item in values.items()}

    def _key(self, key: object) -> str:
        return self.text(key if isinstance(key, str) else _shown(key))

    def _named(self, name: object, value: object) -> object:
        if isinstance(name, str) and name.lower() in _SECRET_NAMES and value is not None:
            return REDACTED
        return self.value(value)


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), repr(secret)[1:-1]} if secret else set()


def _shown(value: object) -> str:
    # A log line must not fail because something in it cannot be shown.
    try:
        return str(value) if isinstance(value, BaseException) else repr(value)
    except Exception as error:  # noqa: BLE001 - any object may be logged, and its repr may raise anything
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
