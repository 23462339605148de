"""Jobs and facts: everything the first version keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("lease_until", _MOMENT),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text()),
        sa.Column("task_status", sa.String(16)),
        sa.Column("task_since", _MOMENT),
        sa.Column("task_shown", sa.String(16)),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("speed_class", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("submitted_at", _MOMENT),
        sa.Column("completed_at", _MOMENT),
        sa.Column("results_expire_at", _MOMENT),
        sa.Column("retry_at", _MOMENT),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("requester", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("failure", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    sqlite, postgresql = sa.text("open = 1"), sa.text("open")
    op.create_index("ix_jobs_claim", "jobs", ["lease_until"], sqlite_where=sqlite, postgresql_where=postgresql)
    op.create_index("ix_jobs_owner", "jobs", ["owner"], sqlite_where=sqlite, postgresql_where=postgresql)
    op.create_index("ix_jobs_status", "jobs", ["status"])
    op.create_index("ix_jobs_task", "jobs", ["task_id"])
    op.create_index("ix_jobs_history", "jobs", ["user_id", "created_at"])
    op.create_index("ix_jobs_speed", "jobs", ["speed_class", "completed_at"])
    op.create_table(
        "facts",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )


def downgrade() -> None:
    """Drop both tables and what is in them."""
    op.drop_table("facts")
    op.drop_table("jobs")
