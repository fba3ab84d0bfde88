"""Entries of a library that somebody keeps elsewhere in; likes of a topic of theirs out.

    entries → kept as rows → papers that are here → arXiv by ids → arXiv by titles → likes, or why not

Each step is committed before the next request, so that whatever ends an import (Ctrl-C, a host that asks to
be left alone, no network), the next one goes on where it ended. Papers that are fetched are announced to
nobody. What is not found stays in the reader's own rows.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.core.tokens import words
from digest.errors import SourceError
from digest.libraries.matching import is_short, match
from digest.pipeline.sought import seek
from digest.store.libraries import LibraryRow, found, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from digest.libraries import Entry
    from digest.pipeline.sought import Answer
    from digest.ports import Catalogue
    from digest.store import Store

AGAIN_AFTER = dt.timedelta(days=7)  # what arXiv did not have is asked for again
NOT_ASKED = "not among the papers here, and arXiv was not asked"
_BLOCK = 500  # entries a transaction


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: of its entries, `found` are papers, `missing` are not (some of them wait to be
    asked for). `fetched` papers and `likes` are new. `stopped`: why arXiv was not asked any further."""

    found: int
    fetched: int
    likes: int
    missing: tuple[LibraryRow, ...]
    stopped: str = ""

    @property
    def waiting(self) -> int:
        """How many entries another import would ask arXiv for."""
        return sum(row.state == "waiting" for row in self.missing)


def unwatched(_steps: int) -> None:
    """Nobody watches."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: into which topic (by its ref) of which reader, at what time. `catalogue`: who is asked
    for what is not here; None: nobody. `again`: also for what was asked for in vain lately."""

    store: Store
    reader: int
    topic: str
    now: dt.datetime
    catalogue: Catalogue | None = None
    again: bool = False
    advance: Callable[[int], None] = unwatched

    def run(self, entries: Sequence[Entry]) -> Imported:
        """Make likes of as many entries as can be found. Never raises for what a source does."""
        for block in _blocks(entries):
            self.store.libraries.keep(self.reader, [self._row(entry) for entry in block])
        likes = sum(self._settle(self._here(block)) for block in _blocks(self._open(entries)))
        left = self._open(entries)
        self.advance(len(entries) - len(left))
        fetched, stopped = 0, ""
        if self.catalogue is not None:
            rows = self._rows()
            due = [entry for entry in left if self._is_due(rows.get(entry.key))]
            self.advance(len(left) - len(due))
            try:
                for answer in seek(due, self.catalogue, now=self.now):
                    new, made = self._absorb(answer)
                    fetched, likes = fetched + new, likes + made
                    self.advance(len(answer.named) + len(answer.missing))
            except SourceError as error:
                stopped = str(error)
        rows = self._rows()
        mine = [rows.get(entry.key) or self._row(entry) for entry in entries]  # none: erased meanwhile
        return Imported(
            found=sum(row.state == "found" for row in mine),
            fetched=fetched,
            likes=likes,
            missing=tuple(explained(row) for row in mine if row.state != "found"),
            stopped=stopped,
        )

    def _row(self, entry: Entry) -> LibraryRow:
        return LibraryRow(
            topic=self.topic,
            key=entry.key,
            title=entry.title,
            arxiv_id=entry.arxiv_id,
            doi=entry.doi,
            liked_at=entry.added,
            state="waiting",
        )

    def _rows(self) -> dict[str, LibraryRow]:
        return {row.key: row for row in self.store.libraries.rows(self.reader, topic=self.topic)}

    def _open(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that are not found yet."""
        rows = self._rows()
        found_keys = {key for key, row in rows.items() if row.state == "found"}
        return [entry for entry in entries if entry.key not in found_keys]

    def _is_due(self, row: LibraryRow | None) -> bool:
        if row is None:
            return False  # erased meanwhile: nobody asks for it any more
        return self.again or row.tried_at is None or row.tried_at <= self.now - AGAIN_AFTER

    def _here(self, entries: Sequence[Entry]) -> dict[str, int]:
        """Which of the entries are papers of the library, by their keys."""
        libraries = self.store.libraries
        wanted = {entry.key: _keys(entry) for entry in entries}
        known = libraries.keyed({key for keys in wanted.values() for key in keys})
        papers = {
            key: next(known[one] for one in keys if one in known)
            for key, keys in wanted.items()
            if not known.keys().isdisjoint(keys)
        }
        # An id of arXiv that is not here says that the paper is not; of a DOI there may be the preprint.
        titled = [
            entry for entry in entries if entry.key not in papers and not entry.arxiv_id and entry.title
        ]
        candidates = libraries.titled({_joined(entry) for entry in titled})
        for entry in titled:
            ids = candidates.get(_joined(entry), [])
            if not ids and entry.authors and is_short(entry.title):  # of which no key is kept
                ids = [one.paper.id for one in self.store.search.words(f'"{entry.title}"', limit=20).entries]
            paper, _ = match(entry, (one.paper for one in self.store.lists.entries(ids).values()))
            if paper is not None:
                papers[entry.key] = paper.id
        return papers

    def _settle(self, papers: Mapping[str, int]) -> int:
        """Make likes of entries that are these papers; returns how many."""
        if not papers:
            return 0
        with self.store.database.begin() as connection:
            return found(connection, self.reader, self.topic, papers, now=self.now)

    def _absorb(self, answer: Answer) -> tuple[int, int]:
        """Take in what a request brought, in one transaction; returns how many papers and likes are new."""
        store = self.store
        with store.database.begin() as connection:
            new = store.papers.absorb(connection, answer.listings, as_news=False)
            known = {
                key: store.papers.known_as(connection, f"arxiv:{arxiv_id}")
                for key, arxiv_id in answer.named.items()
            }
            papers = {key: paper_id for key, paper_id in known.items() if paper_id is not None}
            made = found(connection, self.reader, self.topic, papers, now=self.now)
            not_found(connection, self.reader, self.topic, answer.missing, now=self.now)
        return new, made


def _blocks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), _BLOCK):
        yield entries[start : start + _BLOCK]


def _keys(entry: Entry) -> list[str]:
    """What the library may know an entry by, strongest first."""
    named = (("arxiv", entry.arxiv_id), ("doi", entry.doi))
    return [f"{kind}:{name}" for kind, name in named if name]


def _joined(entry: Entry) -> str:
    return " ".join(words(entry.title))


def explained(row: LibraryRow) -> LibraryRow:
    """An entry that is not found, with why."""
    return row if row.reason else dataclasses.replace(row, reason=NOT_ASKED)
