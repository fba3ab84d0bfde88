"""The library: listings come in, papers and their news come out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.core.statistics import Statistics
from digest.model import Paper
from digest.store import facts, tables
from digest.store.database import parts
from digest.store.rows import read_paper
from digest.store.shelf import Shelf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from digest.model import Listing
    from digest.store.database import Database

_PAPER = TypeAdapter(Paper)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A paper and the sequence number of its latest news listing."""

    paper: Paper
    sequence: int


class Papers:
    """The library of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def absorb(
        self,
        connection: sa.Connection,
        listings: Sequence[Listing],
        *,
        as_news: bool = True,
        at: dt.datetime | None = None,
    ) -> int:
        """Fold listings into papers, within the caller's transaction; returns how many papers are new.

        `as_news` False: they were looked up, not announced, and are in no edition for that. `at`: when they
        were read; what they count is then kept for that day (`counts`).
        A replacement of a work that the library does not have is not taken in: it is no news, and
        nobody was told of the work.
        """
        shelf = Shelf(connection)
        shelf.load(listings)
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for listing in listings:
            paper_id = shelf.place(listing)
            if paper_id is not None and listing.kind != "replace" and as_news:
                rows.setdefault(
                    (listing.source, listing.channel, listing.key),
                    {
                        "source": listing.source,
                        "channel": listing.channel,
                        "key": listing.key,
                        "paper_id": paper_id,
                        "kind": listing.kind,
                        "day": listing.day,
                    },
                )
        self._announce(connection, list(rows.values()))
        added = shelf.settle(at=at)
        if added:
            facts.put(connection, "statistics", _statistics(connection).grown_by(added).to_bytes())
        return len(added)

    def _announce(self, connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
        table = tables.listings
        keys: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            keys.setdefault((row["source"], row["channel"]), []).append(row["key"])
        known: set[tuple[str, str, str]] = set()
        for (source, channel), some in keys.items():
            mine = sa.select(table.c.key).where(table.c.source == source, table.c.channel == channel)
            for part in parts(some):
                found = connection.scalars(mine.where(table.c.key.in_(part)))
                known.update((source, channel, key) for key in found)
        fresh = [row for row in rows if (row["source"], row["channel"], row["key"]) not in known]
        if fresh:
            connection.execute(sa.insert(table), fresh)

    def statistics(self) -> Statistics:
        """Document frequencies over the whole library."""
        with self._database.read() as connection:
            return _statistics(connection)

    def last_id(self) -> int:
        """The number of the newest paper; 0 in an empty library."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(tables.papers.c.id))) or 0

    def last_sequence(self) -> int:
        """The sequence number of the newest listing; 0 in an empty library."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(tables.listings.c.sequence))) or 0

    def news(self, *, after: int, upto: int, first_day: dt.date) -> list[News]:
        """Papers with a news listing in (after, upto], announced on `first_day` or later, by sequence."""
        listings, papers = tables.listings, tables.papers
        # By day alone: there are few days in a window, however many papers there are, and for a new reader
        # `after` is the beginning. (SQLite takes no index for what has an operator.)
        zero: sa.ColumnElement[int] = sa.literal_column("0")
        sequence, paper_id = listings.c.sequence + zero, listings.c.paper_id + zero
        latest = (
            sa.select(paper_id.label("paper_id"), sa.func.max(listings.c.sequence).label("sequence"))
            .where(sequence > after, sequence <= upto, listings.c.day >= first_day)
            .group_by(paper_id)
            .subquery()
        )
        query = (
            sa.select(papers, latest.c.sequence)
            .join(latest, papers.c.id == latest.c.paper_id)
            .where(papers.c.merged_into.is_(None))
            .order_by(latest.c.sequence)
        )
        with self._database.read() as connection:
            return [News(paper=read_paper(row), sequence=row.sequence) for row in connection.execute(query)]

    def by_arxiv_id(self, arxiv_ids: Collection[str]) -> dict[str, Paper]:
        """The papers that the library has of these arXiv ids."""
        found: dict[str, Paper] = {}
        with self._database.read() as connection:
            for part in parts(sorted(arxiv_ids)):
                for row in connection.execute(
                    sa.select(tables.papers).where(
                        tables.papers.c.arxiv_id.in_(part), tables.papers.c.merged_into.is_(None)
                    )
                ):
                    found[row.arxiv_id] = read_paper(row)
        return found

    def known_as(self, connection: sa.Connection, key: str) -> int | None:
        """The number of the paper of that key (`core.identity.keys`), in the caller's transaction."""
        table = tables.paper_keys
        found: int | None = connection.scalar(sa.select(table.c.paper_id).where(table.c.key == key))
        return found

    def revisions(
        self, wanted: Collection[tuple[int, int]], *, or_latest: bool = False
    ) -> dict[tuple[int, int], Paper]:
        """Papers at the revision asked for, by (id, revision); `or_latest`: as they stand now, where that
        revision is not kept any more."""
        found: dict[tuple[int, int], Paper] = {}
        latest: dict[int, Paper] = {}
        with self._database.read() as connection:
            for part in parts(sorted({paper_id for paper_id, _ in wanted})):
                for row in connection.execute(sa.select(tables.papers).where(tables.papers.c.id.in_(part))):
                    found[row.id, row.revision] = latest[row.id] = read_paper(row)
                old = tables.paper_revisions
                for row in connection.execute(sa.select(old).where(old.c.paper_id.in_(part))):
                    found[row.paper_id, row.revision] = _PAPER.validate_json(row.body)
        return {key: found.get(key) or latest[key[0]] if or_latest else found[key] for key in wanted}

    def merged(self) -> dict[int, int]:
        """Papers that turned out to be another one: id → the id that stands for both."""
        papers = tables.papers
        with self._database.read() as connection:
            return {
                row.id: row.merged_into
                for row in connection.execute(
                    sa.select(papers.c.id, papers.c.merged_into).where(papers.c.merged_into.is_not(None))
                )
            }

    def count(self) -> int:
        """How many works the library holds."""
        papers = tables.papers
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(papers.c.merged_into.is_(None))) or 0


def _statistics(connection: sa.Connection) -> Statistics:
    value = facts.get(connection, "statistics")
    return Statistics.empty() if value is None else Statistics.from_bytes(value)
