"""arXiv's one string of authors in, names out. Affiliations are left behind, commas and all."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV", re.IGNORECASE)
_INNERMOST = re.compile(r"\s*\([^()]*\)")


def split_creators(text: str) -> tuple[str, ...]:
    """The names in "First Last, First Last (Affiliation, City)", in order. A bracket that never closes is
    part of what stands beside it.

    >>> split_creators("Ada  Lovelace (Analytical Engines, London (UK)), John Doe, Jr., Y. Li (1)")
    ('Ada Lovelace', 'John Doe, Jr.', 'Y. Li')
    """
    before = None
    while before != text:
        before, text = text, _INNERMOST.sub("", text)
    names: list[str] = []
    for part in text.split(","):
        name = " ".join(part.split())
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        elif name:
            names.append(name)
    return tuple(names)
