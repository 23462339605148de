"""The history of the tables, as Alembic's migrations; `bot.storage.migrate` runs them."""
