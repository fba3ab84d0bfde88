"""Candidates in, a window out: all that is computed once for each paper, however many readers there are.

Reads nothing and forgets everything after the run. Never looks at a topic.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.concordance import Concordance
from digest.core.field import Field
from digest.core.liked import Columns
from digest.core.terms import paper_terms, stems
from digest.core.trending import paper_heat
from digest.core.variety import near_duplicates
from digest.core.vectors import matrix, weights

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.directions import Directions
    from digest.core.meaning import Sight
    from digest.core.statistics import Statistics
    from digest.core.trending import Growth
    from digest.model import Paper


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A paper that was listed as news; `sequence` is that of its latest news listing. What editors made of
    it in the community's list: who picked it, the sentence they pinned to it, whether it is hidden there.
    `growth`: the stars that it gained."""

    paper: Paper
    sequence: int
    picked_by: str = ""
    sentence: str = ""
    hidden: bool = False
    growth: Growth | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """The papers that may be news to somebody, strongest heat known, ready to be ranked.

    Arrays have one entry a paper. `rows` is papers × `columns`, CSR float32, TF-IDF; `categories` maps each
    category, archive (`cs`) and wildcard (`cs.*`) to the papers in it; `twins` names near-duplicates;
    `chosen` says who picked a paper, and what they pinned to it, for those of which either is so; `growth`
    how many stars those gained that gained some.
    """

    statistics: Statistics
    papers: tuple[Paper, ...]
    sequence: NDArray[np.int64]
    heat: NDArray[np.float64]
    standing: NDArray[np.int64]  # 0 for the first of equally strong papers: by heat, newest listing
    rows: Any
    columns: Mapping[str, int]
    terms: Sequence[str]  # of each column
    concordance: Concordance
    categories: Mapping[str, NDArray[np.int64]]
    of_arxiv: Mapping[str, NDArray[np.int64]]  # arXiv id → its places
    of_id: Mapping[int, int]  # the library's number → its place
    twins: Mapping[int, frozenset[int]]
    picked: NDArray[np.bool_]
    hidden: NDArray[np.bool_]  # from the community's list; whom a topic leads there finds it
    chosen: Mapping[int, tuple[str, str]]
    growth: Mapping[int, Growth]
    today: dt.date
    field: Field  # the papers as what was learned sees them
    packed: Columns  # `columns`, by the numbers of `core.packing`
    sight: Sight | None = None  # the papers as an operator's model sees them

    def places(self, numbers: Iterable[int]) -> list[int]:
        """Where the papers of these numbers stand, as far as they are here."""
        return [self.of_id[number] for number in numbers if number in self.of_id]

    @property
    def typical(self) -> NDArray[np.float64]:
        """How close each paper is to what all are about: the cosine of its place with their mean."""
        near = self.field.near
        centre = near.mean(axis=0) if near.size else np.zeros(near.shape[1], dtype=np.float32)
        return np.asarray(np.round(near @ centre, 6), dtype=np.float64)

    @classmethod
    def of(
        cls,
        statistics: Statistics,
        candidates: Iterable[Candidate],
        *,
        today: dt.date,
        directions: Directions | None = None,
    ) -> Window:
        """Of candidates, the library's statistics, and its directions if it has some. Of a paper given twice
        the later listing counts.

        Statistics that have seen fewer papers than there are candidates are not those of this library: the
        candidates are counted in.
        """
        latest: dict[object, Candidate] = {}
        for index, one in enumerate(candidates):
            key = one.paper.id or ("new", index)
            if key not in latest or latest[key].sequence < one.sequence:
                latest[key] = one
        kept = list(latest.values())
        papers = tuple(one.paper for one in kept)
        if statistics.papers < len(papers):
            statistics = statistics.grown(papers)
        sequence = np.array([one.sequence for one in kept], dtype=np.int64)
        warmth = np.array([paper_heat(paper, today) for paper in papers], dtype=np.float64)
        ids = np.array([paper.id for paper in papers], dtype=np.int64)
        standing = np.empty(len(papers), dtype=np.int64)
        # (Of equally hot ones as lists of pages have them, which know no listings.)
        standing[np.lexsort((ids, -sequence, -ids * (warmth > 0), -warmth))] = np.arange(len(papers))
        texts = [(stems(paper.title), stems(paper.abstract)) for paper in papers]
        columns, rows = _rows(texts, statistics)
        return cls(
            statistics=statistics,
            papers=papers,
            sequence=sequence,
            heat=warmth,
            standing=standing,
            rows=rows,
            columns=columns,
            terms=tuple(columns),
            field=Field.of(rows, columns, statistics=statistics, directions=directions),
            packed=Columns.of(columns, statistics=statistics),
            concordance=Concordance.of(texts),
            categories=_places(_categories(paper) for paper in papers),
            of_arxiv=_places([paper.arxiv_id] if paper.arxiv_id else [] for paper in papers),
            of_id={paper.id: place for place, paper in enumerate(papers)},
            twins=near_duplicates(rows, [" ".join(title) for title, _ in texts]),
            picked=np.array([bool(one.picked_by) for one in kept], dtype=np.bool_),
            hidden=np.array([one.hidden for one in kept], dtype=np.bool_),
            growth={place: one.growth for place, one in enumerate(kept) if one.growth is not None},
            today=today,
            chosen={
                place: (one.picked_by, one.sentence)
                for place, one in enumerate(kept)
                if one.picked_by or one.sentence
            },
        )


def _rows(
    texts: Sequence[tuple[Sequence[str], Sequence[str]]], statistics: Statistics
) -> tuple[dict[str, int], Any]:
    columns: dict[str, int] = {}
    rows = []
    for title, abstract in texts:
        row = weights(paper_terms(title, abstract), statistics)
        rows.append(row)
        for term in row:
            columns.setdefault(term, len(columns))
    return columns, matrix(rows, columns)


def _categories(paper: Paper) -> set[str]:
    """Each category in lower case with what is above it: `cs.cv`, `cs`, `cs.*`."""
    found: set[str] = set()
    for category in paper.categories:
        name = category.strip().lower()
        archive = name.split(".")[0]
        found.update((name, archive, f"{archive}.*"))
    return found


def _places(keys: Iterable[Iterable[str]]) -> dict[str, NDArray[np.int64]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, some in enumerate(keys):
        for key in some:
            places[key].append(index)
    return {key: np.array(found, dtype=np.int64) for key, found in places.items()}
