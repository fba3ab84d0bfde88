"""The tables of the web side, beside those of `tables`: joining, coming again, voting, editing, searching.

The index of words (`paper_words`, SQLite's FTS5) is in no table here: only `store.search` and the migration
that made it know of it.
"""

from __future__ import annotations

import sqlalchemy as sa

from digest.store.tables import UtcDateTime, metadata

# A wish that its address must confirm: "join" (a new membership; `body` is the Subscriber) or "move" (of
# `subscriber_id` to `email`). `shown` is what the person agreed to, `asked_where` from where: the evidence.
confirmations = sa.Table(
    "confirmations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subscriber_id", sa.Integer),
    sa.Column("address_hash", sa.LargeBinary, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("asked_where", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),
    sa.Index("confirmations_by_hash", "address_hash", "asked_at"),
    sa.Index("confirmations_by_reader", "subscriber_id"),
    sqlite_autoincrement=True,
)

# Short mails of one occasion (a confirmation, a lost link): waiting -> sending -> accepted | rejected |
# suppressed | uncertain, or waiting again until `retry_at`. One that is uncertain is never sent again.
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("address_hash", sa.LargeBinary, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("subscriber_id", sa.Integer),
    sa.Column("confirmation_id", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("provider_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("retry_at", UtcDateTime),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Index("notes_by_state", "state", "asked_at"),
    sa.Index("notes_by_hash", "address_hash", "asked_at"),
)

# Numbers of readers whom a backup did not know when it came back: nobody has them, and nobody but their
# address gets them.
former_ids = sa.Table(
    "former_ids",
    metadata,
    sa.Column("address_hash", sa.LargeBinary, primary_key=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False, unique=True),
)

# Public, and counted in `papers.votes`.
upvotes = sa.Table(
    "upvotes",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("upvotes_by_paper", "paper_id"),
)

# Private: 1 for more like this, -1 for less. `topic` is the ref of the reader's topic, "" for none; `origin`
# is "vote", or "library" of what came in a file.
likes = sa.Table(
    "likes",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("origin", sa.Text, nullable=False, server_default="vote"),
    sa.Index("likes_by_paper", "paper_id"),
)

# One who comes back is a new row: the link of an earlier one stays dead.
editors = sa.Table(
    "editors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Index("editors_by_name", "name", unique=True, sqlite_where=sa.text("ended_at IS NULL")),
    sqlite_autoincrement=True,
)

# What editors did, each act for ever; what it comes to stands in `curated`.
curations = sa.Table(
    "curations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("paper_id", sa.Integer, nullable=False),
    sa.Column("editor_id", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # submit, pick, unpick, pin, unpin, hide, unhide
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("curations_by_paper", "paper_id"),
    sqlite_autoincrement=True,
)

# The names of the editors who did so, "" where none did.
curated = sa.Table(
    "curated",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("submitted_by", sa.Text, nullable=False),
    sa.Column("picked_by", sa.Text, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("hidden_by", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
)

# A paper under each of its categories, by the day on which it was first listed.
paper_categories = sa.Table(
    "paper_categories",
    metadata,
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Index("paper_categories_by_paper", "paper_id"),
    sqlite_with_rowid=False,
)

# A paper's terms, packed by `core.space`: what searching by meaning reads.
paper_terms = sa.Table(
    "paper_terms",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("terms", sa.LargeBinary, nullable=False),
)
