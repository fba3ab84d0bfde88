"""Papers and texts in, rows of a sparse matrix out: TF-IDF, each row of length 1.

    weight(term) = (1 + ln(count)) × idf(term), then divided by the row's Euclidean norm

so that the product of two rows is their cosine, from 0 (no term in common) to 1 (the same text). Sublinear
counts and cosine as in Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 6.4.
Columns are the terms of the window's papers: a text's other terms count in its length, and match nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.stopwords import ASKING, TRADE
from digest.core.terms import stems, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.statistics import Statistics

HEAVIEST = 64  # terms of a text that are compared: a longer one says the same again
HALF = 0.5


def weights(counts: Mapping[str, int], statistics: Statistics) -> dict[str, float]:
    """The weight of each term, of a row whose norm is 1. Empty for no terms.

    A pair of words that at most one paper of the library holds is left out: it could match nothing, or
    nothing but itself.
    """
    return _normed(
        {
            term: (1 + math.log(count)) * statistics.idf(term)
            for term, count in counts.items()
            if " " not in term or statistics.frequency(term) > 1
        }
    )


def text_weights(text: str, statistics: Statistics) -> dict[str, float]:
    """The heaviest terms of a typed text, each weight × the term's topicality: nobody asks for "usage".

    Words that only ask ("papers about") weigh nothing, nor do words of the trade but in a pair with another:
    "machine learning" does not, "continual learning" does. A text of nothing else is taken at its word.
    """
    counts = Counter(terms_of(stems(text), silent=ASKING))
    subjects = {term: count for term, count in counts.items() if not _of_trade(term)}
    row = weights(subjects or counts, statistics)
    row = _normed({term: weight * statistics.topicality(term) for term, weight in row.items()})
    if len(row) <= HEAVIEST:
        return row
    return dict(sorted(row.items(), key=lambda one: (-one[1], one[0]))[:HEAVIEST])


def question_weights(text: str, statistics: Statistics) -> dict[str, float]:
    """The heaviest terms of a question that somebody asks of the library, each (1 + ln(count)) × the idf of
    BM25. A pair counts half, for its words count as well; a word that may only ask ("interested", "rank")
    half of the rarest word's weight at most.

    Words of the trade weigh nothing, but in a pair with another, or where there is nothing else.
    """
    counts = Counter(terms_of(stems(text)))
    subjects = {term: count for term, count in counts.items() if not _of_trade(term)}
    row = {
        term: (1 + math.log(count)) * _asked(term, statistics)
        for term, count in (subjects or counts).items()
        if " " not in term or statistics.frequency(term) > 1
    }
    return dict(sorted(row.items(), key=lambda one: (-one[1], one[0]))[:HEAVIEST])


def _asked(term: str, statistics: Statistics) -> float:
    idf = _idf(statistics.frequency(term), statistics.papers)
    if " " in term:
        return HALF * idf
    return min(idf, HALF * _idf(0, statistics.papers)) if term in ASKING else idf


def _idf(frequency: int, papers: int) -> float:
    """BM25's: ln(1 + papers without the term / papers with it), half a paper added to each."""
    frequency = min(frequency, papers)
    return math.log1p((papers - frequency + 0.5) / (frequency + 0.5))


def _of_trade(term: str) -> bool:
    one, _, other = term.partition(" ")
    return one in TRADE and (not other or other in TRADE)


def _normed(row: Mapping[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(weight * weight for weight in row.values()))
    return {term: weight / norm for term, weight in row.items()}


def matrix(rows: Iterable[Mapping[str, float]], columns: Mapping[str, int]) -> Any:
    """A CSR matrix (rows × columns, float32); terms that are not in `columns` are left out."""
    from scipy import sparse

    starts, where, what = [0], [], []
    for row in rows:
        for term, weight in row.items():
            column = columns.get(term)
            if column is not None:
                where.append(column)
                what.append(weight)
        starts.append(len(where))
    shape = (len(starts) - 1, len(columns))
    made = sparse.csr_matrix(
        (np.array(what, dtype=np.float32), np.array(where, dtype=np.int32), np.array(starts, dtype=np.int32)),
        shape=shape,
    )
    made.sort_indices()
    return made


def dot(left: Any, right: Any, pairs: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """The products of row `pairs[0][i]` of `left` with row `pairs[1][i]` of `right`, for each i."""
    if not len(pairs[0]):
        return np.zeros(0)
    return np.asarray(left[pairs[0]].multiply(right[pairs[1]]).sum(axis=1), dtype=np.float64).ravel()


def largest(left: Any, right: Any, pairs: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Of the same products the largest part that one column makes."""
    if not len(pairs[0]):
        return np.zeros(0)
    return np.asarray(
        left[pairs[0]].multiply(right[pairs[1]]).max(axis=1).todense(), dtype=np.float64
    ).ravel()
