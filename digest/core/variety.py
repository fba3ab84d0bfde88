"""Papers' rows in; which of them tell the same story, and an order of more variety, out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

# Near-duplicates have this cosine or more. Different works on one subject stay below (`core.signs`).
SAME = 0.6
_SHARED = 6  # rare terms that a pair must have in common to be looked at
_NAMESAKES = 50  # papers of one title; where there are more, the first ones stand for all
_RARE = 24  # papers that hold a rare term, at most: the product below stays small

LOOKED_AT = 100  # papers of a topic that are put into another order
# Bits of strength that a paper loses for being just like one that stands before it. One bit: it counts as if
# twice as many papers were as strong.
SPREAD = 1.0


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
        for one in group[:_NAMESAKES] if len(group) > 1 else ():
            twins[one].update(group)
        for one in group[_NAMESAKES:]:
            twins[one].update(group[:_NAMESAKES])
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
    order = list(order)
    if twins.keys().isdisjoint(order):
        return order
    first: list[int] = []
    last: list[int] = []
    before: set[int] = set()
    for paper in order:
        (last if twins.get(paper, frozenset()) & before else first).append(paper)
        before.add(paper)
    return first + last


def spread(
    order: Sequence[int],
    strengths: NDArray[np.float64],
    unit: NDArray[np.float32],
    *,
    picks: int,
    loss: float = SPREAD,
) -> list[int]:
    """`order`, strongest first, with variety among its first `picks`: each next one is the paper with the
    highest strength − `loss` × cosine with the likest paper before it, out of the best `LOOKED_AT`.

    `strengths` (bits) and `unit` (rows of length 1, or 0) are by paper. (Maximal marginal relevance:
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998.)
    """
    looked_at = np.array(order[:LOOKED_AT], dtype=np.int64)
    picks = min(picks, len(looked_at))
    if picks < 2 or len(looked_at) < 3:
        return list(order)
    rows = unit[looked_at]
    value = strengths[looked_at].astype(np.float64)
    likest = np.zeros(len(looked_at))
    first: list[int] = []
    for _ in range(picks):
        place = int(np.argmax(value - loss * likest))  # of equals the first, which is the stronger
        first.append(place)
        value[place] = -np.inf
        np.maximum(likest, rows @ rows[place], out=likest)
    taken = set(first)
    rest = (place for place in range(len(looked_at)) if place not in taken)
    return [*(int(looked_at[place]) for place in (*first, *rest)), *order[LOOKED_AT:]]
