"""What every error of the bot has in common: data, what it cost, and a form that survives a restart."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self

_BY_NAME: "dict[str, type[BotError]]" = {}


class Cost(StrEnum):
    """What the person's request has cost when the error was raised."""

    NOTHING = "nothing"
    """Nothing was sent, or the API certainly refused it."""
    UNLIKELY = "unlikely"
    """The task failed at the service, which charges per finished picture."""
    UNKNOWN = "unknown"
    """The request may have been taken."""
    PAID = "paid"
    """The pictures exist and were paid for."""


@dataclass(eq=False)
class BotError(Exception):
    """The root of the tree; its fields are the data its sentence is made of.

    Attributes:
        retryable: whether the same step may succeed when it is tried again later.
        cost: what the request has cost by then.
    """

    retryable: ClassVar[bool] = False
    cost: ClassVar[Cost] = Cost.NOTHING

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep every class by its name, so that a stored error can be read back."""
        super().__init_subclass__(**kwargs)
        _BY_NAME[cls.__name__] = cls

    def __str__(self) -> str:
        """Return the class and its data, for logs; people get the words of `bot.presentation.errors`."""
        data = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))
        return f"{type(self).__name__}({data})"

    def to_record(self) -> dict[str, Any]:
        """Return a JSON-able form: `{"error": class name, "data": {field: value}}`."""
        return {"error": type(self).__name__, "data": {f.name: _pack(getattr(self, f.name)) for f in fields(self)}}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "BotError":
        """Return the error a record was made of.

        A record of a class or shape this version does not know (written by a newer one) comes back as `UnknownError`.
        """
        kind = _BY_NAME.get(str(record.get("error")), UnknownError)
        data = record.get("data")
        try:
            return kind(**{key: _unpack(value) for key, value in dict(data or {}).items()})
        except (TypeError, ValueError):
            return UnknownError(reference="", summary=str(record.get("error")))

    def with_cause(self, cause: BaseException) -> Self:
        """Return self with its cause set, for errors that are handed on rather than raised at once."""
        self.__cause__ = cause
        return self


@dataclass(eq=False)
class UnknownError(BotError):
    """Something nobody foresaw; `reference` also stands in the log beside the traceback."""

    reference: str
    summary: str = ""
    cost: ClassVar[Cost] = Cost.UNKNOWN


def _pack(value: object) -> object:
    if isinstance(value, BotError):
        return value.to_record()
    if isinstance(value, tuple):
        return [_pack(item) for item in value]
    return value


def _unpack(value: object) -> object:
    if isinstance(value, dict) and "error" in value:
        return BotError.from_record(value)
    if isinstance(value, list):
        return tuple(_unpack(item) for item in value)
    return value
