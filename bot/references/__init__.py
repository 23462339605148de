"""Reference images: fetched without reaching into the host's network, checked from their bytes, uploaded."""

from bot.references.earlier import EarlierResults
from bot.references.fetch import Fetcher
from bot.references.gather import Gatherer
from bot.references.guard import open_guarded_session
from bot.references.preparer import Preparer
from bot.references.tidy import TooLarge

__all__ = ["EarlierResults", "Fetcher", "Gatherer", "Preparer", "TooLarge", "open_guarded_session"]
