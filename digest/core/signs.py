"""What each sign that a paper is wanted counts.

Numbers in, numbers out: `rank` adds up with these, `explain` tells the reasons by them, `calibrate` makes a
score of what they add up to, `docs/ranking.md` says what they mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Cosine = TypeVar("Cosine", float, NDArray[np.float64])

PASS = 0.152003  # papers with less are no match, and not shown

COMMON = PASS  # a keyword that every paper holds: the reader's own word always passes
RARE = 0.3  # a keyword that hardly any paper holds
TITLE = 0.5  # of it more, if the keyword stands in the title
REPEATED = 0.3  # of it more, if it stands again and again
FURTHER = 0.5  # of each keyword after the strongest

# For a cosine of 1 with all words of the topic together. This orders what matched; on its own it is no match.
LIKE = 5.0

# What the reader likes, for each time as much as the best of the background have. (Measured with typed topics
# and 1, 3 and 10 likes: 0.15 hardly helps a topic, from 0.6 to 1 it is all the same.)
LEARNED = 0.8

AUTHOR = 2.0
FURTHER_AUTHOR = 0.5
CATEGORY = 0.5

# The cosines from which a text and an example match on their own. Of all pairs of 841 papers of ten days of
# cs.CV and daily papers one in a hundred reached 0.10, one in 650 reached 0.16, one alone 0.5.
TEXT_FROM = 0.13
EXAMPLE_FROM = 0.16


@overload
def keyword_signs(rarity: float, in_title: bool, times: int) -> float: ...
@overload
def keyword_signs(
    rarity: NDArray[np.float64], in_title: NDArray[np.bool_], times: NDArray[np.int64]
) -> NDArray[np.float64]: ...
def keyword_signs(rarity: Any, in_title: Any, times: Any) -> Any:
    """Of keywords found: `rarity` 0 (in every paper) to 1 (in hardly any), `times` 1 or more.

    >>> round(keyword_signs(1.0, True, 1), 2), keyword_signs(0.0, False, 1) == PASS
    (0.45, True)
    """
    return (COMMON + (RARE - COMMON) * rarity) * (1 + TITLE * in_title + REPEATED * (1 - 1 / times))


def text_signs(cosine: Cosine) -> Cosine:
    """Of a typed text, by the cosine with its likest passage: `TEXT_FROM` just passes."""
    return cosine * (PASS / TEXT_FROM)


def learned_signs(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of what was learned, by the likeness in floors: from 1 on a paper passes on its own, below 0 it is
    unlike."""
    return LEARNED * likeness


def author_signs(authors: int) -> float:
    """Of that many wanted authors on one paper."""
    return AUTHOR + FURTHER_AUTHOR * (authors - 1) if authors else 0.0


def rarity(frequency: int, papers: int) -> float:
    """From 0 (in every one of `papers`) to 1 (in none), by the logarithm."""
    return 1 - math.log(1 + min(frequency, papers)) / math.log(1 + papers) if papers else 1.0
