"""Which papers hold a term, and how often: packed terms in, sums over the papers of a few terms out.

An inverted file (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 7.1) of at most
`MOST` papers, so that two bytes number a paper and one its count. Knows terms by number only, and no ids.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.packing import COLUMNS, OFTEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2**15  # papers

# The weight of a count: 1 + ln(count), as in `core.vectors`.
WEIGHTS = (1 + np.log(np.maximum(1, np.arange(OFTEN + 1)))).astype(np.float32)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Postings:
    """Term `columns[i]` (ascending) stands in papers `rows[starts[i]:starts[i + 1]]` (ascending, from 0 to
    below `size`), `counts` times each."""

    size: int
    columns: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    rows: NDArray[np.uint16]
    counts: NDArray[np.uint8]

    @classmethod
    def of(
        cls, columns: NDArray[np.uint32], counts: NDArray[np.uint8], lengths: NDArray[np.int64]
    ) -> Postings:
        """Of papers one after the other: `lengths[i]` terms of paper `i`, each with its count."""
        from scipy import sparse

        if len(lengths) > MOST:
            raise ValueError(f"{len(lengths)} papers do not fit into one part")
        ends = np.concatenate([[0], np.cumsum(lengths)])
        by_paper = sparse.csr_matrix(
            (counts, columns.astype(np.int32), ends), shape=(len(lengths), COLUMNS), copy=False
        )
        by_term = by_paper.tocsc()
        held = np.flatnonzero(np.diff(by_term.indptr))
        return cls(
            size=len(lengths),
            columns=held.astype(np.uint32),
            starts=np.append(by_term.indptr[held], len(by_term.data)).astype(np.uint32),
            rows=by_term.indices.astype(np.uint16),
            counts=by_term.data,
        )

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return sum(part.nbytes for part in (self.columns, self.starts, self.rows, self.counts))

    def sums(self, columns: NDArray[np.uint32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each paper the sum of weight × weight of the count, over these terms (each once)."""
        taken, each = self._weighed(columns, weights)
        return _totals(self.rows[taken], each * WEIGHTS[self.counts[taken]], self.size)

    def saturated(
        self, columns: NDArray[np.uint32], weights: NDArray[np.float64], damping: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """For each paper the sum of weight × count / (count + the paper's damping), over these terms."""
        taken, each = self._weighed(columns, weights)
        rows, counts = self.rows[taken], self.counts[taken].astype(np.float32)
        return _totals(rows, each * (counts / (counts + damping[rows])), self.size)

    def lengths(self) -> NDArray[np.float32]:
        """How many terms each paper has, each as often as it stands there."""
        return _totals(self.rows, self.counts, self.size).astype(np.float32)

    def often(self, columns: NDArray[np.uint32]) -> NDArray[np.int64]:
        """How many papers hold each of these terms more than once."""
        found = np.zeros(len(columns), dtype=np.int64)
        place, here = self._find(columns)
        for index, at in zip(np.flatnonzero(here), place, strict=True):
            found[index] = np.count_nonzero(self.counts[self.starts[at] : self.starts[at + 1]] > 1)
        return found

    def squares(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """For each paper the sum of (weight × weight of the count)² over all of its terms; `weights` of all
        COLUMNS."""
        each = np.repeat(weights[self.columns], np.diff(self.starts)) * WEIGHTS[self.counts]
        return _totals(self.rows, each * each, self.size)

    def _weighed(
        self, columns: NDArray[np.uint32], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Where the papers with these terms stand, and the weight of the term for each of them."""
        place, here = self._find(columns)
        lengths = self._lengths(place)
        return self._taken(place, lengths), np.repeat(weights[here], lengths)

    def _find(self, columns: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The places of those of the terms that are here, and which of them these are."""
        place = np.searchsorted(self.columns, columns)
        here = np.zeros(len(columns), dtype=np.bool_)
        inside = place < len(self.columns)
        here[inside] = self.columns[place[inside]] == columns[inside]
        return place[here], here

    def _lengths(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        return (self.starts[place + 1] - self.starts[place]).astype(np.int64)

    def _taken(self, place: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        before = np.cumsum(lengths) - lengths
        offsets: NDArray[np.int64] = np.repeat(self.starts[place].astype(np.int64) - before, lengths)
        return np.arange(len(offsets)) + offsets


def _totals(rows: NDArray[np.uint16], values: NDArray[Any], size: int) -> NDArray[np.float64]:
    totals: NDArray[np.float64] = np.bincount(rows, values, minlength=size).astype(np.float64)
    return totals
