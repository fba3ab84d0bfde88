"""Terms in, the words for them as papers write them out: `point cloud` as "point clouds". Decides nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

from digest.core.spoken import spelt, spoken
from digest.core.terms import stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.model import Paper

READ = 40  # papers at most: a millisecond each


def spelled(terms: Iterable[str], papers: Iterable[Paper]) -> Mapping[str, str]:
    """For each term (of `core.terms`) how most of these papers write it; a term that none of them has, or
    writes only within longer words, as it is. What is given for a term has that term."""
    wanted = dict.fromkeys(terms)
    found: dict[str, Counter[str]] = {term: Counter() for term in wanted}
    for paper in itertools.islice(papers, READ):
        texts = spelt(paper)
        here = {one for text in texts for one in _terms(text.stems)}
        for term in wanted.keys() & here:
            said = spoken({term: 1.0}, texts)[0]
            if " ".join(stems(said)) == term:
                found[term][said] += 1
    return {term: next((said for said, _ in counts.most_common(1)), term) for term, counts in found.items()}


def _terms(run: list[str]) -> Iterable[str]:
    """All words and pairs of neighbours."""
    return itertools.chain(run, map(" ".join, itertools.pairwise(run)))
