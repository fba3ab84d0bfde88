"""Alembic's scripts: each moves the schema by one step, on both dialects."""
