"""Likes and dislikes in, what a topic learns from them out. Pure: no clock (the caller says what each like
still weighs), no paper's text (its terms), no database.

The learned weights are the mean of the liked rows less its part along the directions that vary most over all
papers: Fisher's linear discriminant, with the whole library as the other class and its covariance known
along `REMOVED` directions (Fisher, "The use of multiple measurements in taxonomic problems", 1936; Ledoit and
Wolf, "A well-conditioned estimator", 2004, for shrinking it):

    w = mean − evidence/(evidence + 2) × Σ over directions v of  s(v)/(s(v) + 0.0005) × (mean·v) v

with s(v) the mean square of all papers along v. Of w the 64 heaviest terms are kept, of what remains the
projection on all directions. No reader needs training: nothing but sums.

Few likes of few words say more by their subject than by their very words. So the cosine with the likes in
the space of the first `LIKENESS` directions (latent semantic analysis) is added, `BLEND` × 200/(200 + terms
of all likes) as heavy as the rest. Dislikes are Rocchio's second class ("Relevance feedback in information
retrieval", 1971): half of what they have for themselves, and not in common with the likes, is taken off.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from digest.core.directions import PAIR, RARITY
from digest.core.learned import TERMS, Learned
from digest.core.packing import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.directions import Directions
    from digest.core.statistics import Statistics

REMOVED = 96  # directions whose part is taken off, of a library of 50 papers to each
LIKENESS = 128  # directions of likeness, of a library of 40 papers to each
DOUBT = 2.0  # likes at which half of it is taken off
FLOOR = 0.0005  # variance along a direction at which half of it is taken off
BLEND, WORDS_ENOUGH = 0.5, 200.0
LEAST = 1e-6  # of a like: what has faded further is forgotten
AGAINST = 0.5  # what dislikes weigh, to 1 of the likes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """A paper that a reader likes (`weight` above 0: 1 when fresh, less with age) or dislikes (below 0), by
    its terms with their counts (`core.terms.paper_terms`)."""

    paper_id: int
    terms: Mapping[str, int]
    weight: float = 1.0


def learn(
    likes: Sequence[Like],
    *,
    statistics: Statistics,
    directions: Directions | None = None,
    struck: frozenset[str] = frozenset(),
    pinned: frozenset[str] = frozenset(),
) -> Learned:
    """What these likes teach. `struck` and `pinned`: stems, or pairs of them, as in `terms`.

    A struck word counts for nothing, in pairs neither; a pinned one weighs as much as the heaviest at least.
    A paper given several times counts with the sum of its weights: liked and disliked, it teaches nothing.
    """
    liked, disliked = _sides(likes)
    vocabulary, weigh = _vocabulary([*liked, *disliked], statistics, struck)
    if directions is not None and not directions.dimension:
        directions = None
    numbers = np.array([column_of(term) for term in vocabulary], dtype=np.uint32)
    ours, theirs = (
        _Side.of(some, vocabulary, weigh, numbers=numbers, directions=directions)
        for some in (liked, disliked)
    )

    def along(row: NDArray[np.float64]) -> NDArray[np.float64]:
        return _along(row, numbers, directions)

    both = _against(ours, theirs, along)
    norm = float(np.linalg.norm(ours.mean if liked else both.mean)) or 1.0
    places = np.argsort(-np.abs(both.mean), kind="stable")[:TERMS]
    heaviest = np.zeros_like(both.mean)
    heaviest[places] = both.mean[places]
    rest = both.along - along(heaviest) - _common(both.along, both.evidence, directions)
    texts = list(vocabulary)
    kept = {texts[place]: float(both.mean[place]) / norm for place in places.tolist() if both.mean[place]}
    return Learned(
        terms=_pin(kept, pinned - struck),
        rest=(rest / norm).astype(np.float32),
        likeness=(both.likeness / max(1e-9, float(np.linalg.norm(both.likeness)))).astype(np.float32),
        blend=BLEND * WORDS_ENOUGH / (WORDS_ENOUGH + both.words) if len(both.likeness) else 0.0,
        evidence=sum(one.weight for one in liked),
        struck=struck,
        version=directions.version if directions is not None else "",
    )


def _sides(likes: Sequence[Like]) -> tuple[list[Like], list[Like]]:
    """The liked and the disliked papers that have terms, each paper once."""
    total: dict[int, Like] = {}
    for one in likes:
        before = total.get(one.paper_id)
        weight = one.weight + (before.weight if before is not None else 0.0)
        total[one.paper_id] = dataclasses.replace(one, weight=weight)
    told = [one for one in total.values() if one.terms and math.isfinite(one.weight)]
    return [one for one in told if one.weight > LEAST], [one for one in told if one.weight < -LEAST]


def _vocabulary(
    likes: Sequence[Like], statistics: Statistics, struck: frozenset[str]
) -> tuple[dict[str, int], NDArray[np.float64]]:
    """A place for each term that weighs, and its weight in a row."""
    places: dict[str, int] = {}
    weigh: list[float] = []
    for one in likes:
        for term in one.terms:
            if term in places or term in struck:
                continue
            pair = " " in term
            if pair and (statistics.frequency(term) < 2 or not struck.isdisjoint(term.split(" "))):
                continue
            places[term] = len(places)
            weigh.append(statistics.idf(term) ** RARITY * (PAIR if pair else 1.0))
    return places, np.array(weigh)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """The mean of some rows, by term and along the directions, the mean of their places among the first
    directions, how much they weigh, and how many terms they have, weighed."""

    mean: NDArray[np.float64]
    along: NDArray[np.float64]
    likeness: NDArray[np.float64]
    evidence: float
    words: float

    @classmethod
    def of(
        cls,
        likes: Sequence[Like],
        vocabulary: Mapping[str, int],
        weigh: NDArray[np.float64],
        *,
        numbers: NDArray[np.uint32],
        directions: Directions | None,
    ) -> _Side:
        from scipy import sparse

        starts, where, what = [0], [], []
        for one in likes:
            for term, count in one.terms.items():
                place = vocabulary.get(term)
                if place is not None:
                    where.append(place)
                    what.append(count)
            starts.append(len(where))
        values = (1 + np.log(np.maximum(1, np.array(what, dtype=np.float64)))) * weigh[where]
        lengths = np.diff(starts)
        owner = np.repeat(np.arange(len(likes)), lengths)
        norms = np.sqrt(np.bincount(owner, values * values, minlength=len(likes)))
        values /= np.maximum(norms, 1e-9)[owner]
        rows = sparse.csr_matrix((values, where, starts), shape=(len(likes), len(vocabulary)))
        shares = np.abs([one.weight for one in likes])
        evidence = float(np.sum(shares))
        shares = shares / max(evidence, 1e-9)
        count = likeness_of(directions)
        along, likeness = np.zeros(0), np.zeros(count)
        if directions is not None:
            each = directions.project(rows.astype(np.float32), numbers).astype(np.float64)
            along = shares @ each
            near = each[:, :count]
            likeness = shares @ (near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-9))
        return cls(
            mean=rows.T @ shares if likes else np.zeros(len(vocabulary)),
            along=along,
            likeness=likeness,
            evidence=evidence,
            words=float(np.sum(np.abs([one.weight for one in likes]) * lengths)),
        )


def likeness_of(directions: Directions | None) -> int:
    """How many directions are those of likeness."""
    return 0 if directions is None else min(LIKENESS, directions.dimension, directions.papers // 40)


def _against(
    liked: _Side, disliked: _Side, along: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> _Side:
    """The likes less what the dislikes have for themselves: what both have in common stays liked."""
    if not disliked.evidence:
        return liked
    share = AGAINST * disliked.evidence / (disliked.evidence + DOUBT)
    if not liked.evidence:
        own, near, evidence, words = disliked.mean, disliked.likeness, disliked.evidence, disliked.words
    else:
        ratio = float(np.linalg.norm(disliked.mean)) / max(1e-9, float(np.linalg.norm(liked.mean)))
        own = np.maximum(0.0, disliked.mean - ratio * liked.mean)
        common = float(disliked.likeness @ liked.likeness) / max(1e-9, float(np.sum(liked.likeness**2)))
        near = disliked.likeness - max(0.0, common) * liked.likeness
        evidence, words = liked.evidence, liked.words
    return _Side(
        mean=liked.mean - share * own,
        along=liked.along - share * along(own),
        likeness=liked.likeness - share * near,
        evidence=evidence,
        words=words,
    )


def _along(
    row: NDArray[np.float64], numbers: NDArray[np.uint32], directions: Directions | None
) -> NDArray[np.float64]:
    """One row on the directions; nothing without them."""
    from scipy import sparse

    if directions is None:
        return np.zeros(0)
    found: NDArray[np.float64] = directions.project(sparse.csr_matrix(row[None]), numbers)[0]
    return found


def _common(
    along: NDArray[np.float64], evidence: float, directions: Directions | None
) -> NDArray[np.float64]:
    """The part along the directions that vary most over all papers."""
    found = np.zeros_like(along)
    if directions is not None:
        first = min(REMOVED, directions.dimension, directions.papers // 50)
        spread = directions.spread[:first].astype(np.float64)
        found[:first] = evidence / (evidence + DOUBT) * spread / (spread + FLOOR) * along[:first]
    return found


def _pin(terms: Mapping[str, float], pinned: frozenset[str]) -> dict[str, float]:
    """With pinned words as heavy as the heaviest, and never more than `TERMS`."""
    heaviest = max(terms.values(), default=0.0)
    top = heaviest if heaviest > 0 else 1.0
    held = dict.fromkeys(sorted(pinned)[:TERMS], top)
    others = [(term, weight) for term, weight in terms.items() if term not in held]
    held.update(others[: TERMS - len(held)])
    return dict(sorted(held.items(), key=lambda one: (-abs(one[1]), one[0])))
