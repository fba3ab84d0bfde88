"""Where arXiv ids and DOIs stand in a bibliography's fields. Text in, one identifier out; nothing is looked
up.

`core.arxiv` and `core.doi` say what *is* an identifier; here is where one may be found.
(`sources.identifiers` does so for feeds, which do not know of `CoRR abs/…`.)
"""

from __future__ import annotations

import re

from digest.core.arxiv import normalise_arxiv_id
from digest.core.doi import normalise_doi

_LOOKED_AT = 5000  # characters of a field
_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print)/|(?:alphaxiv\.org/(?:abs|pdf|overview)|ar5iv\.org/abs"
    r"|huggingface\.co/papers)/|\barxiv(?:\.org)?[:.]?\s*(?:e-?prints?:?\s*|preprint:?\s*)?(?:arxiv:\s*)?(?:abs/)?"
    r"|(?<![/\w])abs/)"
    r"((?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z-]{2,})?/\d{7})(?:v\d{1,3})?)(?!\d)",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:a-z0-9]+", re.IGNORECASE)  # Crossref's advice


def find_arxiv_id(text: str) -> str | None:
    """The first arXiv id that a field names as such; a bare number is none.

    >>> told = ("arXiv preprint arXiv:1706.03762", "CoRR abs/1706.03762v2", "1706.03762")
    >>> [find_arxiv_id(text) for text in told]
    ['1706.03762', '1706.03762', None]
    >>> find_arxiv_id("https://arxiv.org/pdf/math.GT/0309136.pdf"), find_arxiv_id("arXiv 2604.01234 [cs]")
    ('math/0309136', '2604.01234')
    """
    for match in _ARXIV.finditer(text[:_LOOKED_AT]):
        if known := normalise_arxiv_id(match[1]):
            return known[0]
    return None


def find_doi(text: str) -> str | None:
    """The first DOI in a field, in lower case.

    >>> find_doi("https://dx.doi.org/10.1000/ABC.1 (print)")
    '10.1000/abc.1'
    """
    candidates = (normalise_doi(match[0]) for match in _DOI.finditer(text[:_LOOKED_AT]))
    return next(filter(None, candidates), None)
