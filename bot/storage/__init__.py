"""Where jobs are kept: a SQLite file, its tables, and the one writer that commits to it."""

from bot.storage.database import Database, DatabaseFacts, check, in_use
from bot.storage.facts import FactStore
from bot.storage.jobs import SqlJobStore

__all__ = ["Database", "DatabaseFacts", "FactStore", "SqlJobStore", "check", "in_use"]
