"""Our ranker in, what dislikes do out, for readers made from two neighbouring lists of the data: one is
liked, the other disliked.

Neighbours are the readers whose likes point the same way (the cosine of their means), with hardly a paper in
common. Papers to be found that are in both lists are left out. Here the benchmark is the judge, as in
`likes_study`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from judging import judge
from judging.judge import Figure
from judging.tasks import best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judging.ours import Ours
    from judging.tasks import Reader, Task

    Places = NDArray[np.int64]

LONG = 5  # likes of a list that is looked at
MOST = 200  # readers made
SHARED = 0.1  # of the smaller list, at most


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A reader, the likes of their neighbour, and what is to be found of each list alone."""

    reader: Reader
    disliked: tuple[int, ...]
    own: Places
    others: Places


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One list's papers, without dislikes and with them: nDCG@10, and where they stand (0: first)."""

    ndcg: tuple[Figure, Figure]
    place: tuple[Figure, Figure]
    sunk: Figure  # by how much they stand lower with dislikes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What dislikes do to the papers of the list that is liked, and of the other."""

    readers: int
    liked: Pull
    disliked: Pull


def dislikes(task: Task, ours: Ours, rows: Any, *, group: str = "") -> Push | None:
    """Of the readers of a group, or of all; None without any. `rows` (papers × terms) tell neighbours."""
    pairs = _pairs(task, rows, group)
    if not pairs:
        return None
    before = ours.signs([pair.reader for pair in pairs])
    after = ours.signs([dataclasses.replace(pair.reader, dislikes=pair.disliked) for pair in pairs])
    return Push(
        readers=len(pairs),
        liked=_pull(before, after, [pair.own for pair in pairs]),
        disliked=_pull(before, after, [pair.others for pair in pairs]),
    )


def _pairs(task: Task, rows: Any, group: str) -> list[Pair]:
    every = [
        (reader, held)
        for reader, held in zip(task.readers, judge.held(task), strict=True)
        if len(reader.likes) >= LONG and (not group or reader.group == group)
    ]
    if len(every) < 2:
        return []
    whose = np.repeat(np.arange(len(every)), [len(reader.likes) for reader, _ in every])
    likes = np.concatenate([reader.likes for reader, _ in every])
    shape = (len(every), rows.shape[0])
    centres = normalize(sp.csr_matrix((np.ones(len(likes)), (whose, likes)), shape=shape) @ rows)
    near = (centres @ centres.T).toarray()
    found = []
    for place, (reader, own) in enumerate(every):
        for other in np.argsort(-near[place], kind="stable").tolist():
            they, theirs = every[other]
            both = set(reader.likes) & set(they.likes)
            alone, apart = np.setdiff1d(own, theirs), np.setdiff1d(theirs, own)
            few = SHARED * min(len(reader.likes), len(they.likes))
            if other != place and len(both) <= few and len(alone) and len(apart):
                disliked = tuple(one for one in they.likes if one not in both)
                found.append(Pair(reader=reader, disliked=disliked, own=alone, others=apart))
                break
    if len(found) > MOST:
        chosen = np.random.default_rng(0).choice(len(found), MOST, replace=False)
        found = [found[place] for place in sorted(chosen.tolist())]
    return found


def _pull(before: NDArray[np.float64], after: NDArray[np.float64], relevant: Sequence[Places]) -> Pull:
    first, second = (
        [_mean_place(row, few) for row, few in zip(signs, relevant, strict=True)] for signs in (before, after)
    )
    return Pull(
        ndcg=(_ndcg(before, relevant), _ndcg(after, relevant)),
        place=(Figure.of(first), Figure.of(second)),
        sunk=Figure.of(np.array(second) - np.array(first)),
    )


def _ndcg(signs: NDArray[np.float64], relevant: Sequence[Places]) -> Figure:
    return Figure.of(judge.judged([best(row) for row in signs], relevant).ndcg)


def _mean_place(row: NDArray[np.float64], few: Places) -> float:
    """Of equals the middle."""
    above = (row[None, :] > row[few][:, None]).sum(axis=1)
    equal = (row[None, :] == row[few][:, None]).sum(axis=1) - 1
    return float(np.mean(above + equal / 2) / max(1, len(row) - 1))
