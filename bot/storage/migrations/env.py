"""What Alembic runs around the migrations; `bot.storage.migrate` hands it a connection that is in a transaction.

https://alembic.sqlalchemy.org/en/latest/cookbook.html#connection-sharing
"""

from alembic import context

from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by making a new one; Alembic calls that a batch.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
