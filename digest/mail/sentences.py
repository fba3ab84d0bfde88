"""An abstract in, the sentence or two that say what the paper does out.

Most abstracts begin with what is known and what is hard: of 841 of April 2026 one in ten says in its first
sentence what the paper does, and nine in ten in the second, third or fourth. Never cuts a word, an
abbreviation or a number in two.
"""

from __future__ import annotations

import re

from digest.mail.words import shorten

GIST_LIMIT = 300

_ABBREVIATIONS = frozenset({
    "e.g", "i.e", "cf", "vs", "al", "etc", "fig", "figs", "eq", "eqs", "sec", "no", "approx", "resp",
    "w.r.t", "ref", "refs", "dr", "prof", "st",
})  # fmt: skip
_END = re.compile(r"[.!?][\"”’')\]]*\s+(?=[\"“‘'(\[]?[^\W_a-z])|[。！？]")
_LONGEST = 16  # characters that are looked at: more than an abbreviation has
_LAST_WORD = re.compile(r"([^\s(\[]+)$")

# How papers speak of themselves.
_WORK = r"(?:paper|work|study|article|manuscript|report|survey|thesis|letter|research)"
_DOES = (  # however they end: "propose", "proposed"
    r"(?:address|adapt|advocate|analy[sz]e|apply|benchmark|bridge|buil[dt]|collect|compare|conduct"
    r"|construct|create|curate|derive|describe|design|develop|devise|establish|evaluate|examine|explore"
    r"|extend|focus|formulate|instantiate|integrate|introduce|investigate|leverage|model|offer|present"
    r"|propose|prove|provide|re-?examine|re-?formulate|re-?think|re-?visit|release|report|review"
    r"|stud(?:y|ied)|survey|tackle|test|train)"
)
_WE = r"\b(?:we|I)\s+(?:(?:have|also|first|then|here|\w+ly)\s+){0,2}"
_SAYS = re.compile(
    rf"{_WE}{_DOES}"
    rf"|\b(?:this|the\s+present|our)\s+(?:\w+\s+)?{_WORK}\b"
    r"|\band\s+(?:propose|introduce|present|develop)\b"
    r"|\b(?:is|are|was|were)\s+(?:\w+ly\s+)?(?:proposed|introduced|presented|developed)\b",
    re.IGNORECASE,
)
# What was found may be what the paper is for, or what led to it: heard where nothing else is.
_FINDS = re.compile(
    rf"{_WE}(?:argue|ask|demonstrate|discover|find|found|identif|observe|reveal|show)", re.IGNORECASE
)
# Something was said before.
_FURTHER = re.compile(r"(?:Moreover|Furthermore|Additionally|In\s+addition|Finally|Besides)\b")
# "To address these limitations, we propose": what they are was said in a sentence that is not shown.
_LEAD = re.compile(
    r"(?:(?:To|Based|Building|Drawing|Motivated|Inspired|Driven|Guided|Following|Given|Under|With|For|Towards?)\b"
    r"[^,.;:]{0,60}\b(?:this|these|those|such)\b[^,.;:]{0,60}"
    r"|However|Therefore|Thus|Hence|Consequently|Accordingly|Specifically|Instead|Here)"
    r",\s+(?=(?:we|I|this|an?|the)\b)"
)


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, each with its full stop.

    >>> sentences("We follow Smith et al. Results, e.g. Fig. 3, improve 2.5 points. Code is out.")
    ['We follow Smith et al. Results, e.g. Fig. 3, improve 2.5 points.', 'Code is out.']
    """
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if text[end.start()] == "." and _is_abbreviation(
            text[max(start, end.start() - _LONGEST) : end.start()]
        ):
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
    """The first sentence that says what the paper does, and the next if it fits in `limit` characters whole.

    Where none says so, the first sentence. Only a first one that is longer itself is cut, at a word: half a
    second one is read and forgotten. What leads back to a sentence that is not shown goes.

    >>> gist("Splats are quick. However, they forget. To fix this, we propose a memory. It helps.", limit=30)
    'We propose a memory. It helps.'
    """
    found = sentences(abstract) or [""]
    telling = (
        place
        for how in (_SAYS, _FINDS)
        for place, one in enumerate(found)
        if _may_begin(one) and how.search(one)
    )
    place = next(telling, 0)
    first, *others = found[place:]
    if place and (lead := _LEAD.match(first)):
        first = first[lead.end()].upper() + first[lead.end() + 1 :]
    if not others or len(first) + 1 + len(others[0]) > limit:
        return shorten(first, limit)
    return first + ("" if first[-1] in "。！？" else " ") + others[0]


def _may_begin(sentence: str) -> bool:
    return not sentence.endswith(("?", "？")) and not _FURTHER.match(sentence)
