"""Vectors in, scores out: how near papers are to what a topic says and to what its reader likes, by the
vectors of an operator's own model. Added to the other signs, never in their place; knows no model by name.

Vectors of one model all point much the same way, so that any two are alike; that is taken off first (Mu and
Viswanath, "All-but-the-top", ICLR 2018, of which this is the first step): x = (v − μ)/|v − μ|, where μ is the
mean over the library. A topic's direction is

    u = (1 − a)·t + a·(ℓ − ½·d)/|ℓ − ½·d|        a = e/(e + 5)

with t its text's x, ℓ and d the means of the x of what was liked and disliked, each weighed by its age, and e
the sum of those weights: the text is the prior, and what was learned grows with evidence. A paper's score is
u·x/σ, where σ is how much the cosines of any two papers spread; so it means the same for every model.
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from digest.core.signs import PASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digest.model import Topic

PRIOR = 5.0  # likes of today that count as much as the text
DISLIKED = 0.5
LEAST = 20  # papers that tell what is usual
LONGEST = 2000  # characters of a topic
_PAIRED = 500  # papers of which all pairs are compared
_LEAST_SPREAD = 1e-3
_HEAD = struct.Struct("<IdI")  # crc of the centre, spread, papers

# What a score counts among the signs of `core.signs`: one of 3, which few pairs of papers reach, counts two
# fifths of what just passes. So little that a model that knows less than the words do spoils next to nothing.
SIGNS = 0.02


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bearings:
    """What is usual in the library: the mean of its vectors, and how the cosines of any two spread."""

    centre: NDArray[np.float32]
    spread: float
    papers: int

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Bearings | None:
        """Of some papers' vectors (papers × size); None for too few."""
        there = vectors[np.any(vectors != 0, axis=1)]
        if len(there) < LEAST:
            return None
        centre = there.mean(axis=0, dtype=np.float64).astype(np.float32)
        some = _units(there[np.linspace(0, len(there) - 1, min(len(there), _PAIRED)).astype(int)] - centre)
        cosines = (some @ some.T)[np.triu_indices(len(some), 1)]
        return cls(centre=centre, spread=max(_LEAST_SPREAD, float(cosines.std())), papers=len(there))

    @property
    def version(self) -> str:
        """Equal for the same bearings."""
        return hashlib.blake2b(self.to_bytes(), digest_size=8).hexdigest()

    def units(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The x of vectors (rows); zeros where there is no vector."""
        there = np.any(vectors != 0, axis=1)
        return _units(np.where(there[:, None], vectors - self.centre, np.float32(0)))

    def to_bytes(self) -> bytes:
        """For keeping."""
        centre = self.centre.astype("<f4").tobytes()
        return _HEAD.pack(zlib.crc32(centre), self.spread, self.papers) + centre

    @classmethod
    def from_bytes(cls, kept: bytes) -> Bearings | None:
        """What `to_bytes` gave; None for what is damaged."""
        if len(kept) < _HEAD.size:
            return None
        crc, spread, papers = _HEAD.unpack_from(kept)
        centre = kept[_HEAD.size :]
        if crc != zlib.crc32(centre) or not _LEAST_SPREAD <= spread <= 1:
            return None
        return cls(centre=np.frombuffer(centre, dtype="<f4").astype(np.float32), spread=spread, papers=papers)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taste:
    """Vectors (rows) of what was liked and disliked, each with its weight (1 today, less with age)."""

    liked: NDArray[np.float32]
    liked_weights: NDArray[np.float64]
    disliked: NDArray[np.float32]
    disliked_weights: NDArray[np.float64]


def direction(
    bearings: Bearings, *, text: NDArray[np.float32] | None = None, taste: Taste | None = None
) -> NDArray[np.float32]:
    """Where a topic looks (size): zeros where nothing is known of it, no longer than 1."""
    found = np.zeros(len(bearings.centre))
    share = 0.0
    if taste is not None:
        liked, more = _mean(bearings, taste.liked, taste.liked_weights)
        disliked, less = _mean(bearings, taste.disliked, taste.disliked_weights)
        learned = _unit(liked - DISLIKED * disliked)
        share = (more + less) / (more + less + PRIOR) if learned.any() else 0.0
        found += share * learned
    if text is not None:
        found += (1 - share) * bearings.units(text[None, :])[0]
    return found.astype(np.float32)


def meaning_scores(
    bearings: Bearings, units: NDArray[np.float32], directions: Sequence[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """How near each paper lies to each topic's direction, in spreads (profiles × papers), by the x of the
    papers (`Bearings.units`, once a paper): 0 for a paper without a vector and for a topic of which nothing
    is known."""
    if not len(directions) or not len(units):
        return np.zeros((len(directions), len(units)))
    cosines = np.stack(directions) @ units.T
    # Equal but for the order of additions is equal.
    return np.round(cosines.astype(np.float64) / bearings.spread, 4)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """Some papers as the model sees them: their x (papers × size; zeros for one that it has not seen)."""

    bearings: Bearings
    units: NDArray[np.float32]

    @classmethod
    def of(cls, bearings: Bearings, vectors: NDArray[np.float32]) -> Sight:
        """Of papers' vectors (papers × size)."""
        return cls(bearings=bearings, units=bearings.units(vectors))

    def scores(self, directions: Sequence[NDArray[np.float32] | None]) -> NDArray[np.float64]:
        """How near each paper is to each topic's direction (profiles × papers); None is one that looks
        nowhere, and so is one of another size, which another model made."""
        size = len(self.bearings.centre)
        nowhere = np.zeros(size, dtype=np.float32)
        fit = [nowhere if one is None or len(one) != size else one for one in directions]
        return meaning_scores(self.bearings, self.units, fit)


def add_meaning(table: NDArray[np.float64], scores: NDArray[np.float64], *, strict: bool = True) -> None:
    """Add what scores count to the signs of a block of topics (both profiles × papers), in place. It orders
    what matched and takes no match away. `strict`: alone it is no match, for nobody could say of which words;
    else it counts a little there too, for comparing rankings."""
    matched = table >= PASS
    own = SIGNS * scores
    if strict:
        own[~matched] = 0
    table += own
    np.maximum(table, np.where(matched, PASS, 0.0), out=table)


def said(topic: Topic) -> str:
    """What of a topic has a vector: its words, as text; "" where it has none of its own.

    >>> from digest.model import Topic
    >>> said(Topic(name="Vision", keywords=("splatting", '"neural radiance field"'), text="Fast rendering."))
    'Vision. splatting, neural radiance field. Fast rendering.'
    >>> said(Topic(name="All of vision", categories=("cs.CV",)))
    ''
    """
    keywords = ", ".join(one.strip().strip('"') for one in topic.keywords if one.strip())
    text = topic.text.strip()
    if topic.likes_only or not (keywords or text or not _asks_otherwise(topic)):
        return ""
    parts = [one.strip() for one in (topic.name, keywords, text) if one.strip()]
    return " ".join(one if one[-1] in ".!?" else f"{one}." for one in parts)[:LONGEST]


def _asks_otherwise(topic: Topic) -> bool:
    return bool(topic.categories or topic.authors or topic.examples)


def _mean(
    bearings: Bearings, vectors: NDArray[np.float32], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """The weighed mean of the x of vectors, and the sum of the weights; one without a vector counts not."""
    units = bearings.units(vectors)
    counted = weights * np.any(units != 0, axis=1)
    total = float(counted.sum())
    if total <= 0:
        return np.zeros(len(bearings.centre)), 0.0
    return (counted / total) @ units.astype(np.float64), total


def _unit(row: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.sqrt(row @ row))
    return row / length if length > 1e-9 else np.zeros_like(row)


def _units(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    units: NDArray[np.float32] = rows / np.maximum(lengths, np.float32(1e-9))[:, None]
    return units
