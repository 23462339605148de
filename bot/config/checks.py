"""What single values must look like; each check returns the value to keep, or says in words what is wrong."""

import json
import re
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

_PLACEHOLDER_WORDS = frozenset({"your", "paste", "changeme", "placeholder", "insert", "todo"})
_STORAGE_SCHEME = "sqlite+aiosqlite"


def token(value: SecretStr) -> SecretStr:
    """Check a bare token and strip the white space around it.

    Raises:
        ValueError: it is empty, still the example's placeholder, carries its scheme ("Bot …"), or cannot stand in an
            HTTP header. The message never repeats the value.
    """
    text = value.get_secret_value().strip()
    if not text:
        raise ValueError("is empty")
    if _is_placeholder(text):
        raise ValueError("still holds a placeholder; put the real token in its place")
    scheme, _, rest = text.partition(" ")
    if rest and scheme.lower() in {"bot", "bearer"}:
        raise ValueError(f'must be the bare token, without "{scheme} " in front')
    if re.search(r"\s", text):
        raise ValueError("holds white space in the middle; was more than the token copied?")
    if not (text.isascii() and text.isprintable()):
        raise ValueError("holds characters that no token has; was it copied completely?")
    return SecretStr(text)


def _is_placeholder(text: str) -> bool:
    words = set(re.split(r"[^a-z]+", text.lower()))
    return bool(words & _PLACEHOLDER_WORDS) or (text[0], text[-1]) == ("<", ">") or len(set(text.lower())) == 1


def http_url(value: str) -> str:
    """Check an http(s) address that paths are appended to, and strip its trailing slashes.

    Raises:
        ValueError: it is no such address.
    """
    return _url(value, {"http", "https"}, "an http:// or https:// address")


def gateway_url(value: str) -> str:
    """Check a WebSocket address, and strip its trailing slashes.

    Raises:
        ValueError: it is no such address.
    """
    return _url(value, {"ws", "wss"}, "a ws:// or wss:// address")


def _url(value: str, schemes: set[str], wanted: str) -> str:
    text = value.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must be {wanted}") from None
    if parts.scheme not in schemes or not host or re.search(r"\s", text):
        raise ValueError(f"must be {wanted}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not carry a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must not carry a ? or # part")
    return text.rstrip("/")


def password_of(url: str) -> str | None:
    """Return the password in a URL as it is meant, or None; as it is written, the shape alone tells it."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return None
    return unquote(password) if password else None


def storage_url(value: str) -> str:
    """Check the database's SQLAlchemy URL.

    Raises:
        ValueError: it names no database the bot can use. The message never repeats the URL, which may hold a password.
    """
    text = value.strip()
    scheme, separator, rest = text.partition("://")
    if scheme == _STORAGE_SCHEME and separator:
        if rest.partition("?")[0].strip("/") in {"", ":memory:"}:
            raise ValueError("names a database in memory, which would lose every job at a restart; name a file")
        return text
    instead = f' instead of "{scheme}://"' if separator and scheme.isalnum() else ""
    raise ValueError(f'must begin with "{_STORAGE_SCHEME}:///"{instead}')


def json_table(value: object) -> object:
    """Read a table that came as text, which is the only way an environment variable can carry one.

    Raises:
        ValueError: the text is no JSON object.
    """
    if not isinstance(value, str):
        return value
    try:
        table = json.loads(value)
    except json.JSONDecodeError:
        table = None
    if not isinstance(table, dict):
        raise ValueError('must be a JSON object in one line, such as {"5.0-lite": "0.035"}')  # noqa: TRY004 - pydantic collects ValueErrors only
    return table
