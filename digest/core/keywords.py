"""A keyword as a reader typed it in; the runs of stems that count as finding it out. Knows no papers."""

from __future__ import annotations

import dataclasses
import re

from digest.core.stopwords import FUNCTION
from digest.core.terms import stems

_QUOTES = re.compile(r"^\s*[\"“”„«»'‘’「『]+(.*?)[\"“”„«»'‘’」』]+\s*$", re.DOTALL)
_HYPHENS = re.compile(r"(?<=\w)[-‐‑–](?=\w)")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """`spellings` are runs of stems, each of which finds the keyword. None: it can find nothing."""

    typed: str
    quoted: bool
    spellings: tuple[tuple[str, ...], ...]


def keyword(typed: str) -> Keyword:
    """Read one keyword. Words stand side by side, in order; case, accents, plurals and hyphens do not matter.

    A keyword of function words alone (`the`, `of`) would find everything: it finds nothing unless quoted.
    A hyphenated word is also found written as one (`pre-training`: `pretraining`).

    >>> keyword("Graph-Neural Networks").spellings
    (('graph', 'neural', 'network'), ('graphneural', 'network'))
    >>> keyword("the").spellings, keyword('"IT"').spellings
    ((), (('it',),))
    """
    inner = _QUOTES.match(typed)
    text = inner[1] if inner else typed
    found = tuple(stems(text))
    joined = tuple(stems(_HYPHENS.sub("", text)))
    if not found or (not inner and all(stem in FUNCTION for stem in found)):
        return Keyword(typed=typed.strip(), quoted=bool(inner), spellings=())
    spellings = (found, joined) if joined and joined != found else (found,)
    return Keyword(typed=text.strip(), quoted=bool(inner), spellings=spellings)


def keywords(typed: tuple[str, ...]) -> tuple[Keyword, ...]:
    """Each keyword that can find something, once, however it is spelt."""
    known: dict[tuple[str, ...], Keyword] = {}
    for one in typed:
        read = keyword(one)
        if read.spellings:
            known.setdefault(read.spellings[0], read)
    return tuple(known.values())
