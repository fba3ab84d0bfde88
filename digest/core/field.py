"""A window's papers as what was learned sees them: rows in; scores of topics, and what a word is worth, out.

`Field.of` is computed once for a window, however many topics there are. The score of a paper is of one scale,
that of a cosine, from about -1 to 1:

    score = (row·(terms + directions × rest) + blend × cosine with the likeness) / (1 + blend)

A row is as in `directions`: idf^1.75 and half a weight for pairs, of length one.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.directions import PAIR, RARITY
from digest.core.learn import likeness_of
from digest.core.packing import column_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.directions import Directions
    from digest.core.learned import Learned
    from digest.core.statistics import Statistics

_AT_ONCE = 256  # topics


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """`rows` (CSR float32, papers × columns, of length one) and their transpose `by_term`. `places`: where
    each paper lies along all directions, and once more along the first `nearby` of them, of length one.
    """

    rows: Any
    by_term: Any
    terms: Sequence[str]
    columns: Mapping[str, int]
    places: NDArray[np.float32]
    nearby: int
    directions: Directions | None

    @classmethod
    def of(
        cls, rows: Any, columns: Mapping[str, int], *, statistics: Statistics, directions: Directions | None
    ) -> Field:
        """Of `Window.rows` and `Window.columns`."""
        terms = tuple(columns)
        weigh = np.array(
            [statistics.idf(term) ** (RARITY - 1) * (PAIR if " " in term else 1.0) for term in terms],
            dtype=np.float32,
        )
        own = rows.copy()
        own.data = own.data * weigh[own.indices]
        norms = np.sqrt(np.asarray(own.multiply(own).sum(axis=1)).ravel())
        own.data /= np.repeat(np.maximum(norms, 1e-9), np.diff(own.indptr)).astype(np.float32)
        count = likeness_of(directions)
        along = np.zeros((own.shape[0], 0), dtype=np.float32)
        if directions is not None:
            numbers = np.array([column_of(term) for term in terms], dtype=np.uint32)
            along = directions.project(own, numbers)
        return cls(
            rows=own,
            by_term=own.T.tocsr(),
            terms=terms,
            columns=columns,
            places=np.hstack([along, _normed(along[:, :count])]),
            nearby=count,
            directions=directions,
        )

    @property
    def near(self) -> NDArray[np.float32]:
        """Papers × directions of likeness, of length one: the product of two rows is their likeness."""
        return self.places[:, self.places.shape[1] - self.nearby :]

    def scores(self, learned: Sequence[Learned]) -> NDArray[np.float64]:
        """Topics × papers; 0 all along for a topic that learned nothing. What was learned along other
        directions than these counts by its terms alone."""
        found = np.zeros((len(learned), self.rows.shape[0]))
        for start in range(0, len(learned), _AT_ONCE):
            some = learned[start : start + _AT_ONCE]
            found[start : start + len(some)] = self._block(some)
        for place, one in enumerate(learned):
            if one.struck:
                found[place] -= self._struck(one)
        return found

    def losses(self, paper: int, learned: Learned) -> tuple[float, dict[str, float]]:
        """A paper's score, and how much of it is lost with each word: when the word and its pairs are deleted
        from the paper, whose row is made of length one again. The most first; exact but for the length of the
        paper's place among the directions."""
        texts, parts, squares = self._each(paper, learned)
        gone: defaultdict[str, float] = defaultdict(float)
        lighter: defaultdict[str, float] = defaultdict(float)
        for text, part, square in zip(texts, parts.tolist(), squares.tolist(), strict=True):
            for word in set(text.split(" ")):
                gone[word] += part
                lighter[word] += square
        score = float(parts.sum())
        lost = {
            word: score - (score - part) / math.sqrt(max(1e-6, 1 - lighter[word]))
            for word, part in gone.items()
        }
        return score, _most_first(lost)

    def _each(
        self, paper: int, learned: Learned
    ) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
        """A paper's terms, what each adds to its score, and the square of its weight in the row."""
        begin, end = self.rows.indptr[paper], self.rows.indptr[paper + 1]
        columns, values = self.rows.indices[begin:end], self.rows.data[begin:end].astype(np.float64)
        texts = [self.terms[column] for column in columns.tolist()]
        live = np.array([not _is_struck(text, learned.struck) for text in texts], dtype=bool)
        each = np.array([learned.terms.get(text, 0.0) for text in texts])
        if self.directions is not None and self._fits(learned):
            numbers = np.array([column_of(text) for text in texts], dtype=np.uint32)
            place = self.directions.places(numbers)
            basis = np.where(place[:, None] >= 0, self.directions.basis[place], 0).astype(np.float64)
            each = each + basis @ learned.rest
            first = basis[:, : self.nearby]
            length = np.linalg.norm((values * live) @ first)
            each = each + learned.blend * (first @ learned.likeness) / max(float(length), 1e-9)
            each = each / (1 + learned.blend)
        return texts, each * values * live, values * values * live

    def _fits(self, learned: Learned) -> bool:
        return self.directions is not None and learned.version == self.directions.version

    def _block(self, learned: Sequence[Learned]) -> NDArray[np.float32]:
        from scipy import sparse

        starts, where, what = [0], [], []
        along = np.zeros((len(learned), self.places.shape[1]), dtype=np.float32)
        for place, one in enumerate(learned):
            share = 1.0
            if self._fits(one):
                share = 1 / (1 + one.blend)
                along[place] = share * np.concatenate([one.rest, one.blend * one.likeness])
            for term, weight in one.terms.items():
                column = self.columns.get(term)
                if column is not None:
                    where.append(column)
                    what.append(share * weight)
            starts.append(len(where))
        shape = (len(learned), self.rows.shape[1])
        chosen = sparse.csr_matrix((np.array(what, dtype=np.float32), where, starts), shape=shape)
        found: NDArray[np.float32] = along @ self.places.T
        found += (chosen @ self.by_term).toarray()
        return found

    def _struck(self, learned: Learned) -> NDArray[np.float64]:
        """What struck words would add to the papers that hold them."""
        off = np.zeros(self.rows.shape[0])
        if self.directions is None or not self._fits(learned):
            return off
        columns = np.array(
            [place for place, text in enumerate(self.terms) if _is_struck(text, learned.struck)],
            dtype=np.int64,
        )
        if not len(columns):
            return off
        held = self.rows[:, columns]
        papers = np.flatnonzero(np.diff(held.indptr))
        numbers = np.array([column_of(self.terms[column]) for column in columns], dtype=np.uint32)
        theirs = self.directions.project(held[papers], numbers)
        near = _normed(self.places[papers, : self.nearby] - theirs[:, : self.nearby])
        moved = self.near[papers] - near
        change = theirs @ learned.rest + learned.blend * (moved @ learned.likeness)
        off[papers] = change / (1 + learned.blend)
        return off


def _most_first(found: Mapping[str, float]) -> dict[str, float]:
    told = ((word, part) for word, part in found.items() if part)
    return dict(sorted(told, key=lambda one: (-one[1], one[0])))


def _is_struck(term: str, struck: frozenset[str]) -> bool:
    return term in struck or (" " in term and not struck.isdisjoint(term.split(" ")))


def _normed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-9))
    return found
