"""Words that somebody typed in; the papers that hold them out, in an order. Never writes, and never raises
for what was typed (`core.query` reads it).

This is the one file that knows the index of words: SQLite's FTS5 (https://sqlite.org/fts5.html), table
`paper_words`, kept by triggers (migration 0004). Another database needs a `_Words` of its own: a column
tsvector and `websearch_to_tsquery` would be PostgreSQL's.

How papers are ordered. First those that have all of the words in the title, then the others; each by `bm25`
(Robertson and Zaragoza, "The probabilistic relevance framework", 2009; title 10, authors 5, abstract 1). That
costs by the paper, and a common word is in half of the library: so the newest `CANDIDATES` alone are weighed,
and as many of the newest with the words in the title are found. (FTS5 walks a word's papers from the newest
on, and stops when it has enough.) Nothing is lost where fewer match; where more do, there is no telling them
apart by these words anyway.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from digest.core.query import parse
from digest.store import tables
from digest.store.entries import read_entries

if TYPE_CHECKING:
    from digest.core.query import Query, Term
    from digest.store.database import Database
    from digest.store.entries import Entry

CANDIDATES = 1000
Order = Literal["relevance", "newest"]

_BESIDE = 1  # words that may stand between those of an author's name: a middle name
_SEPARATED = str.maketrans({".": "\ue001", "-": "\ue002", " ": "\ue003"})  # as the migration has it
# The inner statement walks the index and stops; the weights are asked for of what it found.
_FIND = """
SELECT papers.id, papers.first_listed, found.weight
FROM (
    SELECT paper_words.rowid AS id, {weight} AS weight
    FROM paper_words CROSS JOIN papers ON papers.id = paper_words.rowid
    WHERE paper_words MATCH :words AND paper_words.rowid BETWEEN :low AND :high
    AND papers.merged_into IS NULL AND papers.first_listed BETWEEN :first AND :last
    ORDER BY paper_words.rowid DESC LIMIT :most
) AS found CROSS JOIN papers ON papers.id = found.id
"""
_WEIGHED = _FIND.format(weight="bm25(paper_words, 10.0, 1.0, 5.0, 0.0)")
_UNWEIGHED = _FIND.format(weight="0.0")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Some of `total` papers; `more`: there are more than were counted. `marks` are the words that made them
    match, in lower case. `is_cut`: more was typed than is read."""

    entries: tuple[Entry, ...] = ()
    total: int = 0
    more: bool = False
    marks: frozenset[str] = frozenset()
    is_cut: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    id: int
    day: dt.date
    weight: float  # of bm25: the less, the better


class Search:
    """The words of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def words(
        self,
        query: str,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        category: str = "",
        limit: int,
        offset: int = 0,
        order: Order = "relevance",
        candidates: int = CANDIDATES,
    ) -> Found:
        """The papers that hold what `query` says, first listed from `first` to `last` and in `category`.

        A paper that the query names by its id comes first, whatever the period and the category. Nothing but
        unwanted words finds nothing; no words but a category, all that is in it.
        """
        read = parse(query)
        if category:
            read = dataclasses.replace(read, categories=tuple(dict.fromkeys((*read.categories, category))))
        with self._database.read() as connection:
            named = _named(connection, read.keys)
            matches = _Words(connection, read, candidates).find(first, last, order=order)
            more = len(matches) > candidates
            ids = list(dict.fromkeys((*named, *(one.id for one in matches[:candidates]))))
            some = ids[max(0, offset) : max(0, offset) + max(0, limit)]
            entries = read_entries(connection, some)
        return Found(
            entries=tuple(entries[paper_id] for paper_id in some),
            total=len(ids),
            more=more,
            marks=read.marks,
            is_cut=read.is_cut,
        )


def _named(connection: sa.Connection, keys: tuple[str, ...]) -> list[int]:
    """The papers of these keys, in their order."""
    if not keys:
        return []
    table = tables.paper_keys
    found = {
        row.key: row.paper_id for row in connection.execute(sa.select(table).where(table.c.key.in_(keys)))
    }
    return list(dict.fromkeys(found[key] for key in keys if key in found))


class _Words:
    """A query, asked of SQLite's index."""

    def __init__(self, connection: sa.Connection, query: Query, candidates: int) -> None:
        self._connection = connection
        self._query = query
        self._candidates = candidates

    def find(self, first: dt.date | None, last: dt.date | None, *, order: Order) -> list[_Match]:
        """The matches in their order; one more than there are candidates where there are more matches."""
        wanted = _expression(self._query)
        if wanted is None:
            return []
        period = self._period(first, last)
        if order == "newest":
            matches = self._ask(_UNWEIGHED, wanted, period)
            return sorted(matches, key=lambda one: (one.day, one.id), reverse=True)
        matches = sorted(self._ask(_WEIGHED, wanted, period), key=lambda one: (one.weight, -one.id))
        in_title = _expression(self._query, in_title=True)
        if not matches or in_title is None or in_title == wanted:
            return matches
        titled = {one.id: one for one in self._ask(_UNWEIGHED, in_title, period)}
        weighed = {one.id for one in matches}
        ordered = (
            *(one for one in matches if one.id in titled),
            *(one for one in titled.values() if one.id not in weighed),  # older ones of a common word
            *(one for one in matches if one.id not in titled),
        )
        return list(ordered[: self._candidates + 1])

    def _period(self, first: dt.date | None, last: dt.date | None) -> dict[str, Any]:
        """The bounds of a period, and of the numbers of the papers in it: the index is walked by number."""
        bounds = {
            "first": (first or dt.date.min).isoformat(),
            "last": (last or dt.date.max).isoformat(),
            "low": 0,
            "high": 2**62,
        }
        if first is None and last is None:
            return bounds
        query = "SELECT min(id), max(id) FROM papers WHERE first_listed BETWEEN :first AND :last"
        low, high = self._connection.execute(sa.text(query), bounds).one()
        return {**bounds, "low": low or 0, "high": high or 0}

    def _ask(self, find: str, words: str, period: dict[str, Any]) -> list[_Match]:
        """Matches, the newest first."""
        query = sa.text(find).columns(first_listed=tables.papers.c.first_listed.type)
        rows = self._connection.execute(query, {**period, "words": words, "most": self._candidates + 1})
        found = [_Match(id=row.id, day=row.first_listed, weight=row.weight) for row in rows]
        return sorted(found, key=lambda one: -one.id)


def _expression(query: Query, *, in_title: bool = False) -> str | None:
    """An FTS5 query string; None where nothing is asked for. `in_title`: words of no field, in the title.

    Only letters and digits are put in it, within quotes (and the signs of categories, of which none is one).
    """
    parts = [_term(term, column="title" if in_title else "") for term in query.wanted]
    parts += [f'subjects : "{_category(one)}"' for one in query.categories if _category(one)]
    if not parts:
        return None
    unwanted = [_term(term) for term in query.unwanted]
    wanted = " AND ".join(f"({part})" for part in parts)
    return f"({wanted}) NOT ({' OR '.join(f'({part})' for part in unwanted)})" if unwanted else wanted


def _term(term: Term, *, column: str = "") -> str:
    column = {"title": "title", "author": "authors"}.get(term.field, column)
    scope = f"{column} : " if column else ""
    if term.field == "author" and len(term.words) > 1:
        quoted = " ".join(f'"{word}"' for word in term.words)
        return f"{scope}NEAR({quoted}, {_BESIDE})"
    phrases = " OR ".join(f'"{" ".join(words)}"' for words in term.spellings)
    return f"{scope}({phrases})"


def _category(name: str) -> str:
    """The one word that a category is in the index."""
    kept = "".join(letter for letter in name if letter.isalnum() or letter in ".- ")
    return "\ue001" + kept.translate(_SEPARATED) if kept else ""
