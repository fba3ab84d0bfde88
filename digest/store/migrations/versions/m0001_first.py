"""The schema of the first morning run, frozen: later steps change it, this file never does."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

metadata = sa.MetaData()

sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("merged_into", sa.Integer),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("abstract", sa.Text, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("categories", sa.JSON, nullable=False),
    sa.Column("arxiv_id", sa.Text, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("doi", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("pdf_url", sa.Text),
    sa.Column("code_url", sa.Text),
    sa.Column("project_url", sa.Text),
    sa.Column("thumbnail_url", sa.Text),
    sa.Column("gist", sa.Text),
    sa.Column("submitter", sa.Text),
    sa.Column("upvotes", sa.Integer),
    sa.Column("comments", sa.Integer),
    sa.Column("stars", sa.Integer),
    sa.Column("first_listed", sa.Date, nullable=False),
    sa.Column("community_listed", sa.Date),
    sa.Column("sources", sa.JSON, nullable=False),
)

sa.Table(
    "paper_revisions",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

sa.Table(
    "paper_keys",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.Integer, nullable=False),
)

sa.Table(
    "listings",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("paper_id", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.UniqueConstraint("source", "channel", "key"),
    sa.Index("listings_by_day", "day", "paper_id"),
    sqlite_autoincrement=True,
)

sa.Table(
    "sources",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("position", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("checked_at", sa.DateTime, nullable=False),
    sa.Column("succeeded_at", sa.DateTime),
)

sa.Table(
    "hosts",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("free_at", sa.Float, nullable=False),
)

sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

sa.Table(
    "subscribers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("address_key", sa.Text, nullable=False, unique=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("send_at", sa.Text, nullable=False),
    sa.Column("cadence", sa.JSON, nullable=False),
    sa.Column("max_papers", sa.Integer, nullable=False),
    sa.Column("trending", sa.Boolean, nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("agreed_at", sa.DateTime),
    sa.Column("agreed_where", sa.Text, nullable=False, default=""),
    sa.Column("left_at", sa.DateTime),
    sa.Column("last_scheduled_at", sa.DateTime),
    sa.Column("next_due_at", sa.DateTime),
    sa.Index("subscribers_due", "status", "next_due_at"),
    sqlite_autoincrement=True,
)

sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False),
    sa.Column("slot", sa.Text, nullable=False),
    sa.Column("scheduled_at", sa.DateTime, nullable=False),
    sa.Column("next_at", sa.DateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cut_off", sa.Integer),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("provider", sa.Text, nullable=False, default=""),
    sa.Column("provider_id", sa.Text, nullable=False, default=""),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("owner", sa.Text, nullable=False, default=""),
    sa.Column("retry_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime, nullable=False),
    sa.UniqueConstraint("subscriber_id", "slot"),
    sa.Index("deliveries_by_state", "state", "next_at"),
)

sa.Table(
    "editions",
    metadata,
    sa.Column("delivery_id", sa.Text, primary_key=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False, index=True),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("papers", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)


def upgrade() -> None:
    """Make every table."""
    metadata.create_all(op.get_bind())
