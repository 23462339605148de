"""What several processes need over one database: fences by revision, a common line for the API, common rates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns, and count the tasks that are at the API already."""
    op.add_column("jobs", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("jobs", sa.Column("turn", sa.String(8)))
    op.execute("UPDATE jobs SET turn = 'api' WHERE status IN ('submitting', 'waiting')")
    line, place = sa.text("turn = 'line'"), sa.text("turn = 'api'")
    op.create_index("ix_jobs_line", "jobs", ["user_id", "created_at", "id"], sqlite_where=line, postgresql_where=line)
    op.create_index("ix_jobs_place", "jobs", ["user_id"], sqlite_where=place, postgresql_where=place)
    op.create_table(
        "people_in_line",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_people_in_line"),
    )
    op.create_index("ix_people_in_line_first", "people_in_line", ["first_at", "user_id"])
    op.create_table(
        "rates",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rates"),
    )


def downgrade() -> None:
    """Drop what was added; the line forms anew in the memory of the one process that version knows."""
    op.drop_table("rates")
    op.drop_table("people_in_line")
    op.drop_index("ix_jobs_place", "jobs")
    op.drop_index("ix_jobs_line", "jobs")
    op.drop_column("jobs", "turn")
    op.drop_column("jobs", "revision")
