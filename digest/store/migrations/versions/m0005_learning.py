"""Learning: what topics learn and how it is corrected, imported libraries, what models said, and counts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables; everybody's likes so far came by a vote."""
    op.add_column("likes", sa.Column("origin", sa.Text, nullable=False, server_default="vote"))
    op.add_column("subscribers", sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("papers", sa.Column("community_at", sa.DateTime))
    op.add_column("papers", sa.Column("warmth", sa.Float, nullable=False, server_default="0"))
    # Weighed anew whenever something is counted; until then as votes always were.
    op.execute(
        "UPDATE papers SET warmth = coalesce(upvotes, 0) + votes WHERE coalesce(upvotes, 0) + votes > 0"
    )
    op.drop_index("papers_by_day", "papers")
    op.drop_index("papers_by_community", "papers")
    counted = ["id", "merged_into", "upvotes", "votes", "warmth", "community_at"]
    op.create_index("papers_by_day", "papers", ["first_listed", *counted, "community_listed"])
    op.create_index(
        "papers_by_community",
        "papers",
        ["community_listed", *counted],
        sqlite_where=sa.text("community_listed IS NOT NULL"),
    )
    op.create_table(
        "artefacts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "learned",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "corrections",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("term", sa.Text, primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resets",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "library_entries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("subscriber_id", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("doi", sa.Text),
        sa.Column("liked_at", sa.DateTime),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("paper_id", sa.Integer),
        sa.Column("tried_at", sa.DateTime),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("subscriber_id", "topic", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "paper_vectors",
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "gists",
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("prompt", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
    )
    op.create_table(
        "spending",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
    )
    op.create_table(
        "paper_counts",
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("upvotes", sa.Integer),
        sa.Column("comments", sa.Integer),
        sa.Column("stars", sa.Integer),
        sqlite_with_rowid=False,
    )
