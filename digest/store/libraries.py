"""Entries of the files that readers imported, and the likes that came of them.

An entry is *waiting*, *found* (it is a paper of the library now, and was made a like then, once) or
*missing*, with why. It is the reader's alone: what was not found is in no table but this, and goes with
them. A like that somebody gave by a vote is never changed by a file.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from digest.store import tables
from digest.store.community import live
from digest.store.database import insert_new, parts
from digest.store.members import as_row, membership, set_values
from digest.store.tables_learning import library_entries, resets
from digest.store.tables_web import likes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from digest.model import Topic
    from digest.store.database import Database
    from digest.store.hashes import Hashes

State = Literal["waiting", "found", "missing"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRow:
    """One entry of one reader's topic. `liked_at`: when it was added to that library, as far as the file
    said; `tried_at`: when it was last asked for elsewhere."""

    topic: str
    key: str
    title: str
    arxiv_id: str | None
    doi: str | None
    liked_at: dt.datetime | None
    state: State
    paper_id: int | None = None
    tried_at: dt.datetime | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Liked:
    """A paper that a reader likes, for the topic of that ref; `origin` is "vote" or "library"."""

    paper_id: int
    topic: str
    at: dt.datetime
    origin: str


class Libraries:
    """The imported libraries of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def add_topic(self, subscriber_id: int, topic: Topic) -> Topic:
        """Give a reader one more topic, whoever chose the others; what they chose stays theirs. Returns it as
        it is kept, with a ref of its own; the one of that name, where another process just gave it."""
        table = tables.subscribers
        with self._database.begin() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == subscriber_id)).one()
            reader = membership(row).subscriber
            known = next((one for one in reader.topics if one.name == topic.name), None)
            if known is not None:
                return known
            topic = topic.apart(reader.topics)
            reader = dataclasses.replace(reader, topics=(*reader.topics, topic))
            set_values(connection, subscriber_id, topics=as_row(reader, self._hashes)["topics"])
            return topic

    def keep(self, subscriber_id: int, rows: Sequence[LibraryRow]) -> None:
        """Keep entries that are new to their topic, in one transaction; one that is known stays as it is.
        Nothing is kept of a reader who is gone, or has left."""
        if not rows:
            return
        from sqlalchemy.dialects.sqlite import insert

        values = [{"subscriber_id": subscriber_id, **dataclasses.asdict(row)} for row in rows]
        with self._database.begin() as connection:
            if _reads(connection, subscriber_id):
                connection.execute(insert(library_entries).on_conflict_do_nothing(), values)

    def rows(self, subscriber_id: int, *, topic: str | None = None) -> list[LibraryRow]:
        """A reader's entries in the order in which they came; of the topic of that ref alone, if one is
        named."""
        table = library_entries
        query = sa.select(table).where(table.c.subscriber_id == subscriber_id).order_by(table.c.id)
        if topic is not None:
            query = query.where(table.c.topic == topic)
        with self._database.read() as connection:
            return [
                LibraryRow(
                    topic=row.topic,
                    key=row.key,
                    title=row.title,
                    arxiv_id=row.arxiv_id,
                    doi=row.doi,
                    liked_at=row.liked_at,
                    state=row.state,
                    paper_id=row.paper_id,
                    tried_at=row.tried_at,
                    reason=row.reason,
                )
                for row in connection.execute(query)
            ]

    def titled(self, words: Collection[str]) -> dict[str, list[int]]:
        """The papers whose title has exactly these words (joined by blanks, as `core.identity` keys them), by
        these words."""
        table = tables.paper_keys
        found: dict[str, list[int]] = {}
        with self._database.read() as connection:
            for one in words:
                low, high = f"title:{one}|", f"title:{one}}}"  # what follows | in ASCII
                query = sa.select(table.c.paper_id).where(table.c.key >= low, table.c.key < high).distinct()
                if ids := list(connection.scalars(query)):
                    found[one] = ids
        return found

    def keyed(self, keys: Collection[str]) -> dict[str, int]:
        """The papers of these keys (`arxiv:…`, `doi:…`)."""
        table = tables.paper_keys
        with self._database.read() as connection:
            return {
                row.key: row.paper_id
                for part in parts(sorted(keys))
                for row in connection.execute(sa.select(table).where(table.c.key.in_(part)))
            }

    # ------------------------------------------------------------------------ likes

    def liked(self, subscriber_id: int, *, topic: str | None = None) -> list[Liked]:
        """What a reader likes, newest first."""
        query = sa.select(likes).where(likes.c.subscriber_id == subscriber_id, likes.c.value > 0)
        if topic is not None:
            query = query.where(likes.c.topic == topic)
        with self._database.read() as connection:
            return [
                Liked(paper_id=row.paper_id, topic=row.topic, at=row.at, origin=row.origin)
                for row in connection.execute(query.order_by(likes.c.at.desc(), likes.c.paper_id))
            ]

    def take_back(
        self,
        subscriber_id: int,
        *,
        papers: Collection[int] | None = None,
        topic: str | None = None,
        imported: bool = False,
    ) -> tuple[int, int]:
        """Take likes back: of these papers, of the topic of that ref, those that came in a file, or what
        all of that says together; returns how many, and how many entries of files were forgotten.

        Papers that are named one by one stay known as entries, so that the same file does not bring them
        again.
        """
        mine = [likes.c.subscriber_id == subscriber_id, likes.c.value > 0]
        theirs = [library_entries.c.subscriber_id == subscriber_id]
        if topic is not None:
            mine.append(likes.c.topic == topic)
            theirs.append(library_entries.c.topic == topic)
        if imported:
            mine.append(likes.c.origin == "library")
        with self._database.begin() as connection:
            if papers is None:
                gone = connection.execute(sa.delete(likes).where(*mine)).rowcount
                return gone, connection.execute(sa.delete(library_entries).where(*theirs)).rowcount
            gone = sum(
                connection.execute(sa.delete(likes).where(*mine, likes.c.paper_id.in_(part))).rowcount
                for part in parts(sorted(papers))
            )
            return gone, 0


def found(
    connection: sa.Connection,
    subscriber_id: int,
    topic: str,
    papers: Mapping[str, int],
    *,
    now: dt.datetime,
) -> int:
    """Note which papers the entries of these keys are, in the caller's transaction, and make likes of those
    that were not known to be found before; returns how many likes are new. What the reader said of a paper
    stands.

    A like is of the day on which its entry came into the library, where the file says so and it is past; of
    now where the topic was reset since: whoever imports after a reset wants it to count. A reader who is
    gone, or has left, likes nothing.
    """
    table = library_entries
    if not _reads(connection, subscriber_id):
        return 0
    reset_at = connection.scalar(
        sa.select(resets.c.at).where(resets.c.subscriber_id == subscriber_id, resets.c.topic == topic)
    )
    mine = (table.c.subscriber_id == subscriber_id, table.c.topic == topic, table.c.state != "found")
    added = 0
    for part in parts(sorted(papers)):
        rows = connection.execute(sa.select(table).where(*mine, table.c.key.in_(part))).all()
        for row in rows:
            paper_id = live(connection, papers[row.key])
            if paper_id is None:
                continue
            at = row.liked_at if row.liked_at is not None and row.liked_at <= now else now
            at = now if reset_at is not None and at <= reset_at else at
            connection.execute(
                sa.update(table)
                .where(table.c.id == row.id)
                .values(state="found", paper_id=paper_id, tried_at=now, reason="")
            )
            like = {"subscriber_id": subscriber_id, "paper_id": paper_id, "topic": topic, "value": 1}
            added += insert_new(connection, likes, {**like, "at": at, "origin": "library"})
    return added


def not_found(
    connection: sa.Connection,
    subscriber_id: int,
    topic: str,
    reasons: Mapping[str, str],
    *,
    now: dt.datetime,
) -> None:
    """Note that the entries of these keys were asked for, and why they are missing, in the caller's
    transaction."""
    table = library_entries
    mine = (table.c.subscriber_id == subscriber_id, table.c.topic == topic, table.c.state != "found")
    for key, reason in reasons.items():
        connection.execute(
            sa.update(table)
            .where(*mine, table.c.key == key)
            .values(state="missing", tried_at=now, reason=reason)
        )


def _reads(connection: sa.Connection, subscriber_id: int) -> bool:
    readers = tables.subscribers
    status = connection.scalar(sa.select(readers.c.status).where(readers.c.id == subscriber_id))
    return status not in (None, "left")


def forget(connection: sa.Connection, subscriber_id: int) -> None:
    """Take all entries of a person away, in the transaction that erases them."""
    connection.execute(sa.delete(library_entries).where(library_entries.c.subscriber_id == subscriber_id))
