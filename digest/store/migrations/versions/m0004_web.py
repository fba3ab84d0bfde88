"""The web side: confirmations and notes, votes and likes, editors, and a library that can be searched."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# The index holds words alone; what they stand in stays in `papers` (SQLite FTS5, "contentless tables": an
# external content table cannot be a view that reads JSON).
# A private-use letter is a word of its own to the tokenizer, and nobody can type one (`core.text`): two of
# them stand between authors, so that no name reaches across; others make a category one word.
_NAMES = "(SELECT group_concat(value, ' \ue000 \ue000 ') FROM json_each({row}authors))"
_SUBJECTS = (
    "(SELECT group_concat('\ue001' || "
    "replace(replace(replace(value, '.', '\ue001'), '-', '\ue002'), ' ', '\ue003'), ' ')"
    " FROM json_each({row}categories))"
)
_TEXT = "{row}title, {row}abstract, " + _NAMES + ", " + _SUBJECTS
_PUT = (
    "INSERT INTO paper_words(rowid, title, abstract, authors, subjects) "  # noqa: S608
    f"VALUES (new.id, {_TEXT.format(row='new.')});"
)
_TAKE = (
    "INSERT INTO paper_words(paper_words, rowid, title, abstract, authors, subjects) "  # noqa: S608
    f"VALUES ('delete', old.id, {_TEXT.format(row='old.')});"
)
_IN_IT = ("title", "abstract", "authors", "categories")
_WORDS = (
    """CREATE VIRTUAL TABLE paper_words USING fts5(
        title, abstract, authors, subjects, content='', tokenize='unicode61 remove_diacritics 2'
    )""",
    f"CREATE TRIGGER paper_words_added AFTER INSERT ON papers BEGIN {_PUT} END",
    f"CREATE TRIGGER paper_words_removed AFTER DELETE ON papers BEGIN {_TAKE} END",
    f"""CREATE TRIGGER paper_words_changed AFTER UPDATE OF {", ".join(_IN_IT)} ON papers
    WHEN {" OR ".join(f"old.{name} IS NOT new.{name}" for name in _IN_IT)}
    BEGIN {_TAKE} {_PUT} END""",
    f"""INSERT INTO paper_words(rowid, title, abstract, authors, subjects)
    SELECT id, {_TEXT.format(row="papers.")} FROM papers""",  # noqa: S608
)


def upgrade() -> None:
    """Make the tables, and put the library that there is into its indexes."""
    op.add_column("papers", sa.Column("votes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("papers", sa.Column("published", sa.DateTime))
    op.create_index("papers_by_day", "papers", ["first_listed", "id", "merged_into", "upvotes", "votes"])
    op.create_index(
        "papers_by_community",
        "papers",
        ["community_listed", "id", "merged_into", "upvotes", "votes"],
        sqlite_where=sa.text("community_listed IS NOT NULL"),
    )
    op.create_index("events_by_kind", "delivery_events", ["kind"])
    op.add_column("subscribers", sa.Column("paused_until", sa.DateTime))
    op.add_column("subscribers", sa.Column("joined_at", sa.DateTime))
    op.execute("UPDATE subscribers SET joined_at = agreed_at")
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subscriber_id", sa.Integer),
        sa.Column("address_hash", sa.LargeBinary, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("asked_where", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("confirmations_by_hash", "confirmations", ["address_hash", "asked_at"])
    op.create_index("confirmations_by_reader", "confirmations", ["subscriber_id"])
    op.create_table(
        "notes",
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
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("retry_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime, nullable=False),
    )
    op.create_index("notes_by_state", "notes", ["state", "asked_at"])
    op.create_index("notes_by_hash", "notes", ["address_hash", "asked_at"])
    op.create_table(
        "former_ids",
        sa.Column("address_hash", sa.LargeBinary, primary_key=True),
        sa.Column("subscriber_id", sa.Integer, nullable=False, unique=True),
    )
    op.create_table(
        "upvotes",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("upvotes_by_paper", "upvotes", ["paper_id"])
    op.create_table(
        "likes",
        sa.Column("subscriber_id", sa.Integer, primary_key=True),
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("likes_by_paper", "likes", ["paper_id"])
    op.create_table(
        "editors",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "editors_by_name", "editors", ["name"], unique=True, sqlite_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "curations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("paper_id", sa.Integer, nullable=False),
        sa.Column("editor_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("curations_by_paper", "curations", ["paper_id"])
    op.create_table(
        "curated",
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("picked_by", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("hidden_by", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_table(
        "paper_categories",
        sa.Column("category", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("paper_categories_by_paper", "paper_categories", ["paper_id"])
    op.create_table(
        "paper_terms",
        sa.Column("paper_id", sa.Integer, primary_key=True),
        sa.Column("terms", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in _WORDS:
            op.execute(statement)
        op.execute(
            "INSERT OR IGNORE INTO paper_categories SELECT value, first_listed, papers.id "
            "FROM papers, json_each(papers.categories) WHERE merged_into IS NULL"
        )
