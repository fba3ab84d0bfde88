"""Liked papers and a window in, the liked paper that one of the window's resembles most out.

A liked paper is known as `core.packing` packs it: by hashed columns. Looked at for the few papers that are
shown, never for ranking.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.packing import WORDS, column_of
from digest.core.postings import WEIGHTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.statistics import Statistics


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Liked:
    """A paper that a reader likes, as a reason for another: `terms` as `core.packing` packs them."""

    paper_id: int
    title: str
    on: dt.date
    terms: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """A window's columns by their packed numbers, ascending: `places[i]` is the column of `numbers[i]`, whose
    inverse document frequency is `idf[i]`. `rarest` stands for words that the window does not have."""

    numbers: NDArray[np.uint32]
    places: NDArray[np.int64]
    idf: NDArray[np.float64]
    rarest: float
    size: int

    @classmethod
    def of(cls, columns: Mapping[str, int], *, statistics: Statistics) -> Columns:
        """Of a window's columns, by term."""
        numbers = np.array([column_of(term) for term in columns], dtype=np.uint32)
        order = np.argsort(numbers, kind="stable")
        idf = np.array([statistics.idf(term) for term in columns])
        return cls(
            numbers=numbers[order],
            places=order.astype(np.int64),
            idf=idf[order],
            rarest=float(idf.max(initial=1.0)),
            size=len(columns),
        )

    def rows(self, liked: Sequence[Liked]) -> Any:
        """Liked papers × the window's columns, CSR, each a row of length 1 over all of its terms."""
        from scipy import sparse

        if not len(self.numbers):
            return sparse.csr_matrix((len(liked), self.size))
        starts, where, what = [0], [], []
        for one in liked:
            packed = np.frombuffer(one.terms, dtype="<u4")
            numbers, counts = packed >> np.uint32(8), packed & np.uint32(255)
            at = np.minimum(np.searchsorted(self.numbers, numbers), max(0, len(self.numbers) - 1))
            here = (
                self.numbers[at] == numbers if len(self.numbers) else np.zeros(len(numbers), dtype=np.bool_)
            )
            idf = np.where(here, self.idf[at] if len(self.idf) else 0.0, self.rarest)
            # A pair of words that nobody else has is in no row of the window either.
            weights = WEIGHTS[counts] * idf * (here | (numbers < WORDS))
            norm = float(np.sqrt(weights @ weights)) or 1.0
            where.append(self.places[at[here]])
            what.append(weights[here] / norm)
            starts.append(starts[-1] + int(here.sum()))
        if not where:
            return sparse.csr_matrix((0, self.size))
        return sparse.csr_matrix(
            (np.concatenate(what), np.concatenate(where), starts), shape=(len(liked), self.size)
        )


def likest(rows: Any, paper: Any) -> tuple[int, float]:
    """The row (of `Columns.rows`) that a paper's row (1 × columns) is likest to, the first of equals, and
    their cosine; (-1, 0) for no rows."""
    if not rows.shape[0]:
        return -1, 0.0
    cosines = (rows @ paper.T).toarray().ravel()
    best = int(cosines.argmax())
    return best, float(cosines[best])
