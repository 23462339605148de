"""The words of every error: what happened, what it cost, and what to do next.

`describe` says what happened and what to do; `explain` adds what it cost. Each class of `bot.errors` has its words
registered in one of the modules beside this one; a test walks the tree and fails on a class without.
"""

from bot.errors import BotError, Cost
from bot.presentation.errors import (  # noqa: F401 - they register the words
    api,
    delivery,
    forms,
    references,
    request,
    sources,
    startup,
)
from bot.presentation.errors.base import describe
from bot.presentation.i18n import _

__all__ = ["cost_words", "describe", "explain"]


def cost_words(cost: Cost) -> str:
    """Return the sentence that says whether anything was spent."""
    return {
        Cost.NOTHING: _("Nothing was spent."),
        Cost.UNLIKELY: _("Seedream charges per finished picture, so this should have cost nothing."),
        Cost.UNKNOWN: _("It cannot be known from here whether this was charged."),
        Cost.PAID: _("The pictures were made and paid for."),
    }[cost]


def explain(error: BotError, cost: Cost | None = None) -> str:
    """Return the words of an error with what it cost; `cost` is for where more is known than the class says."""
    return f"{describe(error)}\n{cost_words(error.cost if cost is None else cost)}"
