"""Suppressions, events, limits, alarms, and a history of each delivery."""

import secrets

import sqlalchemy as sa
from alembic import op

from digest.store.hashes import KEY_BYTES, SUPPRESSION_KEY, Hashes

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what delivery under fire needs; who had left is suppressed from now on."""
    with op.batch_alter_table("subscribers") as table:
        table.add_column(sa.Column("address_hash", sa.LargeBinary))
        table.create_index("subscribers_by_hash", ["address_hash"])
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("address_hash", sa.LargeBinary))
        table.add_column(sa.Column("soft", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("maybe_sent", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("planned_at", sa.DateTime))
        table.add_column(sa.Column("history", sa.Text, nullable=False, server_default=""))
        table.drop_index("deliveries_by_state")
        table.create_index("deliveries_by_state", ["state", "scheduled_at"])
        table.create_index("deliveries_by_time", ["scheduled_at"])
    op.execute("UPDATE deliveries SET planned_at = updated_at")
    op.execute("UPDATE deliveries SET maybe_sent = (1 = 1) WHERE state = 'uncertain'")
    _make_tables()
    _suppress_who_left()


def _make_tables() -> None:
    op.create_table(
        "delivery_events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("delivery_id", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("teller", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.LargeBinary, primary_key=True),
        sa.Column("cause", sa.Text, primary_key=True),
        sa.Column("email", sa.Text),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "allowances",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("free_at", sa.Float, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("used", sa.Integer, nullable=False),
    )
    op.create_table(
        "domains",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.Float, nullable=False),
    )
    op.create_table(
        "alarms",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("told_at", sa.DateTime),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "shown_papers",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("papers", sa.LargeBinary, nullable=False),
    )


def _suppress_who_left() -> None:
    connection = op.get_bind()
    key = secrets.token_bytes(KEY_BYTES)
    connection.execute(
        sa.text("INSERT INTO keys (name, value) VALUES (:name, :value)"),
        {"name": SUPPRESSION_KEY, "value": key},
    )
    hashes = Hashes(key)
    readers = connection.execute(sa.text("SELECT id, email FROM subscribers")).all()
    if readers:
        connection.execute(
            sa.text("UPDATE subscribers SET address_hash = :hash WHERE id = :id"),
            [{"id": reader.id, "hash": hashes.address(reader.email)} for reader in readers],
        )
    connection.execute(
        sa.text(
            "INSERT INTO suppressions (address_hash, cause, email, at, evidence) "
            "SELECT address_hash, 'unsubscribe', email, coalesce(left_at, CURRENT_TIMESTAMP), 'had left' "
            "FROM subscribers WHERE status = 'left'"
        )
    )
