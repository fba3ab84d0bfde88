"""Alembic's entry: works on the connection, and in the transaction, that `Database.upgrade` gives."""

from alembic import context

from digest.store import tables_web  # noqa: F401  (its tables are of the same metadata)
from digest.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
