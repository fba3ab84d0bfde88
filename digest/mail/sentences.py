"""An abstract in, its first sentence or two out. Never cuts a word, an abbreviation or a number in two."""

from __future__ import annotations

import re

from digest.mail.words import shorten

GIST_LIMIT = 300

_ABBREVIATIONS = frozenset({
    "e.g", "i.e", "cf", "vs", "al", "etc", "fig", "figs", "eq", "eqs", "sec", "no", "approx", "resp",
    "w.r.t", "ref", "refs", "dr", "prof", "st",
})  # fmt: skip
_END = re.compile(r"[.!?][\"”’')\]]*\s+(?=[\"“‘'(\[]?[^\W_a-z])|[。！？]")
_LAST_WORD = re.compile(r"([^\s(\[]+)$")


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, each with its full stop.

    >>> sentences("We follow Smith et al. Results, e.g. Fig. 3, improve 2.5 points. Code is out.")
    ['We follow Smith et al. Results, e.g. Fig. 3, improve 2.5 points.', 'Code is out.']
    """
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if text[end.start()] == "." and _is_abbreviation(text[start : end.start()]):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def _is_abbreviation(before: str) -> bool:
    word = _LAST_WORD.search(before)
    # A single letter is an initial ("J. Smith"), never the end of a sentence worth the risk.
    return word is not None and (
        word[1].lower() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isalpha())
    )


def gist(abstract: str, *, limit: int = GIST_LIMIT) -> str:
    """The first sentence, and the second if it fits in `limit` characters whole.

    Only a first sentence that is longer itself is cut, at a word: half a second one is read and forgotten.
    """
    first, *others = sentences(abstract) or [""]
    if not others or len(first) + 1 + len(others[0]) > limit:
        return shorten(first, limit)
    return first + ("" if first[-1] in "。！？" else " ") + others[0]
