"""Where jobs are kept: a SQLite file with the one writer that commits to it, or a PostgreSQL server's database."""

from bot.storage.database import Database, DatabaseFacts, check, in_use
from bot.storage.facts import FactStore
from bot.storage.jobs import SqlJobStore
from bot.storage.line import SqlAdmissionLine
from bot.storage.rates import SqlRequestRate

__all__ = [
    "Database",
    "DatabaseFacts",
    "FactStore",
    "SqlAdmissionLine",
    "SqlJobStore",
    "SqlRequestRate",
    "check",
    "in_use",
]
