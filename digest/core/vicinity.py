"""Papers' vectors in, the papers nearest to a vector out. Reads nothing; does not know what a vector means.

In memory a number of a vector is one byte, scaled by the row's largest: a cosine is off by a few thousandths,
and a hundred thousand papers of 768 numbers are 77 MB.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_AT_ONCE = 4096  # papers
_STEPS = 127.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vicinity:
    """Papers `ids`, ascending; `codes` (papers × size, int8) times `scales` are their vectors."""

    ids: NDArray[np.int64]
    codes: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, bytes]]) -> Vicinity:
        """Of papers by number, ascending, each with its vector in little-endian float16, all of one size."""
        ids: list[int] = []
        codes: list[NDArray[np.int8]] = []
        scales: list[NDArray[np.float32]] = []
        block: list[bytes] = []

        def take() -> None:
            values = np.frombuffer(b"".join(block), dtype="<f2").reshape(len(block), -1).astype(np.float32)
            scale = np.maximum(np.abs(values).max(axis=1), np.float32(1e-9)) / np.float32(_STEPS)
            codes.append(np.rint(values / scale[:, None]).astype(np.int8))
            scales.append(scale)
            block.clear()

        for paper_id, vector in rows:
            ids.append(paper_id)
            block.append(vector)
            if len(block) == _AT_ONCE:
                take()
        if block:
            take()
        return cls(
            ids=np.array(ids, dtype=np.int64),
            codes=np.concatenate(codes) if codes else np.zeros((0, 0), dtype=np.int8),
            scales=np.concatenate(scales) if scales else np.zeros(0, dtype=np.float32),
        )

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self.ids.nbytes + self.codes.nbytes + self.scales.nbytes

    def nearest(
        self, vector: NDArray[np.float32], *, limit: int, among: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The papers nearest to a vector of length one, each with its cosine, the nearest first, newer ones
        first among equals. `among`: only of these papers, by number, ascending. None for a vector of another
        size."""
        if not len(self.ids) or len(vector) != self.codes.shape[1]:
            return []
        cosines = np.concatenate(
            [
                self.codes[start : start + _AT_ONCE].astype(np.float32) @ vector
                for start in range(0, len(self.ids), _AT_ONCE)
            ]
        )
        cosines = np.round(cosines * self.scales, 4)
        places = np.arange(len(self.ids))
        if among is not None:
            places = np.flatnonzero(np.isin(self.ids, among, assume_unique=True))
        if len(places) > limit > 0:
            least = -np.partition(-cosines[places], limit - 1)[limit - 1]
            places = places[cosines[places] >= least]
        order = places[np.lexsort((-self.ids[places], -cosines[places]))][: max(0, limit)]
        return [(int(self.ids[place]), float(cosines[place])) for place in order]

    def vector(self, paper_id: int) -> NDArray[np.float32] | None:
        """A paper's own vector."""
        place = int(np.searchsorted(self.ids, paper_id))
        if place == len(self.ids) or self.ids[place] != paper_id:
            return None
        row: NDArray[np.float32] = self.codes[place] * self.scales[place]
        return row / np.float32(max(1e-9, float(np.sqrt(row @ row))))
