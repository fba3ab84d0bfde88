"""The tables, in SQLAlchemy Core, for SQLite and PostgreSQL alike. Only `digest.store` reads this file.

Times are kept as naive UTC and handed out aware. What is only ever read whole (authors, an edition's
words) is one JSON column; what is searched for has a column of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = sa.MetaData()


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An aware UTC datetime, stored naive: neither dialect has the last word on zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=dt.UTC)


papers = sa.Table(
    "papers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("merged_into", sa.Integer),  # two papers that turned out to be one work
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
    sa.Column("votes", sa.Integer, nullable=False, server_default="0"),  # of our own readers: see `upvotes`
    sa.Column("comments", sa.Integer),
    sa.Column("stars", sa.Integer),
    sa.Column("published", UtcDateTime),
    sa.Column("first_listed", sa.Date, nullable=False),
    sa.Column("community_listed", sa.Date),
    sa.Column("community_at", UtcDateTime),  # when, as far as that is known
    sa.Column("warmth", sa.Float, nullable=False, server_default="0"),  # see `counts`
    sa.Column("sources", sa.JSON, nullable=False),
    # Few are: a run asks for all of them, and shall not look at the whole library for it.
    sa.Index("papers_merged", "merged_into", sqlite_where=sa.text("merged_into IS NOT NULL")),
    # Lists count and sort thousands, and show twenty: the index has all that this takes.
    sa.Index(
        "papers_by_day",
        "first_listed",
        "id",
        "merged_into",
        "upvotes",
        "votes",
        "warmth",
        "community_at",
        "community_listed",
    ),
    sa.Index(
        "papers_by_community",
        "community_listed",
        "id",
        "merged_into",
        "upvotes",
        "votes",
        "warmth",
        "community_at",
        sqlite_where=sa.text("community_listed IS NOT NULL"),
    ),
)

# What a paper said before it was revised: an edition that is sent again shows the words that it froze.
paper_revisions = sa.Table(
    "paper_revisions",
    metadata,
    sa.Column("paper_id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

paper_keys = sa.Table(
    "paper_keys",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.Integer, nullable=False),
)

# News only. `sequence` is the order of reading, which an edition's cut-off refers to; `day` is the
# source's own, which the window refers to.
listings = sa.Table(
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
    sa.Index("listings_by_paper", "paper_id", "day"),
    sqlite_autoincrement=True,
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("position", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("checked_at", UtcDateTime, nullable=False),
    sa.Column("succeeded_at", UtcDateTime),
)

# When a host may be asked again, by the real clock (seconds since the epoch).
hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("free_at", sa.Float, nullable=False),
)

# Small facts about the whole library, such as its document frequencies.
facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("address_key", sa.Text, nullable=False, unique=True),  # the address, case folded
    sa.Column("address_hash", sa.LargeBinary),  # the address, keyed: what suppressions go by
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("send_at", sa.Text, nullable=False),
    sa.Column("cadence", sa.JSON, nullable=False),
    sa.Column("max_papers", sa.Integer, nullable=False),
    sa.Column("trending", sa.Boolean, nullable=False),
    sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),  # "file", "command" or "web"
    sa.Column("agreed_at", UtcDateTime),
    sa.Column("agreed_where", sa.Text, nullable=False, default=""),
    sa.Column("joined_at", UtcDateTime),
    sa.Column("left_at", UtcDateTime),
    sa.Column("paused_until", UtcDateTime),  # one who paused comes back by themselves
    sa.Column("last_scheduled_at", UtcDateTime),  # the newest slot that was ever planned
    sa.Column("next_due_at", UtcDateTime),  # None: look at the next run
    sa.Index("subscribers_due", "status", "next_due_at"),
    sa.Index("subscribers_by_hash", "address_hash"),
    sqlite_autoincrement=True,
)

# `history` has a line for each change of state, written by the statement that changes it: see `ledger`.
# `address_hash` is the address as it was when the delivery was last claimed.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False),
    sa.Column("address_hash", sa.LargeBinary),
    sa.Column("slot", sa.Text, nullable=False),
    sa.Column("scheduled_at", UtcDateTime, nullable=False),
    sa.Column("next_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cut_off", sa.Integer),  # the last listing that its edition had seen
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("provider", sa.Text, nullable=False, default=""),
    sa.Column("provider_id", sa.Text, nullable=False, default=""),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("owner", sa.Text, nullable=False, default=""),
    sa.Column("retry_at", UtcDateTime),
    sa.Column("soft", sa.Boolean, nullable=False, default=False),  # the mailbox itself refused, for now
    sa.Column("maybe_sent", sa.Boolean, nullable=False, default=False),  # it was uncertain at some time
    sa.Column("planned_at", UtcDateTime),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("history", sa.Text, nullable=False, default=""),
    sa.UniqueConstraint("subscriber_id", "slot"),
    sa.Index("deliveries_by_state", "state", "scheduled_at"),
    sa.Index("deliveries_by_time", "scheduled_at"),
    sa.Index("deliveries_by_reader", "subscriber_id", "scheduled_at"),
)

# What was told of a delivery after it was sent; each event once, by `key`.
delivery_events = sa.Table(
    "delivery_events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("delivery_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("teller", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Index("events_by_kind", "kind"),  # their bodies are long: counting shall not read them
)

# Who is never mailed. The address itself is forgotten with the person, its hash is not.
suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("address_hash", sa.LargeBinary, primary_key=True),
    sa.Column("cause", sa.Text, primary_key=True),
    sa.Column("email", sa.Text),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
)

# Keys that never rotate, made once: what they hashed must be found again for ever.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

# How much of a limit is used: `free_at` by the rate (epoch seconds), `used` on `day` by the daily cap.
allowances = sa.Table(
    "allowances",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("free_at", sa.Float, nullable=False),
    sa.Column("day", sa.Date),
    sa.Column("used", sa.Integer, nullable=False),
)

# Recipients' domains that refused lately: see `core.breaker`. One that is well has no row.
domains = sa.Table(
    "domains",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("open_until", sa.Float, nullable=False),
)

# What the operator was told and is not mended yet.
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("told_at", UtcDateTime),
    sa.Column("words", sa.Text, nullable=False),
)

# `papers` is emptied once it is in `shown_papers`: see `pruning`.
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("delivery_id", sa.Text, primary_key=True),
    sa.Column("subscriber_id", sa.Integer, nullable=False, index=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("papers", sa.LargeBinary, nullable=False),  # ids, 4 bytes each, little-endian
    sa.Column("body", sa.LargeBinary, nullable=False),  # JSON, compressed: a reader is sent hundreds
    sa.Index("editions_to_remember", "subscriber_id", "made_at", sqlite_where=sa.text("length(papers) > 0")),
)

# What a reader was shown in editions of some age: a paper is remembered longer than its words.
shown_papers = sa.Table(
    "shown_papers",
    metadata,
    sa.Column("subscriber_id", sa.Integer, primary_key=True),
    sa.Column("papers", sa.LargeBinary, nullable=False),  # as in editions, ascending, each once
)
