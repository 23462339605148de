"""Reference pictures from wherever they are: what they are gathered from, and what people collect before they ask.

Earlier results are looked for by channel, so that of each job is kept, apart from the thread it may be in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add three columns and three tables; jobs that are there have gathered their references."""
    for name in ("sources", "remarks"):
        op.add_column("jobs", sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("jobs", sa.Column("root_id", sa.BigInteger()))
    # Which of these are threads is not known; who asks there again finds what was asked for in the channel.
    op.execute("UPDATE jobs SET root_id = channel_id")
    op.create_index("ix_jobs_place_history", "jobs", ["user_id", "root_id", "created_at"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_created", "drafts", ["created_at"])
    op.create_table(
        "trays",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name="pk_trays"),
    )
    op.create_index("ix_trays_expires", "trays", ["expires_at"])
    op.create_table(
        "offers",
        sa.Column("message_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_offers"),
    )
    op.create_index("ix_offers_created", "offers", ["created_at"])


def downgrade() -> None:
    """Drop them.

    Raises:
        RuntimeError: a job has not gathered its references yet, and would be paid for without them.
    """
    waiting = op.get_bind().execute(sa.text("SELECT count(*) FROM jobs WHERE open AND CAST(sources AS TEXT) <> '[]'"))
    if waiting.scalar_one():
        raise RuntimeError("let the jobs that are gathering their references end first")
    for table in ("offers", "trays", "drafts"):
        op.drop_table(table)
    op.drop_index("ix_jobs_place_history", "jobs")
    for name in ("root_id", "remarks", "sources"):
        op.drop_column("jobs", name)
