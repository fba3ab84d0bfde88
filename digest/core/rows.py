"""Terms by number and their weights: a text or some papers as a sparse row. Knows no words and no papers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = dict[int, float]


def by_column(weights: Iterable[tuple[int, float]]) -> Row:
    """The row of these weights; those of one number add up."""
    found: Row = {}
    for column, weight in weights:
        found[column] = found.get(column, 0.0) + weight
    return found


def added(own: Row, theirs: Mapping[int, float], *, weight: float) -> Row:
    """`own` + weight × `theirs`."""
    found = dict(own)
    for column, value in theirs.items():
        found[column] = found.get(column, 0.0) + weight * value
    return found


def normed(row: Row) -> Row:
    """The row, its length 1; an empty one stays empty.

    >>> normed({7: 3.0, 9: 4.0}), normed({})
    ({7: 0.6, 9: 0.8}, {})
    """
    norm = math.sqrt(sum(value * value for value in row.values()))
    return {column: value / norm for column, value in row.items()}


def heaviest(row: Row, most: int) -> Row:
    """Its `most` heaviest terms, the heaviest first; of equals the lower number."""
    return dict(sorted(row.items(), key=lambda one: (-one[1], one[0]))[:most])
