"""The ways of others to rank by likes: each takes the shared features and the candidates, and gives a
function that scores the candidates for one reader.

All are given the same words (`judging.features`), so that ways are compared and not tokenizers; settings are
those that their authors publish, or else the best of a few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from judging.features import Features
    from judging.tasks import Reader

    Score = Callable[[Reader], NDArray[np.float64]]
    Places = NDArray[np.int64]

NEGATIVES = 1000
SHRINK = 5  # likes at which half of what all papers share is taken off
LSA = 0.05


def chance(features: Features, candidates: Places) -> Score:  # noqa: ARG001
    """Any order."""
    dice = np.random.default_rng(0)
    return lambda _: dice.random(len(candidates))


def bm25_profile(features: Features, candidates: Places) -> Score:
    """BM25 (Robertson and Zaragoza, 2009) of all words of the liked papers, as often as they stand there."""
    rows, counts = features.bm25[candidates], features.counts
    return lambda reader: rows @ _mean(counts, reader.likes)


def centroid(features: Features, candidates: Places) -> Score:
    """Cosine with the mean of the liked papers (Rocchio, 1971)."""
    rows, liked = features.tfidf[candidates], features.tfidf
    return lambda reader: rows @ _mean(liked, reader.likes)


def by_recency(features: Features, candidates: Places) -> Score:
    """zotero-arxiv-daily: similarity to each liked paper, the newest first, weighs 1 ÷ (1 + log10(rank))."""
    rows, liked = features.tfidf[candidates], features.tfidf

    def score(reader: Reader) -> NDArray[np.float64]:
        newest = list(reversed(reader.likes))
        weights = 1 / (1 + np.log10(np.arange(len(newest)) + 1))
        found: NDArray[np.float64] = rows @ (liked[newest].T @ (weights / weights.sum()))
        return found

    return score


def support_vectors(features: Features, candidates: Places) -> Score:
    """arxiv-sanity-lite: a linear SVM a reader, likes against all other papers, balanced, C 0.01."""
    rows, everything = features.tfidf[candidates], features.tfidf

    def score(reader: Reader) -> NDArray[np.float64]:
        wanted = np.zeros(everything.shape[0])
        wanted[list(reader.likes)] = 1
        machine = LinearSVC(class_weight="balanced", C=0.01, tol=1e-6, max_iter=10_000, random_state=0)
        found: NDArray[np.float64] = rows @ machine.fit(everything, wanted).coef_[0]
        return found

    return score


def logistic(features: Features, candidates: Places) -> Score:
    """Scholar Inbox: logistic regression a reader, likes against 1,000 shared papers, balanced; C 1."""
    rows, everything = features.tfidf[candidates], features.tfidf
    count = everything.shape[0]
    shared = np.random.default_rng(0).choice(count, min(NEGATIVES, count), replace=False)

    def score(reader: Reader) -> NDArray[np.float64]:
        others = shared[~np.isin(shared, reader.likes)]
        wanted = np.repeat([1, 0], [len(reader.likes), len(others)])
        machine = LogisticRegression(C=1.0, class_weight="balanced", max_iter=500)
        machine.fit(everything[np.concatenate([np.array(reader.likes), others])], wanted)
        found: NDArray[np.float64] = rows @ machine.coef_[0]
        return found

    return score


def latent(features: Features, candidates: Places) -> Score:
    """Cosine with the mean of the liked papers along 512 directions, whitened (Deerwester et al., 1990)."""
    rows, liked = features.lsa[candidates], features.lsa
    return lambda reader: rows @ liked[list(reader.likes)].mean(axis=0)


def fisher(features: Features, candidates: Places) -> Score:
    """The mean of the likes less n ÷ (n + 5) of its part along the 64 strongest directions of all papers; and
    0.05 of the whitened cosine."""
    liked, near, along = features.steep, features.steep_lsa, features.steep_along
    rows, near_rows, along_rows = liked[candidates], near[candidates], along[candidates]

    def score(reader: Reader) -> NDArray[np.float64]:
        likes = list(reader.likes)
        share = len(likes) / (len(likes) + SHRINK)
        centre = near[likes].mean(axis=0)
        centre /= max(1e-9, float(np.linalg.norm(centre)))
        common = along_rows @ along[likes].mean(axis=0)  # what the projection onto the directions adds
        found: NDArray[np.float64] = rows @ _mean(liked, reader.likes) - share * common
        return found + LSA * (near_rows @ centre)

    return score


def _mean(rows: Any, places: tuple[int, ...]) -> NDArray[np.float32]:
    """One product with a row of equal weights: quicker than taking the mean of a sparse matrix."""
    weights = np.full(len(places), 1 / max(1, len(places)), dtype=np.float32)
    found: NDArray[np.float32] = np.asarray(sp.csr_matrix(rows[list(places)]).T @ weights)
    return found
