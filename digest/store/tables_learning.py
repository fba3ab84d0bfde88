"""The tables of learning, beside those of `tables` and `tables_web`: what all readers share, what a topic
learned and how it was corrected, libraries that were imported, and what models said of papers.

What follows from other tables (`artefacts`, `learned`, `paper_vectors`) can be made anew, and says by a
version or a fingerprint of what it was made.
"""

from __future__ import annotations

import sqlalchemy as sa

from digest.store.tables import UtcDateTime, metadata

# Shared over all readers and made now and then: the directions of `core.directions`, the background that
# scores are measured against.
artefacts = sa.Table(
    "artefacts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# What a topic (by its ref) learned and how its scores are calibrated; `fingerprint` is of all that it was
# made of.
learned = sa.Table(
    "learned",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Words that a reader struck out of a topic (-1) or pinned to it (1), by their term; `words` are as they wrote
# them.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("term", sa.Text, primary_key=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# What was liked up to then does not shape the topic any more.
resets = sa.Table(
    "resets",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# The entries of a file that a reader imported: waiting -> found | missing. `key` is the entry's own identity.
library_entries = sa.Table(
    "library_entries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("arxiv_id", sa.Text),
    sa.Column("doi", sa.Text),
    sa.Column("liked_at", UtcDateTime),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("paper_id", sa.Integer),
    sa.Column("tried_at", UtcDateTime),
    sa.Column("reason", sa.Text, nullable=False),
    sa.UniqueConstraint("subscriber_id", "topic", "key"),
    sqlite_autoincrement=True,
)

# A paper as a row of an embedding model, float16; those of another model or revision are made anew.
paper_vectors = sa.Table(
    "paper_vectors",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

# One sentence of a paper, as a model wrote it; "" where what it wrote was refused.
gists = sa.Table(
    "gists",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("model", sa.Text, primary_key=True),
    sa.Column("prompt", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
)

# What was asked of a model on a day.
spending = sa.Table(
    "spending",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("tokens", sa.Integer, nullable=False),
)

# What was counted of a paper by the end of a day, where it changed: how its stars grow.
paper_counts = sa.Table(
    "paper_counts",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("upvotes", sa.Integer),
    sa.Column("comments", sa.Integer),
    sa.Column("stars", sa.Integer),
    sqlite_with_rowid=False,
)
