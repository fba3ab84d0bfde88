"""The library: listings come in, papers and their news come out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.core import identity
from digest.core.statistics import Statistics
from digest.model import Listing, Paper
from digest.store import curations, facts, tables, votes
from digest.store.database import parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from digest.store.database import Database

_FIELDS = tuple(field.name for field in dataclasses.fields(Paper))
_TUPLES = ("authors", "categories", "sources")
_LENT = (
    "abstract", "authors", "doi", "url", "pdf_url", "code_url", "project_url", "thumbnail_url", "gist",
    "submitter", "upvotes", "comments", "stars", "published", "community_listed",
)  # fmt: skip
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

    def absorb(self, connection: sa.Connection, listings: Sequence[Listing], *, as_news: bool = True) -> int:
        """Fold listings into papers, within the caller's transaction; returns how many papers are new.

        `as_news` False: they were looked up, not announced, and are in no edition for that.
        A replacement of a work that the library does not have is not taken in: it is no news, and
        nobody was told of the work.
        """
        shelf = _Shelf(connection)
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
        if shelf.added:
            self._count(connection, shelf.added)
        return len(shelf.added)

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

    def _count(self, connection: sa.Connection, added: Iterable[Paper]) -> None:
        facts.put(connection, "statistics", _statistics(connection).grown(list(added)).to_bytes())

    def statistics(self) -> Statistics:
        """Document frequencies over the whole library."""
        with self._database.read() as connection:
            return _statistics(connection)

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
            return [News(paper=_paper(row), sequence=row.sequence) for row in connection.execute(query)]

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
                    found[row.arxiv_id] = _paper(row)
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
                    found[row.id, row.revision] = latest[row.id] = _paper(row)
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


class _Shelf:
    """The papers that a batch of listings touches, folded in memory, written as they change."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._by_key: dict[str, int] = {}
        self._papers: dict[int, Paper] = {}
        self._added: set[int] = set()

    @property
    def added(self) -> list[Paper]:
        return [self._papers[paper_id] for paper_id in sorted(self._added) if paper_id in self._papers]

    def load(self, listings: Sequence[Listing]) -> None:
        keys = sorted({key for listing in listings for key in identity.keys(listing)})
        table = tables.paper_keys
        for part in parts(keys):
            for row in self._connection.execute(sa.select(table).where(table.c.key.in_(part))):
                self._by_key[row.key] = row.paper_id
        for ids in parts(sorted(set(self._by_key.values()))):
            for row in self._connection.execute(sa.select(tables.papers).where(tables.papers.c.id.in_(ids))):
                self._papers[row.id] = _paper(row)

    def place(self, listing: Listing) -> int | None:
        """The id of the listing's paper, with its words in it; None where there is none to be."""
        keys = identity.keys(listing)
        found = dict.fromkeys(self._by_key[key] for key in keys if key in self._by_key)
        # A shared title is a hint that two different ids overrule.
        known = [paper_id for paper_id in found if identity.same_work(self._papers[paper_id], listing)]
        if not known and listing.kind == "replace":
            return None
        before = self._papers[known[0]] if known else None
        paper = identity.fold(before, listing)
        if paper is None:
            return None
        paper_id = self._add(paper) if before is None else self._change(before, paper)
        for other in known[1:]:
            if self._papers[other].arxiv_id in (None, self._papers[paper_id].arxiv_id):
                self._merge(other, paper_id)
        for key in keys:
            if key not in self._by_key:
                self._by_key[key] = paper_id
                self._connection.execute(sa.insert(tables.paper_keys), {"key": key, "paper_id": paper_id})
        return paper_id

    def _add(self, paper: Paper) -> int:
        done = self._connection.execute(sa.insert(tables.papers).returning(tables.papers.c.id), _row(paper))
        paper_id = int(done.scalar_one())
        self._papers[paper_id] = dataclasses.replace(paper, id=paper_id)
        self._added.add(paper_id)
        return paper_id

    def _change(self, before: Paper, after: Paper) -> int:
        if after != before:
            if after.revision != before.revision:
                self._connection.execute(
                    sa.insert(tables.paper_revisions),
                    {
                        "paper_id": before.id,
                        "revision": before.revision,
                        "body": _PAPER.dump_json(before).decode(),
                    },
                )
            self._connection.execute(
                sa.update(tables.papers).where(tables.papers.c.id == before.id), _row(after)
            )
            self._papers[before.id] = after
        return before.id

    def _merge(self, other: int, into: int) -> None:
        """Let one row stand for two that turned out to be one work; what it lacks, the other lends."""
        connection = self._connection
        ours, theirs = self._papers[into], self._papers[other]
        lent = {name: getattr(theirs, name) for name in _LENT if not getattr(ours, name)}
        merged = dataclasses.replace(
            ours,
            **lent,
            first_listed=min(ours.first_listed, theirs.first_listed),
            sources=tuple(sorted({*ours.sources, *theirs.sources})),
        )
        self._change(ours, dataclasses.replace(merged, revision=ours.revision + bool(lent)))
        connection.execute(
            sa.update(tables.papers)
            .where(sa.or_(tables.papers.c.id == other, tables.papers.c.merged_into == other))
            .values(merged_into=into)
        )
        for table in (tables.paper_keys, tables.listings):
            connection.execute(sa.update(table).where(table.c.paper_id == other).values(paper_id=into))
        count = votes.merge(connection, other, into=into)
        self._papers[into] = dataclasses.replace(self._papers[into], votes=count)
        curations.merge(connection, other, into=into)
        self._by_key.update({key: into for key, paper_id in self._by_key.items() if paper_id == other})
        self._added.discard(other)


def _statistics(connection: sa.Connection) -> Statistics:
    value = facts.get(connection, "statistics")
    return Statistics.empty() if value is None else Statistics.from_bytes(value)


def _row(paper: Paper) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(paper, name) for name in _FIELDS if name != "id"}
    return {name: list(value) if name in _TUPLES else value for name, value in row.items()}


def _paper(row: sa.Row[Any]) -> Paper:
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    values.update({name: tuple(values[name]) for name in _TUPLES})
    return Paper(**values)
