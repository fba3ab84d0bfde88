"""How papers' counts grow: a day's numbers in, warmth and growth out (`core.trending` has the formula).

A row of `paper_counts` is what had been counted of a paper by the end of a day on which a number changed. A
paper's `warmth` follows from its counts, its oldest row and its upvotes here; it is weighed anew, in the
transaction that changes any of them, so that lists are sorted by what stands in an index.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.core.ballots import Ballot, votes_weight
from digest.core.trending import DAY_S, HEAD_START, Growth, warmth
from digest.store import tables
from digest.store.database import parts
from digest.store.tables_learning import paper_counts
from digest.store.tables_web import upvotes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from digest.model import Paper
    from digest.store.database import Database


class Counts:
    """The counts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def growth(self, paper_ids: Collection[int], *, today: dt.date) -> dict[int, Growth]:
        """The stars that came to each of these papers since the end of the day on which they were first
        counted, if that was before today. A paper that gained none is missing."""
        papers = tables.papers
        found: dict[int, Growth] = {}
        with self._database.read() as connection:
            for part in parts(sorted(set(paper_ids))):
                first = _first_stars(connection, part)
                query = sa.select(papers.c.id, papers.c.stars).where(papers.c.id.in_(sorted(first)))
                for row in connection.execute(query):
                    day, stars = first[row.id]
                    if day < today and (row.stars or 0) > stars:
                        found[row.id] = Growth(stars=row.stars - stars, since=day)
        return found

    def prune(self, *, before: dt.date, limit: int) -> int:
        """Take away at most `limit` rows of days before then; returns how many."""
        old = (
            sa.select(paper_counts.c.paper_id, paper_counts.c.day)
            .where(paper_counts.c.day < before)
            .limit(limit)
        )
        with self._database.begin() as connection:
            rows = connection.execute(old).all()
            for row in rows:
                mine = (paper_counts.c.paper_id == row.paper_id, paper_counts.c.day == row.day)
                connection.execute(sa.delete(paper_counts).where(*mine))
        return len(rows)


def counted(paper: Paper | None) -> tuple[int | None, int | None, int | None, int]:
    """What is counted of a paper: upvotes, comments, stars, and our readers' votes."""
    return (paper.upvotes, paper.comments, paper.stars, paper.votes) if paper else (None, None, None, 0)


def note(connection: sa.Connection, papers: Iterable[Paper], *, day: dt.date) -> None:
    """Keep what a day's reading counted of these papers, in place of what it had counted before."""
    rows = [
        {"paper_id": one.id, "day": day, "upvotes": one.upvotes, "comments": one.comments, "stars": one.stars}
        for one in papers
    ]
    for part in parts([row["paper_id"] for row in rows]):
        connection.execute(
            sa.delete(paper_counts).where(paper_counts.c.day == day, paper_counts.c.paper_id.in_(part))
        )
    if rows:
        connection.execute(sa.insert(paper_counts), rows)


def merge(connection: sa.Connection, other: int, *, into: int) -> None:
    """Let one paper have the days of two that turned out to be one work; of one day its own stand."""
    mine = sa.select(paper_counts.c.day).where(paper_counts.c.paper_id == into).scalar_subquery()
    theirs = paper_counts.c.paper_id == other
    connection.execute(sa.delete(paper_counts).where(theirs, paper_counts.c.day.in_(mine)))
    connection.execute(sa.update(paper_counts).where(theirs).values(paper_id=into))


def weigh(connection: sa.Connection, paper_ids: Sequence[int]) -> None:
    """Write the warmth of these papers, as they are counted now."""
    papers = tables.papers
    for part in parts(sorted(set(paper_ids))):
        first, ballots = _first_stars(connection, part), _ballots(connection, part)
        query = sa.select(papers.c.id, papers.c.upvotes, papers.c.comments, papers.c.stars)
        rows: list[dict[str, Any]] = []
        for row in connection.execute(query.where(papers.c.id.in_(part))):
            stars = row.stars or 0
            weight = warmth(
                upvotes=row.upvotes,
                votes=votes_weight(ballots.get(row.id, ())),
                comments=row.comments,
                stars_gained=stars - first[row.id][1] if row.id in first else 0,
            )
            rows.append({"this": row.id, "weight": weight})
        if rows:
            mine = papers.c.id == sa.bindparam("this")
            connection.execute(sa.update(papers).where(mine).values(warmth=sa.bindparam("weight")), rows)


def heat_of(day: sa.ColumnElement[Any], *, at: dt.datetime) -> sa.ColumnElement[float]:
    """`core.trending.paper_heat` of the rows of `papers` at that time, to be sorted by in the database.
    `day`: that of the first listing by a community, or by any source; for those of which no hour is known."""
    column = tables.papers.c
    since = sa.case(
        (column.community_at.is_not(None), _epoch(column.community_at)), else_=_epoch(day, "+12 hours")
    )
    age_s = sa.func.max(math.floor(at.timestamp()) - since, 0)
    days = age_s / sa.literal(float(DAY_S)) + HEAD_START
    # Most papers have no warmth: their age needs no reading.
    return sa.case((column.warmth > 0, column.warmth / days), else_=0.0)


def _epoch(when: sa.ColumnElement[Any], *later: str) -> sa.ColumnElement[int]:
    """Whole seconds, rounded down, of a time or a day (SQLite keeps both as text)."""
    return sa.cast(sa.func.strftime("%s", when, *later), sa.Integer)


def _first_stars(connection: sa.Connection, part: Sequence[int]) -> dict[int, tuple[dt.date, int]]:
    """The oldest day on which the stars of each paper were counted, and how many there were."""
    query = (
        sa.select(paper_counts.c.paper_id, paper_counts.c.day, paper_counts.c.stars)
        .where(paper_counts.c.paper_id.in_(part), paper_counts.c.stars.is_not(None))
        .order_by(paper_counts.c.paper_id, paper_counts.c.day.desc())
    )
    return {row.paper_id: (row.day, row.stars) for row in connection.execute(query)}


def _ballots(connection: sa.Connection, part: Sequence[int]) -> dict[int, list[Ballot]]:
    readers = tables.subscribers
    query = (
        sa.select(upvotes.c.paper_id, upvotes.c.at, readers.c.email, readers.c.joined_at)
        .join(readers, readers.c.id == upvotes.c.subscriber_id)
        .where(upvotes.c.paper_id.in_(part))
    )
    found: dict[int, list[Ballot]] = {}
    for row in connection.execute(query):
        found.setdefault(row.paper_id, []).append(Ballot.of(row.email, at=row.at, joined=row.joined_at))
    return found
