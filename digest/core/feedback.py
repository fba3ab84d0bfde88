"""What a topic says and the library in; what goes with it out, and the row that papers are compared with.

A topic of three words misses what says the same in others. The library's papers that are nearest to it hold
those: the heaviest terms of their mean are its related terms (Rocchio, "Relevance feedback in information
retrieval", 1971; pseudo relevance feedback in Manning, Raghavan and Schütze, "Introduction to Information
Retrieval", 9.1). They are found once for a topic, and kept: at most 32 terms with their weights.

Reads no database and no paper's words. Related terms order what matched; they make no match.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from digest.core.packing import column_of
from digest.core.vectors import HEAVIEST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from digest.core.space import Read, Space
    from digest.core.statistics import Statistics

THEIRS = 0.8  # what the related terms weigh together, to 1 of the topic's own


def names_of(statistics: Statistics) -> dict[int, str]:
    """The terms of the library by number, of two with one number the commoner.

    Takes a quarter of a second for 300,000 terms: for many topics at once, or once a process."""
    counts = statistics.counts
    return {column_of(term): term for term in sorted(counts, key=lambda term: (counts[term], term))}


def related(text: str, space: Space, *, read: Read, names: Mapping[int, str]) -> dict[str, float]:
    """The heaviest terms of the library's papers nearest to `text`, the heaviest first: a row of length 1 at
    most, for a term without a name is left out. Empty for a text that no paper is near to."""
    found = space.around(text, read=read)
    rows = sorted((-weight, names[column]) for column, weight in found.items() if column in names)
    return {term: -weight for weight, term in rows}


def mixed(
    own: Mapping[str, float], others: Mapping[str, float], *, without: Collection[str] = ()
) -> Mapping[str, float]:
    """The row of length 1 that papers are compared with: the heaviest of a topic's `own` terms and of those
    related to it. None of `others` alone that holds a word of `without`.

    >>> row = mixed({"splat": 1.0}, {"splat": 0.6, "render": 0.64, "cheese": 0.48}, without=("cheese",))
    >>> {term: round(weight, 2) for term, weight in row.items()}
    {'splat': 0.95, 'render': 0.33}
    """
    row = dict(own)
    for term, weight in others.items():
        if term in own or not set(term.split()) & set(without):
            row[term] = row.get(term, 0.0) + THEIRS * weight
    heaviest = sorted(row.items(), key=lambda one: (-one[1], one[0]))[:HEAVIEST]
    norm = math.sqrt(sum(weight * weight for _, weight in heaviest))
    return {term: weight / norm for term, weight in heaviest}
