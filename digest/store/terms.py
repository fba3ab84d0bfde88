"""What searching by meaning reads of each paper: its terms, packed by `core.packing`. They follow from the
papers, in the transaction that writes these, and can be made anew.

A library from before there was such a thing has its terms filled in little by little: see `Terms.fill`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.core.packing import pack
from digest.core.terms import paper_terms, stems
from digest.store import facts, tables, tables_web
from digest.store.database import parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from digest.store.database import Database

FILLED = "terms filled"  # the fact: up to which paper; "all" when there is none left from before
_ALL = b"all"


class Terms:
    """The packed terms of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> int:
        """The number of the newest paper that has terms; 0 where none has."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(tables_web.paper_terms.c.paper_id))) or 0

    def count(self) -> int:
        """How many papers have terms."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(tables_web.paper_terms)) or 0

    def newest(self) -> Iterator[tuple[int, bytes]]:
        """All papers, each with its packed terms, the newest first; one at a time."""
        table = tables_web.paper_terms
        with self._database.read() as connection:
            for row in connection.execute(sa.select(table).order_by(table.c.paper_id.desc())):
                yield row[0], row[1]

    def rows(self, *, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """The papers of a number above `after`, ascending, each with its packed terms; one at a time."""
        table = tables_web.paper_terms
        query = sa.select(table).where(table.c.paper_id > after).order_by(table.c.paper_id)
        with self._database.read() as connection:
            for row in connection.execute(query):
                yield row[0], row[1]

    def read(self, ids: Collection[int]) -> dict[int, bytes]:
        """The packed terms of some papers; those that have none are missing."""
        table = tables_web.paper_terms
        with self._database.read() as connection:
            return {
                row[0]: row[1]
                for part in parts(sorted(ids))
                for row in connection.execute(sa.select(table).where(table.c.paper_id.in_(part)))
            }

    def fill(self, *, limit: int) -> int:
        """Give terms to at most `limit` papers that came before there were any; returns how many were looked
        at, 0 when none is left. One short transaction."""
        papers, table = tables.papers, tables_web.paper_terms
        with self._database.read() as connection:
            mark = facts.get(connection, FILLED) or b"0"
            if mark == _ALL:
                return 0
            start = int(mark)
            rows = connection.execute(
                sa.select(papers.c.id, papers.c.title, papers.c.abstract)
                .outerjoin(table, table.c.paper_id == papers.c.id)
                .where(papers.c.id > start, papers.c.merged_into.is_(None), table.c.paper_id.is_(None))
                .order_by(papers.c.id)
                .limit(limit)
            ).all()
        terms = {row.id: terms_of_paper(row.title, row.abstract) for row in rows}
        with self._database.begin() as connection:
            # Read again: another process may have filled some, or changed what was only looked at.
            unchanged = connection.execute(
                sa.select(papers.c.id, papers.c.title, papers.c.abstract)
                .outerjoin(table, table.c.paper_id == papers.c.id)
                .where(
                    papers.c.id.in_(list(terms)), papers.c.merged_into.is_(None), table.c.paper_id.is_(None)
                )
            ).all()
            same = {tuple(row) for row in rows}
            keep(connection, {row.id: terms[row.id] for row in unchanged if tuple(row) in same})
            facts.put(connection, FILLED, str(rows[-1].id).encode() if rows else _ALL)
        return len(rows)


def terms_of_paper(title: str, abstract: str) -> Mapping[str, int]:
    """The terms of a paper's words, each with its count."""
    return paper_terms(stems(title), stems(abstract))


def keep(connection: sa.Connection, terms: Mapping[int, Mapping[str, int]]) -> None:
    """Keep the terms of papers, in place of what they were."""
    table = tables_web.paper_terms
    forget(connection, terms)
    rows = [{"paper_id": paper_id, "terms": pack(counts)} for paper_id, counts in terms.items()]
    if rows:
        connection.execute(sa.insert(table), rows)


def forget(connection: sa.Connection, ids: Iterable[int]) -> None:
    """Let go of the terms of papers."""
    table = tables_web.paper_terms
    for part in parts(sorted(ids)):
        connection.execute(sa.delete(table).where(table.c.paper_id.in_(part)))
