"""A feed's line of authors in, their names out. Affiliations are dropped; no name is looked up anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.tex import readable
from digest.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME_LIMIT = 200
_LINE_LIMIT = 600_000  # 3,000 authors with an affiliation each
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.IGNORECASE)
_NOBODY = re.compile(r"(?:and\s+)?(?:others|et\.?\s*al\.?)", re.IGNORECASE)
_AND = re.compile(r"(?:^|\s)(?:and|&)\s+", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:collaborations?|consorti(?:um|a)|teams?|groups?)\b", re.IGNORECASE)
_DOTTED = re.compile(r"(?:[^\W\d_]\.[\s-]*){1,5}")
_INITIALS = re.compile(_DOTTED.pattern + "|[A-Z]{1,2}")
_MARKS = " \t,;:*†‡§¶#⁰¹²³⁴⁵⁶⁷⁸⁹"


def split_creators(text: str) -> tuple[str, ...]:
    """The names in arXiv's `First Last, First Last (Affiliation, City), …`, in order; also in
    `Last, F., Last, F.` (bioRxiv) and `Last, First; Last, First`.

    Commas in parentheses part nothing, however deep. A parenthesis that is never closed ends at the next
    comma, so that no author after it is lost.

    >>> split_creators("Ann  Lee (MIT (CSAIL), Cambridge), Bo Li and  Jo Roe, Jr., The ATLAS Collaboration,")
    ('Ann Lee', 'Bo Li', 'Jo Roe Jr.', 'The ATLAS Collaboration')
    >>> split_creators("Kaur, M., Bhati, K. K.")
    ('M. Kaur', 'K. K. Bhati')
    """
    text = _without_affiliations(" ".join(text[:_LINE_LIMIT].split()))
    if ";" in text:
        return _names(text.split(";"))
    leader, colon, rest = text.partition(":")
    if colon and _GROUP.search(leader):  # The LHCb collaboration: R. Aaij, …
        return _names([leader]) + split_creators(rest)
    parts = [part.strip() for part in text.split(",")]
    parts = [part for part in parts if part]
    paired = len(parts) >= 2 and len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2]))
    if paired and not any(map(_DOTTED.fullmatch, parts[::2])):
        return _names(f"{first} {last}" for last, first in zip(parts[::2], parts[1::2], strict=True))
    pieces: list[str] = []
    for part in parts:
        if pieces and _SUFFIX.fullmatch(part):
            pieces[-1] += " " + part
        elif _GROUP.search(part):
            pieces.append(_AND.sub("", part, count=1) if part.lower().startswith("and ") else part)
        else:
            pieces.extend(_AND.split(part))
    return _names(pieces)


def display_name(name: str) -> str:
    """One name as it is shown: `First Last`, of at most 200 characters, without affiliation, footnote marks
    and TeX; "" if nothing is left.

    >>> display_name("H{\\\\'e}, Kaiming* (Facebook AI Research)")
    'Kaiming Hé'
    """
    name = clean(readable(clean(name, limit=10 * _NAME_LIMIT)), limit=10 * _NAME_LIMIT)
    name = _without_affiliations(name.replace("–", "-")).strip(_MARKS)
    last, _, first = name.partition(",")
    last, first = last.strip(_MARKS), first.strip(_MARKS)
    if first and last and "," not in first:
        name = f"{last} {first}" if _SUFFIX.fullmatch(first) else f"{first} {last}"
    return clean(name, limit=_NAME_LIMIT)


def _names(pieces: Iterable[str]) -> tuple[str, ...]:
    names = (display_name(piece) for piece in pieces if not _NOBODY.fullmatch(piece.strip()))
    return tuple(name for name in names if any(map(str.isalpha, name)))


def _without_affiliations(text: str) -> str:
    """`text` without what stands in parentheses; one that is not closed reaches to the next comma."""
    if "(" not in text and ")" not in text:
        return text
    stack: list[int] = []
    spans: list[tuple[int, int]] = []
    for found in re.finditer(r"[()]", text):
        if found[0] == "(":
            stack.append(found.start())
        elif stack:
            spans.append((stack.pop(), found.end()))
        else:
            spans.append((found.start(), found.end()))
    for start in stack:
        comma = text.find(",", start)
        spans.append((start, comma if comma >= 0 else len(text)))
    out: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start >= at:
            out.append(text[at:start])
        at = max(at, end)
    out.append(text[at:])
    return " ".join(" ".join(out).replace(" ,", ",").split())
