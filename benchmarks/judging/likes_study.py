"""Our ranker and a number of likes in, quality out: what one more like is worth.

Here the benchmark is the judge: it looks at what is relevant to make readers of its own, never while ranking.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from judging import judge
from judging.judge import Figure
from judging.tasks import best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judging.ours import Ours
    from judging.tasks import Reader, Task

    Places = NDArray[np.int64]

LIKES = (0, 1, 3, 10, 30)
ENOUGH = 20  # readers, or nothing is told
LEFT = 3  # relevant papers that are left to be found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What so many likes give the same readers; `readers` is how many these are."""

    likes: int
    readers: int
    ndcg: Figure
    recall: Figure


def by_likes(task: Task, ours: Ours) -> list[Step]:
    """The same readers with a few of their likes, and with more: each few is part of the more."""
    counts = [len(reader.likes) for reader in task.readers]
    most = max((some for some in LIKES if sum(one >= some for one in counts) >= ENOUGH), default=0)
    if most < LIKES[3]:
        return []
    dice = np.random.default_rng(0)
    readers, relevant = [], []
    for reader, held in zip(task.readers, judge.held(task), strict=True):
        if len(reader.likes) >= most:
            order = dice.permutation(len(reader.likes))[:most]
            readers.append((reader, [reader.likes[place] for place in order.tolist()]))
            relevant.append(held)
    return [
        _step(ours, [(_with(reader, likes[:some]), ()) for reader, likes in readers], relevant, likes=some)
        for some in LIKES
        if some <= most
    ]


def words_and_likes(task: Task, ours: Ours) -> list[Step]:
    """Typed topics with likes: some of a topic's relevant papers are liked, and the others are to be found.
    Those that could be liked are no candidates at any step."""
    counts = [len(held) for held in judge.held(task)]
    most = max((some for some in LIKES if sum(one >= some + LEFT for one in counts) >= ENOUGH), default=0)
    if not most:
        return []
    dice = np.random.default_rng(0)
    readers, relevant = [], []
    for reader, held in zip(task.readers, judge.held(task), strict=True):
        if len(held) >= most + LEFT:
            pool = dice.permutation(held)[:most]
            readers.append((reader, pool))
            relevant.append(np.setdiff1d(held, pool))
    return [
        _step(
            ours,
            [(_with(reader, task.candidates[pool[:some]].tolist()), pool) for reader, pool in readers],
            relevant,
            likes=some,
        )
        for some in LIKES
        if some <= most
    ]


def _with(reader: Reader, likes: Sequence[int]) -> Reader:
    return dataclasses.replace(reader, likes=tuple(sorted(likes)))


def _step(
    ours: Ours,
    readers: Sequence[tuple[Reader, Sequence[int] | Places]],
    relevant: Sequence[Places],
    *,
    likes: int,
) -> Step:
    signs = ours.signs([reader for reader, _ in readers])
    for row, (_, out) in zip(signs, readers, strict=True):
        row[np.asarray(out, dtype=np.int64)] = -np.inf
    found = judge.judged([_found(row) for row in signs], relevant)
    return Step(likes=likes, readers=len(readers), ndcg=Figure.of(found.ndcg), recall=Figure.of(found.recall))


def _found(row: NDArray[np.float64]) -> Places:
    order = best(row)
    return order[row[order] > 0]
