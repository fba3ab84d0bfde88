"""Papers' rows in; which of them tell the same story out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Near-duplicates have this cosine or more. Different works on one subject stay below (`core.signs`).
SAME = 0.6
_SHARED = 6  # rare terms that a pair must have in common to be looked at
_RARE = 24  # papers that hold a rare term, at most: the product below stays small


def near_duplicates(rows: Any, titles: Sequence[str]) -> dict[int, frozenset[int]]:
    """For each paper that has any, its near-duplicates: the same title, or terms of cosine `SAME` or more.

    `rows` is the window's matrix (papers × terms), `titles` their words.
    """
    from scipy import sparse

    twins: defaultdict[int, set[int]] = defaultdict(set)
    titled: defaultdict[str, list[int]] = defaultdict(list)
    for index, title in enumerate(titles):
        if title:
            titled[title].append(index)
    for group in titled.values():
        for one in group if len(group) > 1 else ():
            twins[one].update(group)
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    rare = rows[:, (frequency >= 2) & (frequency <= _RARE)]
    rare.data = np.ones_like(rare.data)
    shared = sparse.triu(rare @ rare.T, k=1).tocoo()
    likely = shared.data >= _SHARED
    left, right = shared.row[likely].astype(np.int64), shared.col[likely].astype(np.int64)
    close = dot(rows, rows, (left, right)) >= SAME
    for one, other in zip(left[close].tolist(), right[close].tolist(), strict=True):
        twins[one].add(other)
        twins[other].add(one)
    return {one: frozenset(others - {one}) for one, others in twins.items()}


def varied(order: Iterable[int], twins: Mapping[int, frozenset[int]]) -> list[int]:
    """`order`, strongest first, with each paper that has a stronger near-duplicate moved to the end.

    >>> varied([3, 1, 2, 0], {3: frozenset({1}), 1: frozenset({3})})
    [3, 2, 0, 1]
    """
    first: list[int] = []
    last: list[int] = []
    before: set[int] = set()
    for paper in order:
        (last if twins.get(paper, frozenset()) & before else first).append(paper)
        before.add(paper)
    return first + last
