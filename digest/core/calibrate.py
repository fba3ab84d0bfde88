"""A topic's signs in, what they mean out: one scale for all topics, measured on a background of papers.

A score is the share of the background that a paper beats, so that 97 is "among the best 3 %" whatever the
topic. Kept and compared as a *strength*, its logarithm:

    strength = −log2(1 − share)          score = 100 × share = 100 × (1 − 2^−strength)

Reads no papers; knows nothing of where signs come from.
"""

from __future__ import annotations

import dataclasses
import math
import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP = 0.1  # of scores as they are told
PRIOR = 20.0  # papers' worth of what topics are like in general: see `_tail`
TAIL_FROM, TAIL_SLOPE = 4.0, 4.0  # bits at no signs, and bits a sign
_ROUNDING = 1e-5  # what 32 bits may have lost of a knot
_HEAD = struct.Struct("<IIH")  # size, matched, knots


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How many of `size` background papers have so many signs: `matched` have any; the j-th strongest has
    `knots[i]`, for j = 1, 2, 4, 8 … and `matched`. Without a background (size 0) only the prior speaks."""

    size: int = 0
    matched: int = 0
    knots: tuple[float, ...] = ()

    @classmethod
    def of(cls, signs: NDArray[np.float64]) -> Calibration:
        """Of the signs of each background paper (0: none)."""
        found = np.sort(signs[signs > 0])[::-1]
        knots = tuple(float(np.float32(found[rank - 1])) for rank in _ranks(len(found)))
        return cls(size=len(signs), matched=len(found), knots=knots)

    def strengths(self, signs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The strength of papers of so many signs, at least 0, strictly growing with them."""
        above = self._above(signs)
        rest = (above + PRIOR * _tail(signs)) / (self.size + PRIOR)
        strengths: NDArray[np.float64] = -np.log2(np.clip(rest, 1e-300, 1.0))
        return np.round(strengths, 6)

    def _above(self, signs: NDArray[np.float64]) -> NDArray[np.float64]:
        """How many background papers have more signs; of equals, half."""
        if not self.knots:
            return np.where(signs > 0, 0.0, self.size / 2)
        places: dict[float, tuple[int, int]] = {}  # of each number of signs: from which rank to which
        for knot, rank in zip(self.knots[::-1], _ranks(self.matched)[::-1], strict=True):
            places[knot] = rank, places.get(knot, (0, rank))[1]
        knots = np.array(list(places))
        counts = np.array([(first - 1 + last) / 2 for first, last in places.values()])
        # Between two knots the logarithm of the count is a straight line; above the last it falls as the
        # prior does.
        above: NDArray[np.float64] = np.exp2(np.interp(signs, knots, np.log2(counts)))
        beyond = np.maximum(0.0, signs - knots[-1])
        above = np.where(beyond > _ROUNDING, np.minimum(above, 0.5), above) * np.exp2(-TAIL_SLOPE * beyond)
        # No signs: as strong as all others that have none.
        return np.where(signs > 0, above, (self.matched + self.size) / 2)

    def to_bytes(self) -> bytes:
        """A compact form that `from_bytes` reads back: 10 bytes, and 4 for each of at most a dozen knots."""
        return _HEAD.pack(self.size, self.matched, len(self.knots)) + struct.pack(
            f"<{len(self.knots)}f", *self.knots
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Calibration:
        """What `to_bytes` made; struct.error for anything shorter."""
        size, matched, length = _HEAD.unpack_from(data)
        return cls(size=size, matched=matched, knots=struct.unpack_from(f"<{length}f", data, _HEAD.size))


def share_of(strength: float) -> float:
    """The share of the background that is beaten, 0 to 1.

    >>> share_of(0), share_of(1), round(share_of(5), 3)
    (0.0, 0.5, 0.969)
    """
    return 1 - math.pow(2, -strength)


def score_of(strength: float) -> float:
    """The same as a score, 0 to 100 in steps of 0.1; 100 is never reached.

    >>> score_of(0), score_of(1), score_of(50)
    (0.0, 50.0, 99.9)
    """
    return min(99.9, round(100 * share_of(strength), 1))


def strength_of(score: float) -> float:
    """The strength of a score, 0 to below 100.

    >>> strength_of(50), round(strength_of(97), 2)
    (1.0, 5.06)
    """
    return abs(math.log2(1 - min(max(score, 0.0), 99.99) / 100))


def _ranks(matched: int) -> list[int]:
    """1, 2, 4, 8 … and the last."""
    ranks = [2**power for power in range(matched.bit_length()) if 2**power < matched]
    return [*ranks, matched] if matched else []


def _tail(signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of papers that have more signs, for a topic as topics are: what is said where no background
    is, and beyond its strongest paper."""
    return np.exp2(-(TAIL_FROM + TAIL_SLOPE * signs)) if signs.size else signs
