"""A text's terms, the columns of all that is weighed. Text in; words and word pairs out. Knows no weights."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING

from digest.core.stopwords import FUNCTION, SCHOLARLY
from digest.core.text import stem_plural, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A subject named in the title is what the paper is about: one mention there counts as three in the abstract.
TITLE_TIMES = 3

_stem = functools.lru_cache(maxsize=200_000)(stem_plural)


def stems(text: str) -> list[str]:
    """The tokens of `text` without their plurals, in order: what keywords are looked up in.

    >>> stems("Graph Neural Networks")
    ['graph', 'neural', 'network']
    """
    return [_stem(word) for word in words(text)]


@functools.lru_cache(maxsize=200_000)
def _weighs(stem: str) -> bool:
    if stem in FUNCTION or stem in SCHOLARLY:
        return False
    if not stem.isascii():
        return True  # one Chinese character is a syllable with a sense
    return len(stem) > 1 and not stem.replace(".", "").isdigit()


def terms_of(tokens: Sequence[str], *, silent: frozenset[str] = frozenset()) -> Iterable[str]:
    """The words that weigh, and the pairs of two that stand side by side ("neural network").

    `silent` words weigh nothing either. No pair reaches across a word that weighs nothing.
    """
    before = ""
    for token in tokens:
        if not _weighs(token) or token in silent:
            before = ""
            continue
        yield token
        if before:
            yield f"{before} {token}"
        before = token


def paper_terms(title: Sequence[str], abstract: Sequence[str]) -> Counter[str]:
    """Each term of a paper with its count, from its stems; the title's are counted `TITLE_TIMES` over."""
    counts = Counter(terms_of(abstract))
    for term in terms_of(title):
        counts[term] += TITLE_TIMES
    return counts
