"""The marker every sentence goes through, so that a translation can be laid over the words without touching them.

Sentences are English in the code. `_` looks them up in the catalogue of the current locale, where there is one
(gettext `.mo` files under `bot/presentation/locales`), and returns them unchanged otherwise.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "seedream-bot"
LOCALES = Path(__file__).parent / "locales"

_locale: ContextVar[str] = ContextVar("locale", default="en-US")


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Use the catalogue of a Discord locale ("de", "pt-BR") for the words made inside the block."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _catalogue(locale: str) -> gettext.NullTranslations:
    language = locale.replace("-", "_")
    return gettext.translation(DOMAIN, LOCALES, [language, language.split("_")[0]], fallback=True)


def _(message: str) -> str:
    """Return a sentence in the current locale."""
    return _catalogue(_locale.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a sentence that goes with a number, in the current locale."""
    return _catalogue(_locale.get()).ngettext(one, many, count)
