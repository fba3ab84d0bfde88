"""Rankings and what is relevant in, figures with their intervals out.

    nDCG@10     Σ 1/log2(1 + rank) over the relevant papers of the first ten, ÷ the most that was possible
    Recall@20   relevant papers of the first twenty ÷ the smaller of twenty and the number of relevant papers

Intervals are the 2.5th and 97.5th percentiles of the mean over 2,000 bootstrap samples of readers. These are
the rules, and with the same seed the figures, of the evaluator that comes with the data. Knows no ranker.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from judging.tasks import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from judging.tasks import Task

RESAMPLES = 2000
SEED = 7
_GAINS = 1 / np.log2(np.arange(2, 12))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over readers and its interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float] | NDArray[np.float64]) -> Figure:
        """Of one value a reader; of no reader there is no figure (NaN)."""
        column = np.asarray(values, dtype=np.float64)
        if not len(column):
            return cls(mean=float("nan"), low=float("nan"), high=float("nan"))
        draws = np.random.default_rng(SEED).integers(len(column), size=(RESAMPLES, len(column)))
        low, high = np.percentile(column[draws].mean(axis=1), [2.5, 97.5])
        return cls(mean=float(column.mean()), low=float(low), high=float(high))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """One value a reader."""

    ndcg: NDArray[np.float64]
    recall: NDArray[np.float64]


def held(task: Task) -> list[NDArray[np.int64]]:
    """For each reader the relevant papers, as places in `task.candidates`."""
    places = {task.papers[place].id: number for number, place in enumerate(task.candidates.tolist())}
    found = {
        row["reader"]: np.array(sorted(places[one] for one in row["relevant"]), dtype=np.int64)
        for row in rows(task.folder / "held.jsonl.gz")
    }
    return [found[reader.name] for reader in task.readers]


def ndcg(ranking: NDArray[np.int64], relevant: NDArray[np.int64]) -> float:
    """Of one reader, 0 to 1."""
    hits = np.isin(ranking[:10], relevant)
    return float(hits @ _GAINS[: len(hits)] / _GAINS[: min(len(relevant), 10)].sum())


def recall(ranking: NDArray[np.int64], relevant: NDArray[np.int64]) -> float:
    """Of one reader, 0 to 1."""
    return float(np.isin(ranking[:20], relevant).sum() / min(len(relevant), 20))


def judged(rankings: Sequence[NDArray[np.int64]], relevant: Sequence[NDArray[np.int64]]) -> Verdict:
    """Each reader's figures, in order."""
    pairs = list(zip(rankings, relevant, strict=True))
    return Verdict(
        ndcg=np.array([ndcg(*pair) for pair in pairs]), recall=np.array([recall(*pair) for pair in pairs])
    )
