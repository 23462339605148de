"""The form that a right-click or a button opens: what it is about, and what has been filled in so far."""

from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from bot.domain.references import Remark
from bot.domain.request import MAX_REFERENCES, RequestDraft
from bot.domain.sources import Picture

MOST_OFFERED = 25
"""Pictures one can choose from, as many as a menu has options.

Source: https://discord.com/developers/docs/components/reference#string-select
"""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is opened; Discord sends back what was typed, but not what the form is about.

    Attributes:
        id: 16 characters, part of the form's `custom_id`.
        user_id: who opened it, and alone may send it.
        pictures: what it is about, in order.
        left_out: what was seen beside them and cannot be a reference.
        chosen: numbers of the pictures that are taken, from 1; None: the first ones, as many as may go along.
        own: pictures that were uploaded with it before, and go after the others.
        tray_id: the channel of the tray that `pictures` are of, to be emptied once they are used.
        filled: what the other fields say; its number of references is not in use.
    """

    id: str
    user_id: int
    pictures: tuple[Picture, ...] = ()
    left_out: tuple[Remark, ...] = ()
    chosen: tuple[int, ...] | None = None
    own: tuple[Picture, ...] = ()
    tray_id: int | None = None
    filled: RequestDraft = field(default_factory=partial(RequestDraft, prompt=""))

    @property
    def choosing(self) -> bool:
        """Whether there are more pictures than may go along, so that one has to choose."""
        return len(self.pictures) > MAX_REFERENCES

    @property
    def offered(self) -> tuple[Picture, ...]:
        """The pictures that can be chosen from."""
        return self.pictures[:MOST_OFFERED]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pictures that are taken, from 1."""
        if self.choosing and self.chosen is not None:
            return self.chosen
        return tuple(range(1, min(len(self.pictures), MAX_REFERENCES) + 1))

    @property
    def taken(self) -> tuple[Picture, ...]:
        """The pictures that go along, in the order the API gets them."""
        return (*(self.pictures[number - 1] for number in self.numbers), *self.own)

    @property
    def room(self) -> int:
        """How many more pictures may go along."""
        return max(0, MAX_REFERENCES - len(self.taken))


class FormStore(Protocol):
    """Where forms are kept from their opening until they are used, a day at most."""

    async def keep(self, form: Form) -> None:
        """Keep a form."""
        ...

    async def load(self, form_id: str) -> Form | None:
        """Return a form that is still kept."""
        ...

    async def remove(self, form_id: str) -> None:
        """Forget a form, if it is kept."""
        ...
