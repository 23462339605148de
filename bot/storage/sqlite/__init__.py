"""Everything that is SQLite's own way, so that another engine can stand beside it."""
