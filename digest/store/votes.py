"""What readers think of papers: upvotes, which are public and counted, and likes, which are private and
belong to a topic of the reader.

One of each per reader and paper, whoever asks at once: the tables' keys decide, and a paper's count is
written in the transaction that changes it. A reader who is gone, or has left, changes nothing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from digest.store import counts, tables
from digest.store.community import announce, live, withdraw
from digest.store.database import insert_new, parts
from digest.store.shown import holds_papers, unpack
from digest.store.tables_web import likes, upvotes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.store.database import Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one reader said of one paper. `liked`: 1 more like this, -1 less, 0 nothing; `topic` is the ref
    of the topic that it was said for."""

    upvoted: bool = False
    liked: int = 0
    topic: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One thing that a reader said of a paper."""

    paper_id: int
    kind: Literal["upvote", "more", "less"]
    topic: str
    at: dt.datetime


class Votes:
    """The votes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upvote(self, subscriber_id: int, paper_id: int, *, at: dt.datetime, on: bool = True) -> bool:
        """Give the reader's upvote to a paper, or take it back; True if that changed anything. The first
        one puts the paper into the community's list of the day."""
        with self._database.begin() as connection:
            paper = _paper_for(connection, subscriber_id, paper_id)
            if paper is None:
                return False
            if on:
                row = {"subscriber_id": subscriber_id, "paper_id": paper, "at": at}
                changed = insert_new(connection, upvotes, row)
            else:
                changed = _delete(connection, upvotes, subscriber_id, paper)
            if changed:
                count = _count(connection, paper)
                if on:
                    announce(connection, paper, "readers", at=at)
                elif not count:
                    withdraw(connection, [paper], "readers")
            return changed

    def like(
        self, subscriber_id: int, paper_id: int, *, value: Literal[1, 0, -1], at: dt.datetime, topic: str = ""
    ) -> bool:
        """Keep that the reader wants more (1) or less (-1) like this paper, for the topic of that ref, in
        place of what they said before; 0 takes it back. True if that changed anything."""
        with self._database.begin() as connection:
            paper = _paper_for(connection, subscriber_id, paper_id)
            if paper is None:
                return False
            mine = (likes.c.subscriber_id == subscriber_id, likes.c.paper_id == paper)
            known = connection.execute(sa.select(likes.c.value, likes.c.topic).where(*mine)).one_or_none()
            if (known is None and not value) or (known is not None and known == (value, topic)):
                return False
            _delete(connection, likes, subscriber_id, paper)
            if value:
                row = {"subscriber_id": subscriber_id, "paper_id": paper, "topic": topic, "value": value}
                insert_new(connection, likes, {**row, "at": at})
            return True

    def of(self, subscriber_id: int, paper_ids: Sequence[int]) -> dict[int, Opinion]:
        """What the reader said of each of these papers; one query for the papers of a page."""
        found = dict.fromkeys(paper_ids, Opinion())
        with self._database.read() as connection:
            for part in parts(paper_ids):
                query = sa.union_all(
                    sa.select(
                        upvotes.c.paper_id, sa.literal(0).label("value"), sa.literal("").label("topic")
                    ).where(upvotes.c.subscriber_id == subscriber_id, upvotes.c.paper_id.in_(part)),
                    sa.select(likes.c.paper_id, likes.c.value, likes.c.topic).where(
                        likes.c.subscriber_id == subscriber_id, likes.c.paper_id.in_(part)
                    ),
                )
                for row in connection.execute(query):
                    said = {"liked": row.value, "topic": row.topic} if row.value else {"upvoted": True}
                    found[row.paper_id] = dataclasses.replace(found[row.paper_id], **said)
        return found

    def examples(self) -> set[str]:
        """The arXiv ids of the papers that readers want more of."""
        papers = tables.papers
        wanted = sa.select(papers.c.arxiv_id).where(
            papers.c.arxiv_id.is_not(None),
            papers.c.id.in_(sa.select(likes.c.paper_id).where(likes.c.value > 0)),
        )
        with self._database.read() as connection:
            return set(connection.scalars(wanted))

    def given(self, subscriber_id: int) -> list[Vote]:
        """All that a reader said, newest first."""
        with self._database.read() as connection:
            up = connection.execute(sa.select(upvotes).where(upvotes.c.subscriber_id == subscriber_id))
            votes = [Vote(paper_id=row.paper_id, kind="upvote", topic="", at=row.at) for row in up]
            for row in connection.execute(sa.select(likes).where(likes.c.subscriber_id == subscriber_id)):
                kind: Literal["more", "less"] = "more" if row.value > 0 else "less"
                votes.append(Vote(paper_id=row.paper_id, kind=kind, topic=row.topic, at=row.at))
        return sorted(votes, key=lambda vote: (vote.at, vote.paper_id, vote.kind), reverse=True)

    def shown_by(self, subscriber_id: int, paper_id: int) -> str:
        """The newest delivery of the last weeks whose edition showed the paper to the reader; "" for none."""
        editions = tables.editions
        query = (
            sa.select(editions.c.delivery_id, editions.c.papers)
            .where(editions.c.subscriber_id == subscriber_id, holds_papers())
            .order_by(editions.c.made_at.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(query)
            return next((row.delivery_id for row in rows if paper_id in unpack(row.papers)), "")


def forget(connection: sa.Connection, subscriber_id: int) -> None:
    """Take all votes of a person away, in the transaction that erases them; the counts say so at once."""
    papers = connection.scalars(
        sa.select(upvotes.c.paper_id).where(upvotes.c.subscriber_id == subscriber_id)
    ).all()
    for table in (upvotes, likes):
        connection.execute(sa.delete(table).where(table.c.subscriber_id == subscriber_id))
    withdraw(connection, [paper for paper in papers if not _count(connection, paper)], "readers")


def merge(connection: sa.Connection, other: int, *, into: int) -> int:
    """Let one paper have the votes of two that turned out to be one work: one per reader, and of two likes
    the later. Returns how many upvotes it has."""
    for table in (upvotes, likes):
        theirs = connection.execute(sa.select(table).where(table.c.paper_id == other)).mappings().all()
        for row in theirs:
            mine = (table.c.subscriber_id == row["subscriber_id"], table.c.paper_id == into)
            connection.execute(sa.delete(table).where(*mine, table.c.at < row["at"]))
            insert_new(connection, table, {**row, "paper_id": into})
        connection.execute(sa.delete(table).where(table.c.paper_id == other))
    _count(connection, other)
    return _count(connection, into)


def _paper_for(connection: sa.Connection, subscriber_id: int, paper_id: int) -> int | None:
    """The paper to be voted on, by the number that stands for it; None where either is not there (any more)
    or the reader has left."""
    readers = tables.subscribers
    status = connection.scalar(sa.select(readers.c.status).where(readers.c.id == subscriber_id))
    return None if status in (None, "left") else live(connection, paper_id)


def _delete(connection: sa.Connection, table: sa.Table, subscriber_id: int, paper_id: int) -> bool:
    mine = (table.c.subscriber_id == subscriber_id, table.c.paper_id == paper_id)
    return connection.execute(sa.delete(table).where(*mine)).rowcount == 1


def _count(connection: sa.Connection, paper_id: int) -> int:
    """Write a paper's count, which is that of its rows, weigh it, and say it."""
    count = connection.scalar(sa.select(sa.func.count()).where(upvotes.c.paper_id == paper_id)) or 0
    papers = tables.papers
    connection.execute(sa.update(papers).where(papers.c.id == paper_id).values(votes=count))
    counts.weigh(connection, [paper_id])
    return count
