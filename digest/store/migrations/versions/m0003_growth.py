"""Indexes by which a run's time does not grow with what the library has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make them; nothing else changes."""
    op.create_index(
        "papers_merged", "papers", ["merged_into"], sqlite_where=sa.text("merged_into IS NOT NULL")
    )
    op.create_index("listings_by_paper", "listings", ["paper_id", "day"])
    op.create_index("deliveries_by_reader", "deliveries", ["subscriber_id", "scheduled_at"])
    op.create_index(
        "editions_to_remember",
        "editions",
        ["subscriber_id", "made_at"],
        sqlite_where=sa.text("length(papers) > 0"),
    )
