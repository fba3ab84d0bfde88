"""Papers' terms in, the papers nearest to a text or to a paper out: the ranker's space, over a whole library.

Reads no database and no paper's words: it knows papers as `core.packing` packs them. Terms are those of
`core.terms`, with document frequencies of its own.

What somebody typed is looked for by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework",
2009), for a question of some words is no paper, and a cosine would find the shortest papers first:

    sum over its terms of weight × count / (count + 1.2 × (0.25 + 0.75 × length / mean length))

It is looked for twice: the heaviest terms of the best papers are added to it, and it is looked for
again (Rocchio, "Relevance feedback in information retrieval", 1971; with no reader to ask, as pseudo
relevance feedback: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 9.1). So papers
are found that say the same in other words. Papers are compared with one another by the ranker's cosine.

In memory a paper is three bytes under each of its terms (`Space.nbytes`). Pairs of words that one paper alone
holds are let go of, for they match nothing; `grown` cannot bring them back, making the space anew does.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core.packing import COLUMNS, WORDS, column_of
from digest.core.postings import MOST, WEIGHTS, Postings
from digest.core.rows import added, by_column, heaviest, normed
from digest.core.statistics import Statistics
from digest.core.terms import stems, terms_of
from digest.core.vectors import HEAVIEST, question_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.rows import Row

    Read = Callable[[Sequence[int]], Mapping[int, bytes]]

LONGEST = 5000  # characters of a text that are read
FEEDBACK, AROUND = 10, 20  # papers whose terms are added to a question; that say what goes with a topic
ADDED = 32  # terms of theirs
THEIRS = 0.3  # what their terms weigh, to 1 of the question's own
SATURATION, BY_LENGTH = 1.2, 0.75  # BM25's k and b, as everybody has them
_AT_ONCE = 2**24  # bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A paper, and how near it is, above 0 and at most 1. `words` are the terms asked for that it holds, the
    heaviest first."""

    paper_id: int
    score: float
    words: tuple[str, ...] = ()


def unpack(packed: bytes | bytearray) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """The numbers and the counts of the terms of a paper, or of several one after the other."""
    numbers = np.frombuffer(packed, dtype="<u4")
    return numbers >> np.uint32(8), (numbers & np.uint32(255)).astype(np.uint8)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Papers `ids` in the order in which they came; `norms` is the length of each as a row, `lengths` that in
    terms. `frequency[c]` papers hold the term of number `c`."""

    ids: NDArray[np.int64]
    norms: NDArray[np.float32]
    lengths: NDArray[np.float32]
    frequency: NDArray[np.uint32]
    parts: tuple[Postings, ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, bytes]]) -> Space:
        """Of papers by id, each packed, each once."""
        nothing = np.zeros(0, dtype=np.int64)
        empty = cls(
            ids=nothing,
            norms=nothing.astype(np.float32),
            lengths=nothing.astype(np.float32),
            frequency=np.zeros(COLUMNS, dtype=np.uint32),
            parts=(),
        )
        return empty.grown(rows)

    def grown(self, rows: Iterable[tuple[int, bytes]]) -> Space:
        """This space with some papers more. One that it has already stays as it is."""
        known = set(self.ids.tolist())
        packed = bytearray()  # in one piece: a hundred thousand small ones would stay with the process
        new: list[int] = []
        lengths: list[int] = []
        for paper_id, terms in rows:
            if paper_id not in known:
                known.add(paper_id)
                new.append(paper_id)
                lengths.append(len(terms) // 4)
                packed += terms
        if not new:
            return self
        frequency = self.frequency.copy()
        for start in range(0, len(packed), _AT_ONCE):
            columns, _ = unpack(packed[start : start + _AT_ONCE])
            frequency += np.bincount(columns, minlength=COLUMNS).astype(np.uint32)
        ids = np.concatenate([self.ids, np.array(new, dtype=np.int64)])
        more = tuple(_parted(packed, np.array(lengths, dtype=np.int64), frequency))
        return Space(
            ids=ids,
            norms=_norms(self.parts + more, _idf(frequency, len(ids))),
            lengths=np.concatenate([self.lengths, *(part.lengths() for part in more)]),
            frequency=frequency,
            parts=self.parts + more,
        )

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        shared = (self.ids, self.norms, self.lengths, self.frequency)
        return sum(part.nbytes for part in shared) + sum(part.nbytes for part in self.parts)

    def nearest(
        self,
        text: str,
        *,
        read: Read,
        limit: int,
        among: NDArray[np.int64] | None = None,
        feedback: float = THEIRS,
    ) -> list[Near]:
        """The papers nearest to what somebody typed, the nearest first, newer ones first among equals.

        `read` gives packed papers by id. `among`: only of these papers, by id, ascending. `feedback` 0: the
        text's own words alone.
        """
        weights, asked = self._asked(text)
        scores = self._scores(asked)
        if feedback:
            # Only what holds something that was typed, or is near to what does.
            theirs = self._centre(self._first(scores, FEEDBACK), scores, read)
            scores = self._scores(added(asked, theirs, weight=feedback))
        found = self._near(scores, limit, among=among)
        held = read([one.paper_id for one in found])
        return [dataclasses.replace(one, words=_held(weights, held.get(one.paper_id, b""))) for one in found]

    def around(self, text: str, *, read: Read) -> Row:
        """The heaviest terms of the `AROUND` papers that are nearest to a text, by number: a row of length 1,
        of `ADDED` terms at most; empty where no paper is near."""
        scores = self._scores(self._asked(text)[1])
        return self._centre(self._first(scores, AROUND), scores, read)

    def similar(
        self, paper_id: int, *, read: Read, limit: int, among: NDArray[np.int64] | None = None
    ) -> list[Near]:
        """The papers nearest to one of them, without it. None for a paper that the space does not have."""
        packed = read([paper_id]).get(paper_id)
        if packed is None:
            return []
        cosines = self._cosines(heaviest(self._row(packed), HEAVIEST))
        cosines[self.ids == paper_id] = 0
        return self._near(cosines, limit, among=among)

    def _asked(self, text: str) -> tuple[dict[str, float], Row]:
        """The weights of what somebody typed, by term and by number."""
        weights = question_weights(text[:LONGEST], self._statistics(text[:LONGEST]))
        return weights, normed(by_column((column_of(term), weight) for term, weight in weights.items()))

    def _scores(self, asked: Row) -> NDArray[np.float64]:
        """Of each paper with weighed terms, by BM25, as a share of what a paper could have at most."""
        if not asked or not self.parts:
            return np.zeros(len(self.ids))
        columns = np.array(sorted(asked), dtype=np.uint32)
        weights = np.array([asked[column] for column in columns.tolist()])
        mean = max(1.0, float(self.lengths.mean()))
        damping = SATURATION * (1 - BY_LENGTH + BY_LENGTH / mean * self.lengths)
        ends = np.cumsum([part.size for part in self.parts])[:-1]
        parts = zip(self.parts, np.split(damping, ends), strict=True)
        sums = [part.saturated(columns, weights, some) for part, some in parts]
        scores: NDArray[np.float64] = np.concatenate(sums) / weights.sum()
        return scores

    def _cosines(self, asked: Row) -> NDArray[np.float64]:
        """Of each paper with weighed terms, of whatever length."""
        if not asked or not self.parts:
            return np.zeros(len(self.ids))
        columns = np.array(sorted(asked), dtype=np.uint32)
        own = np.array([asked[column] for column in columns.tolist()])
        weights = own * self._idf(columns) / np.sqrt((own * own).sum())
        sums = np.concatenate([part.sums(columns, weights) for part in self.parts])
        return sums / np.maximum(self.norms, np.float32(1e-9))

    def _near(
        self, cosines: NDArray[np.float64], limit: int, *, among: NDArray[np.int64] | None
    ) -> list[Near]:
        if among is not None:
            place = np.searchsorted(among, self.ids)
            inside = place < len(among)
            inside[inside] = among[place[inside]] == self.ids[inside]
            cosines = np.where(inside, cosines, 0)
        return [
            Near(paper_id=int(self.ids[place]), score=float(cosines[place]))
            for place in self._first(cosines, limit)
        ]

    def _first(self, cosines: NDArray[np.float64], limit: int) -> NDArray[np.int64]:
        """The places of the highest, the highest first."""
        # Equal but for the order of additions is equal.
        cosines = np.round(cosines, 6)
        places = np.flatnonzero(cosines > 0)
        if len(places) > limit > 0:
            least = -np.partition(-cosines[places], limit - 1)[limit - 1]
            places = places[cosines[places] >= least]
        return places[np.lexsort((-self.ids[places], -cosines[places]))][: max(0, limit)]

    def _idf(self, columns: NDArray[np.uint32]) -> NDArray[np.float64]:
        return _idf(self.frequency[columns], len(self.ids))

    def _statistics(self, text: str) -> Statistics:
        """What the library says of the terms of a text."""
        terms = sorted(set(terms_of(stems(text))))
        columns = np.array([column_of(term) for term in terms], dtype=np.uint32)
        central = sum((part.often(columns) for part in self.parts), np.zeros(len(terms), dtype=np.int64))
        return Statistics(
            papers=len(self.ids),
            counts=dict(zip(terms, self.frequency[columns].tolist(), strict=True)),
            central=dict(zip(terms, central.tolist(), strict=True)),
        )

    def _row(self, packed: bytes) -> Row:
        """A paper's terms, weighed; its length is 1."""
        columns, counts = unpack(packed)
        kept = (columns < WORDS) | (self.frequency[columns] > 1)
        columns, counts = columns[kept], counts[kept]
        weights = WEIGHTS[counts] * self._idf(columns)
        norm = max(1e-9, float(np.sqrt((weights * weights).sum())))
        return dict(zip(columns.tolist(), (weights / norm).tolist(), strict=True))

    def _centre(self, places: NDArray[np.int64], scores: NDArray[np.float64], read: Read) -> Row:
        """The heaviest terms of the mean of some papers, each weighed by its score, as a row of length 1;
        without what only one of them says."""
        rows = read(self.ids[places].tolist())
        total: Row = {}
        times: dict[int, int] = {}
        for paper_id, score in zip(self.ids[places].tolist(), scores[places].tolist(), strict=True):
            for column, weight in self._row(rows.get(paper_id, b"")).items():
                total[column] = total.get(column, 0.0) + score * weight
                times[column] = times.get(column, 0) + 1
        shared = {column: weight for column, weight in total.items() if times[column] > 1}
        return normed(heaviest(shared, ADDED))


def _parted(
    packed: bytearray, lengths: NDArray[np.int64], frequency: NDArray[np.uint32]
) -> Iterable[Postings]:
    """Papers one after the other, in parts, without what can match nothing."""
    ends = np.cumsum(lengths)
    for start in range(0, len(lengths), MOST):
        some = lengths[start : start + MOST]
        begin, end = int(ends[start] - some[0]), int(ends[start + len(some) - 1])
        columns, counts = unpack(packed[4 * begin : 4 * end])
        kept = (columns < WORDS) | (frequency[columns] > 1)
        owner = np.repeat(np.arange(len(some)), some)[kept]
        yield Postings.of(columns[kept], counts[kept], np.bincount(owner, minlength=len(some)))


def _idf(frequency: NDArray[np.uint32], papers: int) -> NDArray[np.float64]:
    """As `Statistics.idf`: ln((1 + papers) / (1 + frequency)) + 1."""
    return np.log((1 + papers) / (1.0 + frequency)) + 1


def _norms(parts: Sequence[Postings], idf: NDArray[np.float64]) -> NDArray[np.float32]:
    weights = idf.astype(np.float32)
    squares = np.concatenate([part.squares(weights) for part in parts])
    norms: NDArray[np.float32] = np.sqrt(squares).astype(np.float32)
    return norms


def _held(weights: Mapping[str, float], packed: bytes) -> tuple[str, ...]:
    """Those of the terms that a paper holds, the heaviest first."""
    columns = set(unpack(packed)[0].tolist())
    return tuple(
        term
        for term, _ in sorted(weights.items(), key=lambda one: (-one[1], one[0]))
        if column_of(term) in columns
    )
