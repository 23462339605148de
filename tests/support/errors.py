"""Every class of the error tree, and a sample of each made from the types of its fields."""

from collections.abc import Iterator
from dataclasses import fields
from typing import TypeVar, get_type_hints

from bot.domain.place import Right
from bot.errors import BotError, CannotPostPictures, PlaceGone, ReferenceImageError, ReferenceSourceError, RequestError
from bot.errors import request as request_errors

E = TypeVar("E", bound=BotError)


def classes(root: type[BotError] = BotError) -> Iterator[type[BotError]]:
    """Yield a class and everything below it, as far as the bot itself defines it."""
    if not root.__module__.startswith("bot.errors"):
        return
    yield root
    for child in root.__subclasses__():
        yield from classes(child)


def sample(kind: type[E]) -> E:
    """Return an instance whose every field holds something to be recognised by."""
    hints = get_type_hints(kind)
    data = {field.name: _value(kind, field.name, hints[field.name], place) for place, field in enumerate(fields(kind))}
    return kind(**data)


def samples() -> list[BotError]:
    """Return one instance of every class."""
    return [sample(kind) for kind in classes()]


def _value(kind: type[BotError], name: str, hint: object, place: int) -> object:
    if kind is CannotPostPictures:
        return (Right.ATTACH_FILES.value,)
    if hint == tuple[ReferenceImageError, ...]:
        return tuple(sample(child) for child in ReferenceImageError.__subclasses__())
    if hint == tuple[ReferenceSourceError, ...]:
        return tuple(sample(child) for child in classes(ReferenceSourceError))
    if hint == tuple[RequestError, ...]:
        return (request_errors.PromptMissing(), sample(request_errors.PromptTooLong))
    if hint is BotError:
        return sample(PlaceGone)
    if hint == tuple[str, ...]:
        return (f"{name} one", f"{name} two")
    values = {int: 4100 + place, str: f"{name} words", float: 7.5, bool: True, float | None: 7.5}
    return values[hint]  # type: ignore[index]  # a type is hashable, which `object` hides
