"""Where jobs are kept: a SQLite file, its tables, and the one writer that commits to it."""

from bot.storage.backup import back_up, restore
from bot.storage.census import Census, SqlCensus
from bot.storage.database import Database, DatabaseFacts, check, in_use
from bot.storage.facts import FactStore
from bot.storage.jobs import SqlJobStore
from bot.storage.restored import Restoration, reckon_with_restoration

__all__ = [
    "Census",
    "Database",
    "DatabaseFacts",
    "FactStore",
    "Restoration",
    "SqlCensus",
    "SqlJobStore",
    "back_up",
    "check",
    "in_use",
    "reckon_with_restoration",
    "restore",
]
