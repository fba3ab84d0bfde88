"""The ways of others to rank by typed topics: each takes the shared features and the candidates, and gives a
function that scores the candidates for one reader. Words are the same for all (`judging.features`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from judging.features import Features
    from judging.tasks import Reader

    Score = Callable[[Reader], NDArray[np.float64]]
    Places = NDArray[np.int64]

FEEDBACK, BEST, LSA = 1.0, 10, 0.1


def keyword_match(features: Features, candidates: Places) -> Score:
    """How often the keywords stand in title and abstract, as TagTopic's and Zapier's rules count."""
    texts = [features.spaced[place] for place in candidates]
    token = features.vectorizer.build_tokenizer()

    def score(reader: Reader) -> NDArray[np.float64]:
        words = {one for topic in reader.topics for one in topic.keywords or (topic.name,)}
        phrases = [f" {' '.join(token(one.lower()))} " for one in sorted(words)]
        return np.array([float(sum(map(text.count, phrases))) for text in texts])

    return score


def bm25(features: Features, candidates: Places) -> Score:
    """BM25 (Robertson and Zaragoza, 2009) of all that was typed."""
    rows = features.bm25[candidates]
    return lambda reader: (rows @ features.asked(reader.topics).T).toarray().ravel()


def cosine(features: Features, candidates: Places) -> Score:
    """TF-IDF cosine with all that was typed."""
    rows = features.tfidf[candidates]
    return lambda reader: (rows @ features.weighed(features.asked(reader.topics), 1.0).T).toarray().ravel()


def latent(features: Features, candidates: Places) -> Score:
    """Cosine with what was typed along 512 directions, whitened (Deerwester et al., 1990)."""
    rows, svd = features.lsa[candidates], features.svd
    return lambda reader: rows @ svd.whitened(features.weighed(features.asked(reader.topics), 1.0)).ravel()


def feedback(features: Features, candidates: Places) -> Score:
    """TF-IDF and 0.1 of the whitened cosine; to what was typed the centre of the 10 best papers of the
    archive is added (pseudo relevance feedback: Manning, Raghavan and Schütze, 9.1)."""
    archive, near, svd = features.tfidf, features.lsa, features.svd
    rows, near_rows = archive[candidates], near[candidates]

    def score(reader: Reader) -> NDArray[np.float64]:
        asked = features.weighed(features.asked(reader.topics), 1.0).toarray().ravel()
        likest = np.argsort(-(archive @ asked + LSA * (near @ svd.whitened(asked[None]).ravel())))[:BEST]
        centre = np.asarray(archive[likest].mean(axis=0)).ravel()
        more = asked + FEEDBACK * centre / max(1e-9, float(np.linalg.norm(centre)))
        more /= max(1e-9, float(np.linalg.norm(more)))
        found: NDArray[np.float64] = rows @ more + LSA * (near_rows @ svd.whitened(more[None]).ravel())
        return found

    return score
