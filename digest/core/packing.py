"""A paper's terms and counts in, bytes out: four a term. What they stood for cannot be read from them.

A hash numbers the terms, so that no dictionary is needed ("feature hashing", Weinberger et al., ICML 2009);
now and then two share a number, which makes a rare one look less rare.
"""

from __future__ import annotations

import array
import sys
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = 2**20  # a word's number is below this one
COLUMNS = WORDS + 2**21  # a pair's number is below this one
OFTEN = 255  # no count is larger


def pack(terms: Mapping[str, int]) -> bytes:
    """A paper's terms with their counts: a number of 32 bits each, little-endian, ascending, of which 24 are
    the term's number and 8 its count.

    >>> pack({"graph": 3, "graph network": 1}).hex(" ", 4)
    '03dc0505 01a75023'
    """
    counts: dict[int, int] = {}
    for term, count in terms.items():
        column = column_of(term)
        counts[column] = min(OFTEN, counts.get(column, 0) + count)
    numbers = array.array("I", sorted([column << 8 | count for column, count in counts.items()]))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def column_of(term: str) -> int:
    """A term's number: below WORDS for a word, from there to below COLUMNS for a pair of words."""
    code = zlib.crc32(term.encode("utf-8", "replace"))
    return WORDS + code % (COLUMNS - WORDS) if " " in term else code % WORDS
