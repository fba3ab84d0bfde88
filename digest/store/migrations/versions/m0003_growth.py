"""Indexes by which a run's time does not grow with what the library has seen; editions, compressed."""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the indexes, and compress what there is."""
    op.create_index(
        "papers_merged", "papers", ["merged_into"], sqlite_where=sa.text("merged_into IS NOT NULL")
    )
    op.create_index("listings_by_paper", "listings", ["paper_id", "day"])
    op.create_index("deliveries_by_reader", "deliveries", ["subscriber_id", "scheduled_at"])
    with op.batch_alter_table("editions") as table:
        table.alter_column("body", type_=sa.LargeBinary, existing_type=sa.Text, existing_nullable=False)
    op.create_index(
        "editions_to_remember",
        "editions",
        ["subscriber_id", "made_at"],
        sqlite_where=sa.text("length(papers) > 0"),
    )
    connection = op.get_bind()
    for delivery_id in connection.scalars(sa.text("SELECT delivery_id FROM editions")).all():
        row = connection.execute(
            sa.text("SELECT CAST(body AS TEXT) FROM editions WHERE delivery_id = :id"), {"id": delivery_id}
        ).one()
        connection.execute(
            sa.text("UPDATE editions SET body = :body WHERE delivery_id = :id"),
            {"id": delivery_id, "body": zlib.compress(row[0].encode())},
        )
