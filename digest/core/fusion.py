"""Rankings in, one ranking out. Looks at places alone, for scores of different ways to search do not compare.

Reciprocal rank fusion: Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and
individual rank learning methods", SIGIR 2009; a thing's score is the sum of 1/(60 + place) over the rankings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SMOOTH = 60  # the paper's own; a first place counts little more than a second


def fused(rankings: Iterable[Sequence[int]]) -> list[int]:
    """All that any of the rankings names, the best first; the higher number first among equals.

    >>> fused([[7, 8, 9], [9, 7]]), fused([[1], [2]]), fused([])
    ([7, 9, 8], [2, 1], [])
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, 1):
            scores[one] = scores.get(one, 0.0) + 1 / (SMOOTH + place)
    return sorted(scores, key=lambda one: (-scores[one], -one))
