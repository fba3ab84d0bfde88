"""Listings in, papers changed: the part of the library that a batch of listings touches, folded in memory.

Within the caller's transaction. Rows are written as they change; what follows from them (a paper's
categories, its terms) is written at the end, once for each paper: see `settle`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import TypeAdapter

from digest.core import identity
from digest.model import Listing, Paper
from digest.store import counts, curations, tables, tables_web, terms, vectors, votes
from digest.store.database import parts
from digest.store.rows import paper_row, read_paper

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

_LENT = (
    "abstract", "authors", "doi", "url", "pdf_url", "code_url", "project_url", "thumbnail_url", "gist",
    "submitter", "upvotes", "comments", "stars", "published",
)  # fmt: skip
_PAPER = TypeAdapter(Paper)


class Shelf:
    """The papers that a batch of listings touches, folded in memory, written as they change."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._by_key: dict[str, int] = {}
        self._papers: dict[int, Paper] = {}
        self._before: dict[int, Paper] = {}  # as they were; what is new is not among them
        self._added: set[int] = set()
        self._gone: set[int] = set()

    def load(self, listings: Sequence[Listing]) -> None:
        """Take out the papers that the listings may speak of."""
        keys = sorted({key for listing in listings for key in identity.keys(listing)})
        table = tables.paper_keys
        for part in parts(keys):
            for row in self._connection.execute(sa.select(table).where(table.c.key.in_(part))):
                self._by_key[row.key] = row.paper_id
        for ids in parts(sorted(set(self._by_key.values()))):
            for row in self._connection.execute(sa.select(tables.papers).where(tables.papers.c.id.in_(ids))):
                self._papers[row.id] = self._before[row.id] = read_paper(row)

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
        done = self._connection.execute(
            sa.insert(tables.papers).returning(tables.papers.c.id), paper_row(paper)
        )
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
                sa.update(tables.papers).where(tables.papers.c.id == before.id), paper_row(after)
            )
            self._papers[before.id] = after
        return before.id

    def _merge(self, other: int, into: int) -> None:
        """Let one row stand for two that turned out to be one work; what it lacks, the other lends."""
        connection = self._connection
        ours, theirs = self._papers[into], self._papers[other]
        lent = {name: getattr(theirs, name) for name in _LENT if not getattr(ours, name)}
        day, at = identity.first_in_community(ours, theirs)
        merged = dataclasses.replace(
            ours,
            **lent,
            community_listed=day,
            community_at=at,
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
        counts.merge(connection, other, into=into)
        self._by_key.update({key: into for key, paper_id in self._by_key.items() if paper_id == other})
        self._added.discard(other)
        self._gone.add(other)

    def settle(self, *, at: dt.datetime | None = None) -> list[Mapping[str, int]]:
        """Write what follows from the papers that are new or changed; returns the terms of the new ones.
        `at`: when a source was asked what it counts, so that growth can be told."""
        changed = {
            paper_id: (self._before.get(paper_id), paper)
            for paper_id, paper in sorted(self._papers.items())
            if paper_id not in self._gone and self._before.get(paper_id) != paper
        }
        said = {
            paper_id: terms.terms_of_paper(now.title, now.abstract)
            for paper_id, (was, now) in changed.items()
            if was is None or (was.title, was.abstract) != (now.title, now.abstract)
        }
        terms.keep(self._connection, said)
        terms.forget(self._connection, self._gone)
        vectors.forget(self._connection, self._gone)
        moved = {
            paper_id: now
            for paper_id, (was, now) in changed.items()
            if was is None or (was.categories, was.first_listed) != (now.categories, now.first_listed)
        }
        counted = [now for was, now in changed.values() if counts.counted(was) != counts.counted(now)]
        if at is not None:
            counts.note(self._connection, counted, day=at.date())
        counts.weigh(self._connection, [paper.id for paper in counted])
        _categorise(self._connection, moved, gone={*self._gone, *(moved.keys() & self._before.keys())})
        return [said[paper_id] for paper_id in sorted(self._added)]


def _categorise(connection: sa.Connection, papers: Mapping[int, Paper], *, gone: Collection[int]) -> None:
    """Put papers under their categories, and take those that are `gone` out from under theirs before."""
    table = tables_web.paper_categories
    for part in parts(sorted(gone)):
        connection.execute(sa.delete(table).where(table.c.paper_id.in_(part)))
    rows = [
        {"category": category, "day": paper.first_listed, "paper_id": paper_id}
        for paper_id, paper in papers.items()
        for category in dict.fromkeys(paper.categories)
    ]
    if rows:
        connection.execute(sa.insert(table), rows)
