"""Collects the refused fields of a request and words them as Discord does.

The tree of a `50035` answer: https://discord.com/developers/docs/reference#error-messages.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.discord.errors import ApiError, Code, Json

Path = tuple[str | int, ...]

_SCHEMES = ("http", "https", "discord")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://\S+$")


class Form:
    """A request body under examination; `finish` raises when anything was refused."""

    def __init__(self) -> None:
        self._tree: Json = {}

    @property
    def refused(self) -> bool:
        """Whether any field was refused so far."""
        return bool(self._tree)

    def refuse(self, path: Path, code: str, message: str) -> None:
        """Refuse the field at a path."""
        node = self._tree
        for part in path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Raise what was collected.

        Raises:
            ApiError: 50035 with the tree of all refused fields.
        """
        if self._tree:
            raise ApiError(Code.INVALID_FORM, self._tree)

    def required(self, path: Path) -> None:
        """Refuse a missing field."""
        self.refuse(path, "BASE_TYPE_REQUIRED", "This field is required")

    def text(
        self, path: Path, value: object, *, shortest: int = 0, longest: int | None = None, required: bool = False
    ) -> str | None:
        """Check a string's type and length in characters; return it if it stands."""
        if value is None:
            if required:
                self.required(path)
            return None
        if not isinstance(value, str):
            self.refuse(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if required and not value:
            self.required(path)
        else:
            self.length(path, len(value), shortest=shortest, longest=longest)
        return value

    def length(self, path: Path, length: int, *, shortest: int = 0, longest: int | None = None) -> None:
        """Check a length against its bounds."""
        if shortest and longest is not None and not shortest <= length <= longest:
            message = f"Must be between {shortest} and {longest} in length."
            self.refuse(path, "BASE_TYPE_BAD_LENGTH", message)
        elif length < shortest:
            self.refuse(path, "BASE_TYPE_MIN_LENGTH", f"Must be {shortest} or more in length.")
        elif longest is not None and length > longest:
            self.refuse(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")

    def number(
        self,
        path: Path,
        value: object,
        *,
        least: float | None = None,
        most: float | None = None,
        required: bool = False,
    ) -> int | float | None:
        """Check a number's type and range; return it if it stands."""
        if value is None:
            if required:
                self.required(path)
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if least is not None and value < least:
            self.refuse(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif most is not None and value > most:
            self.refuse(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return value

    def choice(self, path: Path, value: object, allowed: tuple[int | str, ...], *, required: bool = False) -> None:
        """Check that a value is one of a few."""
        if value is None:
            if required:
                self.required(path)
        elif value not in allowed:
            names = ", ".join(str(item) for item in allowed)
            self.refuse(path, "BASE_TYPE_CHOICES", f"Value must be one of ({names}).")

    def union(self, path: Path, kind: object, allowed: tuple[int, ...]) -> int | None:
        """Check the `type` by which Discord tells one kind of object from another; return it if it stands.

        It is the object that is refused: `components.0.components.0`, not its `type`.
        """
        if isinstance(kind, int) and not isinstance(kind, bool) and kind in allowed:
            return kind
        kinds = tuple(sorted(int(item) for item in allowed))
        self.refuse(path, "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {kinds}.')
        return None

    def distinct(self, path: Path, values: list[Any]) -> None:
        """Check that a list is a set, as `uniqueItems` in Discord's OpenAPI document demands."""
        seen: list[object] = []
        for index, value in enumerate(values):
            if value in seen:
                self.refuse((*path, index), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
            seen.append(value)

    def moment(self, path: Path, value: object) -> None:
        """Check a point in time."""
        text = self.text(path, value)
        if not text:
            return
        try:
            datetime.fromisoformat(text)
        except ValueError:
            self.refuse(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")

    def items(
        self, path: Path, value: object, *, fewest: int = 0, most: int | None = None, required: bool = False
    ) -> list[Any]:
        """Check a list's type and length; return it, or an empty one."""
        if value is None:
            if required:
                self.required(path)
            return []
        if not isinstance(value, list):
            self.refuse(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType.")
            return []
        self.length(path, len(value), shortest=fewest, longest=most)
        return value

    def mapping(self, path: Path, value: object) -> Json | None:
        """Check that a value is an object; return it if it is."""
        if isinstance(value, dict):
            return value
        self.refuse(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return None

    def snowflake(self, path: Path, value: object, *, required: bool = False) -> int | None:
        """Check an id; return it as a number if it stands."""
        if value is None:
            if required:
                self.required(path)
            return None
        if isinstance(value, bool) or not str(value).isdigit():
            self.refuse(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            return None
        return int(str(value))

    def url(self, path: Path, value: object, *, longest: int = 2048, attachments: bool = False) -> None:
        """Check a URL's scheme and length; `attachment://name` is one too where files may be meant."""
        text = self.text(path, value, longest=longest)
        if not text or (attachments and text.startswith("attachment://")):
            return
        if not _URL.match(text) or not urlsplit(text).netloc:
            self.refuse(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif (scheme := text.split(":", 1)[0].lower()) not in _SCHEMES:
            schemes = "('http', 'https', 'attachment')" if attachments else "('http', 'https', 'discord')"
            message = f'Scheme "{scheme}" is not supported. Scheme must be one of {schemes}.'
            self.refuse(path, "URL_TYPE_INVALID_SCHEME", message)


def snowflake_or_refuse(field: str, value: object) -> int:
    """Return an id from a path or query.

    Raises:
        ApiError: 50035 when it is none.
    """
    form = Form()
    number = form.snowflake((field,), value, required=True)
    form.finish()
    assert number is not None  # noqa: S101 - `finish` has raised otherwise
    return number
