"""The schema of the first release."""

from alembic import op

from digest.store.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table. Until the first release this follows `tables.py`; then it is frozen."""
    metadata.create_all(op.get_bind())
