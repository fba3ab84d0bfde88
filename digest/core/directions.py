"""Packed papers in, the directions along which the library varies most out: one truncated SVD for everybody.

Reads no database and no paper's words: it knows papers as `core.packing` packs them. Made now and then, kept
as bytes; new papers are only projected on what exists.

A paper is a row of length one of

    weight(term) = (1 + ln(count)) × idf(term)^1.75, a pair of words half of that

and the directions are the right singular vectors of all rows, as in latent semantic analysis (Deerwester et
al., JASIS 1990), found by random projection with power iterations (Halko, Martinsson and Tropp, "Finding
structure with randomness", SIAM Review 2011, algorithm 4.4). `learn` says what they are for.
"""

from __future__ import annotations

import dataclasses
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.packing import COLUMNS, WORDS
from digest.core.postings import WEIGHTS
from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DIMENSION = 512  # directions, of a library that is large enough
TERMS = 40_000  # columns of the basis: 40,000 × 512 × 2 bytes are 41 MB
FEWEST = 4  # papers to a direction, at least
RARITY = 1.75  # the power of idf; 1 in `core.vectors`, where a text of few words is compared
PAIR = 0.5  # what a pair of words weighs: it says again what its two words say
PAPERS = 20_000  # that the directions are made of: a sample of a larger library

_MORE, _POWERS, _SEED = 16, 2, 20260420
_HEAD = struct.Struct("<4sBIIII")  # magic, version, papers, dimension, columns, crc of the rest
_MAGIC, _VERSION = b"PDDR", 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Directions:
    """Column `columns[i]` (`packing.column_of`, ascending) has the coordinates `basis[i]` (float16). The
    mean square of the rows along direction j is `spread[j]`, largest first. They are made of `papers` papers.
    """

    papers: int
    columns: NDArray[np.uint32]
    basis: NDArray[np.float16]
    spread: NDArray[np.float32]
    version: str

    @property
    def dimension(self) -> int:
        """How many directions there are: 0 of a library of fewer than `FEWEST` papers."""
        return len(self.spread)

    @classmethod
    def fit(cls, packed: Sequence[bytes], *, dimension: int = DIMENSION, terms: int = TERMS) -> Directions:
        """Of a library's papers, packed. The same papers in the same order give the same directions."""
        step = -(-len(packed) // PAPERS) or 1
        rows, columns = _rows(packed[::step], terms)
        dimension = min(dimension, rows.shape[0] // FEWEST, rows.shape[1])
        basis, spread = _svd(rows, dimension)
        return cls._of(rows.shape[0], columns, basis.astype(np.float16), spread)

    @classmethod
    def _of(
        cls,
        papers: int,
        columns: NDArray[np.uint32],
        basis: NDArray[np.float16],
        spread: NDArray[np.float32],
    ) -> Directions:
        version = f"{zlib.crc32(basis.tobytes(), zlib.crc32(columns.tobytes())):08x}-{papers}"
        return cls(papers=papers, columns=columns, basis=basis, spread=spread, version=version)

    def places(self, numbers: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The row of the basis of each of these columns, -1 for one that it does not have."""
        if not len(self.columns):
            return np.full(len(numbers), -1)
        place = np.minimum(np.searchsorted(self.columns, numbers), len(self.columns) - 1)
        return np.where(self.columns[place] == numbers, place, -1)

    def project(self, rows: Any, numbers: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Rows (CSR, n × len(numbers); column i is number `numbers[i]`) on the directions: n × dimension."""
        place = self.places(numbers)
        known = np.flatnonzero(place >= 0)
        found: NDArray[np.float32] = rows[:, known] @ self.basis[place[known]].astype(np.float32)
        return found

    def to_bytes(self) -> bytes:
        """A form that `from_bytes` reads back."""
        body = b"".join(
            part.astype(kind).tobytes()
            for part, kind in ((self.columns, "<u4"), (self.spread, "<f4"), (self.basis, "<f2"))
        )
        numbers = (_MAGIC, _VERSION, self.papers, self.dimension, len(self.columns), zlib.crc32(body))
        return _HEAD.pack(*numbers) + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Directions:
        """What `to_bytes` made. Raises StoreError for bytes that are cut, changed, or of another version."""
        try:
            magic, version, papers, dimension, terms, crc = _HEAD.unpack_from(data)
        except struct.error as problem:
            raise StoreError(_unreadable("they are cut off")) from problem
        if magic != _MAGIC:
            raise StoreError(_unreadable("they do not begin as they should"))
        if version != _VERSION:
            raise StoreError(_unreadable(f"they are of version {version}, and this program knows {_VERSION}"))
        body = memoryview(data)[_HEAD.size :]
        if zlib.crc32(body) != crc or len(body) != 4 * terms + 4 * dimension + 2 * terms * dimension:
            raise StoreError(_unreadable("their checksum is wrong"))
        columns = np.frombuffer(body, "<u4", terms).astype(np.uint32)
        spread = np.frombuffer(body, "<f4", dimension, 4 * terms).astype(np.float32)
        basis = np.frombuffer(body, "<f2", terms * dimension, 4 * (terms + dimension)).astype(np.float16)
        return cls._of(papers, columns, basis.reshape(terms, dimension), spread)


def _unreadable(why: str) -> str:
    return f"The library's directions cannot be read: {why}. They can be made anew from its papers."


def _rows(packed: Sequence[bytes], terms: int) -> tuple[Any, NDArray[np.uint32]]:
    """The papers' rows, of length one, and the numbers of their columns: those that weigh most in all."""
    from scipy import sparse

    numbers = np.frombuffer(b"".join(packed), dtype="<u4")
    columns, counts = numbers >> np.uint32(8), (numbers & np.uint32(255)).astype(np.uint8)
    starts = np.concatenate([[0], np.cumsum([len(one) // 4 for one in packed], dtype=np.int64)])
    frequency = np.bincount(columns, minlength=COLUMNS)
    weigh = (np.log((1 + len(packed)) / (1.0 + frequency)) + 1) ** RARITY
    weigh[WORDS:] *= PAIR
    weigh[WORDS:][frequency[WORDS:] < 2] = 0
    values = (WEIGHTS[counts] * weigh[columns]).astype(np.float32)
    owner = np.repeat(np.arange(len(packed)), np.diff(starts))
    values /= np.maximum(1e-9, np.sqrt(np.bincount(owner, values * values, minlength=len(packed))))[owner]
    energy = np.bincount(columns, values * values, minlength=COLUMNS)
    energy[frequency < 2] = 0  # what one paper alone holds is no direction of the library
    kept = np.flatnonzero(energy > 0)
    if len(kept) > terms:
        kept = np.sort(np.argpartition(-energy, terms)[:terms])
    place = np.full(COLUMNS, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    taken = place[columns] >= 0
    rows = sparse.csr_matrix(
        (values[taken], (owner[taken], place[columns[taken]])),
        shape=(len(packed), len(kept)),
        dtype=np.float32,
    )
    return rows, kept.astype(np.uint32)


def _svd(rows: Any, dimension: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The first right singular vectors (columns × dimension), and the mean square of the rows along each."""
    if dimension < 1:
        return np.zeros((rows.shape[1], 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
    wide = min(dimension + _MORE, *rows.shape)
    across = rows.T.tocsr()
    sample = np.random.default_rng(_SEED).standard_normal((rows.shape[1], wide), dtype=np.float32)
    found = rows @ sample
    for _ in range(_POWERS):
        found = rows @ (across @ np.linalg.qr(found)[0])
    small = across @ np.linalg.qr(found)[0]  # columns × wide
    square, turn = np.linalg.eigh((small.T @ small).astype(np.float64))
    first = np.argsort(-square)[:dimension]
    length = np.sqrt(np.maximum(square[first], 1e-12))
    basis = (small @ turn[:, first].astype(np.float32)) / length.astype(np.float32)
    return basis, (square[first] / rows.shape[0]).astype(np.float32)
