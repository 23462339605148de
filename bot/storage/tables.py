"""The tables. A change here wants a migration beside it; a test compares the two."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, MetaData, String, Table, Text, text

from bot.storage.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

jobs = Table(
    "jobs",
    metadata,
    # One row is one job, so that every step is one fenced UPDATE.
    Column("id", String(16), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("told", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    # Who works on it: both are NULL when nobody does, and stay as they are once the job is closed.
    Column("owner", String(64)),
    Column("lease_until", UtcDateTime),
    # Who and where, for look-ups; Discord's ids are unsigned, but stay below 2**63 until the year 2084.
    Column("user_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger),
    # The channel, or of a thread its channel; of jobs from before it was kept, the place of asking.
    Column("root_id", BigInteger),
    # The interaction's token, a secret: emptied as soon as it is of no more use.
    Column("token", Text, nullable=False),
    Column("task_id", Text),
    Column("task_status", String(16)),
    Column("task_since", UtcDateTime),
    Column("task_shown", String(16)),
    Column("version", String(16), nullable=False),
    # Jobs of the same class take about the same time; see `bot.domain.speed.speed_class`.
    Column("speed_class", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("results_expire_at", UtcDateTime),
    Column("retry_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    # What is only ever read with its job.
    Column("requester", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("request", JSON, nullable=False),
    Column("references", JSON, nullable=False),
    Column("results", JSON, nullable=False),
    Column("sent", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("failure", JSON(none_as_null=True)),
    Column("sources", JSON, nullable=False, server_default=text("'[]'")),
    Column("remarks", JSON, nullable=False, server_default=text("'[]'")),
    # How often the row was written or claimed: whoever writes says which writing it has seen.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # Where it stands in the line for a place at the API: "line", "api" once it has one, else NULL.
    Column("turn", String(8)),
)

# Spelled as the queries spell it, for SQLite compares the words: https://www.sqlite.org/partialindex.html
IN_LINE = text("turn = 'line'")
AT_API = text("turn = 'api'")
_OPEN = text("open = 1")
# Finds what may be claimed without a look at the jobs that are done, or held: a lease that is unset or over.
Index("ix_jobs_claim", jobs.c.lease_until, sqlite_where=_OPEN, postgresql_where=jobs.c.open)
Index("ix_jobs_owner", jobs.c.owner, sqlite_where=_OPEN, postgresql_where=jobs.c.open)
Index("ix_jobs_status", jobs.c.status)
Index("ix_jobs_task", jobs.c.task_id)
Index("ix_jobs_history", jobs.c.user_id, jobs.c.created_at)
Index("ix_jobs_place_history", jobs.c.user_id, jobs.c.root_id, jobs.c.created_at)
Index("ix_jobs_speed", jobs.c.speed_class, jobs.c.completed_at)
Index("ix_jobs_line", jobs.c.user_id, jobs.c.created_at, jobs.c.id, sqlite_where=IN_LINE, postgresql_where=IN_LINE)
Index("ix_jobs_place", jobs.c.user_id, sqlite_where=AT_API, postgresql_where=AT_API)

facts = Table(
    "facts",
    metadata,
    # What the bot wants to know after a restart and is no job: the hash of the synced command tree, for one.
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

people_in_line = Table(
    "people_in_line",
    metadata,
    # Everybody with a job in line, and a moment no later than the creation of the oldest of these: whose turn it is can
    # be found without a look at the jobs behind. `bot.storage.line` puts right what has changed meanwhile.
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("first_at", UtcDateTime, nullable=False),
)
Index("ix_people_in_line_first", people_in_line.c.first_at, people_in_line.c.user_id)

rates = Table(
    "rates",
    metadata,
    # When the next request of a kind may go out, in seconds since 1970 by the database's clock.
    Column("name", String(64), primary_key=True),
    Column("next_at", Double, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    # What a form is about that somebody has open; its `custom_id` has the id, so that it outlives a restart.
    Column("id", String(16), primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("form", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_drafts_created", drafts.c.created_at)

trays = Table(
    "trays",
    metadata,
    # What somebody has collected in one channel.
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pictures", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
Index("ix_trays_expires", trays.c.expires_at)

offers = Table(
    "offers",
    metadata,
    # Who has been offered a form for a message they reacted to, once each; and by which message of the bot's own.
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("answer_id", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_offers_created", offers.c.created_at)
