"""Where jobs are kept: a SQLite file, its tables, and the one writer that commits to it."""

from bot.storage.census import Census, SqlCensus
from bot.storage.database import Database, DatabaseFacts, check, in_use
from bot.storage.facts import FactStore
from bot.storage.jobs import SqlJobStore

__all__ = ["Census", "Database", "DatabaseFacts", "FactStore", "SqlCensus", "SqlJobStore", "check", "in_use"]
