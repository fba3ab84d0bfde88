"""How many of the library's papers hold a term, and how many of them are about it: what makes a word weigh.
Grown by the day, kept as bytes.

Papers in, counts out. Never reads a database; never forgets how many papers it has seen.

The counts stay bounded by lossy counting (Manku and Motwani, VLDB 2002): when there are more than `LIMIT`
terms, the rarest are dropped until four fifths are left. `floor` says how many papers of a term may have
been forgotten: such terms are rare, and stay rare.
"""

from __future__ import annotations

import dataclasses
import math
import struct
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from digest.core.terms import paper_terms, stems
from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.model import Paper

LIMIT = 300_000  # terms; 5,600 papers have 209,000, which are 1.1 MB as bytes

# As if eight papers more held each term, and four of them were about it. Of all words of all abstracts a
# quarter is what the paper is about; of those that somebody types, more.
PRIOR, PRIOR_CENTRAL = 8, 4

_HEAD = struct.Struct("<4sBIIIII")  # magic, version, papers, floor, terms, bytes of terms, crc of the rest
_MAGIC, _VERSION = b"PDST", 2  # 1 had no `central`


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """`counts[term]`: how many of `papers` papers hold the term in title or abstract. `central[term]`: how
    many of these have it in the title, or more than once.

    >>> from digest.model import Paper
    >>> import datetime as dt
    >>> paper = Paper(title="Graph networks", first_listed=dt.date(2026, 4, 20))
    >>> Statistics.empty().grown([paper, paper]).frequency("graph network")
    2
    """

    papers: int = 0
    floor: int = 0
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    central: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @classmethod
    def empty(cls) -> Statistics:
        """Of a library without papers."""
        return cls()

    def grown(self, papers: Iterable[Paper], *, limit: int = LIMIT) -> Statistics:
        """These statistics with some papers more. Each paper is counted as often as it is given."""
        terms = (paper_terms(stems(paper.title), stems(paper.abstract)) for paper in papers)
        return self.grown_by(terms, limit=limit)

    def grown_by(self, papers: Iterable[Mapping[str, int]], *, limit: int = LIMIT) -> Statistics:
        """As `grown`, of papers given as their terms with counts (`core.terms.paper_terms`)."""
        counts, central, seen = Counter(self.counts), Counter(self.central), 0
        for terms in papers:
            counts.update(terms.keys())
            central.update([term for term, times in terms.items() if times > 1])
            seen += 1
        floor = self.floor
        if len(counts) > limit:
            kept = limit * 4 // 5
            # The count of the first term that would have to go; all of its like go with it.
            floor = max(floor, sorted(counts.values(), reverse=True)[kept])
            counts = Counter({term: count for term, count in counts.items() if count > floor})
            central = Counter({term: count for term, count in central.items() if term in counts})
        return Statistics(papers=self.papers + seen, floor=floor, counts=dict(counts), central=dict(central))

    def frequency(self, term: str) -> int:
        """How many papers hold `term`; 0 for one that was never seen."""
        return self.counts.get(term, 0)

    def idf(self, term: str) -> float:
        """Inverse document frequency: ln((1 + papers) / (1 + frequency)) + 1, at least 1.

        Smoothed as if one more paper held every term (scikit-learn's `smooth_idf`).
        """
        frequency = min(self.counts.get(term, 0), self.papers)
        return math.log((1 + self.papers) / (1 + frequency)) + 1

    def topicality(self, term: str) -> float:
        """How much a paper that holds `term` is about it, 0 to 1: the share of such papers that have it in
        the title or more than once, smoothed.

        "Splatting" is hardly ever said in passing, "usage" and "ability" hardly ever otherwise: words of a
        subject come in bursts (Church and Gale, "Poisson mixtures", 1995).
        """
        return (self.central.get(term, 0) + PRIOR_CENTRAL) / (self.counts.get(term, 0) + PRIOR)

    def to_bytes(self) -> bytes:
        """A compact form that `from_bytes` reads back; the same for equal statistics."""
        terms = sorted(self.counts)
        numbers = struct.pack(
            f"<{2 * len(terms)}I",
            *(self.counts[term] for term in terms),
            *(self.central.get(term, 0) for term in terms),
        )
        text = "\n".join(terms).encode()
        body = zlib.compress(text + numbers, 3)
        head = _HEAD.pack(_MAGIC, _VERSION, self.papers, self.floor, len(terms), len(text), zlib.crc32(body))
        return head + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Statistics:
        """What `to_bytes` made. Raises StoreError for bytes that are cut, changed, or of a newer version.

        Those of version 1 did not count what is central; it is counted from the next paper on."""
        try:
            magic, version, papers, floor, length, size, crc = _HEAD.unpack_from(data)
        except struct.error as problem:
            raise StoreError(_unreadable("they are cut off")) from problem
        if magic != _MAGIC:
            raise StoreError(_unreadable("they do not begin as they should"))
        if version not in (1, _VERSION):
            raise StoreError(_unreadable(f"they are of version {version}, and this program knows {_VERSION}"))
        if zlib.crc32(data[_HEAD.size :]) != crc:
            raise StoreError(_unreadable("their checksum is wrong"))
        body = zlib.decompress(data[_HEAD.size :])
        terms = body[:size].decode().split("\n") if length else []
        numbers = struct.unpack_from(f"<{version * length}I", body, size)
        counts = dict(zip(terms, numbers[:length], strict=True))
        central = {term: count for term, count in zip(terms, numbers[length:], strict=False) if count}
        return cls(papers=papers, floor=floor, counts=counts, central=central)


def _unreadable(why: str) -> str:
    return f"The library's word counts cannot be read: {why}. Restore the database from a backup, or update."
