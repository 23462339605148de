"""Where jobs are kept: a SQLite file with the one writer that commits to it, or a PostgreSQL server's database."""

from bot.storage.backup import back_up, restore
from bot.storage.census import Census, SqlCensus
from bot.storage.database import Database, DatabaseFacts, check, in_use
from bot.storage.drafts import SqlFormStore
from bot.storage.facts import FactStore
from bot.storage.history import SqlHistory
from bot.storage.jobs import SqlJobStore
from bot.storage.line import SqlAdmissionLine
from bot.storage.offers import SqlOfferStore
from bot.storage.rates import SqlRequestRate
from bot.storage.restored import Restoration, reckon_with_restoration
from bot.storage.trays import SqlTrayStore

__all__ = [
    "Census",
    "Database",
    "DatabaseFacts",
    "FactStore",
    "Restoration",
    "SqlAdmissionLine",
    "SqlCensus",
    "SqlFormStore",
    "SqlHistory",
    "SqlJobStore",
    "SqlOfferStore",
    "SqlRequestRate",
    "SqlTrayStore",
    "back_up",
    "check",
    "in_use",
    "reckon_with_restoration",
    "restore",
]
