"""A window's papers as what was learned sees them: rows in, scores of many topics and their parts out.

`Field.of` is computed once for a window, however many topics there are. The score of a paper is of one scale,
that of a cosine, from about -1 to 1:

    score = (row·(terms + directions × rest) + blend × cosine with the likeness) / (1 + blend)

A row is as in `directions`: idf^1.75 and half a weight for pairs, of length one.
"""

from __future__ import annotations

import dataclasses
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
    """`rows` (CSR float32, papers × columns, of length one) and their transpose `by_term`; `along` (papers ×
    dimension) and `near` (papers × directions of likeness, of length one). `lengths` are of `near` before."""

    rows: Any
    by_term: Any
    terms: Sequence[str]
    columns: Mapping[str, int]
    along: NDArray[np.float32]
    near: NDArray[np.float32]
    lengths: NDArray[np.float32]
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
        near, lengths = _normed(along[:, :count])
        return cls(
            rows=own,
            by_term=own.T.tocsr(),
            terms=terms,
            columns=columns,
            along=along,
            near=near,
            lengths=lengths,
            directions=directions,
        )

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

    def parts(self, paper: int, learned: Learned) -> dict[str, float]:
        """What each word of a paper adds to its score, the most first; they add up to it. A pair's part is
        shared by its two words."""
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
            count = self.near.shape[1]
            length = np.linalg.norm((values * live) @ basis[:, :count])
            each = each + learned.blend * (basis[:, :count] @ learned.likeness) / max(float(length), 1e-9)
            each = each / (1 + learned.blend)
        found: defaultdict[str, float] = defaultdict(float)
        for text, part in zip(texts, (each * values * live).tolist(), strict=True):
            words = text.split(" ")
            for word in words:
                found[word] += part / len(words)
        return dict(
            sorted(((word, part) for word, part in found.items() if part), key=lambda o: (-o[1], o[0]))
        )

    def _fits(self, learned: Learned) -> bool:
        return self.directions is not None and learned.version == self.directions.version

    def _block(self, learned: Sequence[Learned]) -> NDArray[np.float32]:
        from scipy import sparse

        starts, where, what = [0], [], []
        for one in learned:
            for term, weight in one.terms.items():
                column = self.columns.get(term)
                if column is not None:
                    where.append(column)
                    what.append(weight)
            starts.append(len(where))
        shape = (len(learned), self.rows.shape[1])
        chosen = sparse.csr_matrix((np.array(what, dtype=np.float32), where, starts), shape=shape)
        found: NDArray[np.float32] = (chosen @ self.by_term).toarray()
        fits = [place for place, one in enumerate(learned) if self._fits(one)]
        if fits:
            blend = np.array([[learned[place].blend] for place in fits], dtype=np.float32)
            found[fits] += np.stack([learned[place].rest for place in fits]) @ self.along.T
            likeness = blend * np.stack([learned[place].likeness for place in fits])
            found[fits] += likeness @ self.near.T
            found[fits] /= 1 + blend
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
        near, _ = _normed(self.along[papers, : self.near.shape[1]] - theirs[:, : self.near.shape[1]])
        change = theirs @ learned.rest + learned.blend * ((self.near[papers] - near) @ learned.likeness)
        off[papers] = change / (1 + learned.blend)
        return off


def _is_struck(term: str, struck: frozenset[str]) -> bool:
    return term in struck or (" " in term and not struck.isdisjoint(term.split(" ")))


def _normed(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    lengths = np.linalg.norm(rows, axis=1)
    return rows / np.maximum(lengths, np.float32(1e-9))[:, None], lengths
