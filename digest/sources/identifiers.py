"""Where arXiv ids and DOIs stand in a source's words. Text in, identifiers out; nothing is looked up.

`core.arxiv` and `core.doi` say what *is* an identifier; here is where one may be found.
"""

from __future__ import annotations

import re

from digest.core.arxiv import normalise_arxiv_id
from digest.core.doi import normalise_doi

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|e-print)/|alphaxiv\.org/(?:abs|overview)/|huggingface\.co/papers/"
    r"|arxiv\.org:|\barxiv[:.]\s?|\barxiv preprint arxiv:)"
    r"((?:\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z-]{2,})?/\d{7})(?:v\d{1,3})?)(?!\d)",
    re.IGNORECASE,
)
# Crossref's advice for finding DOIs in the wild.
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:a-z0-9]+", re.IGNORECASE)


def find_arxiv_ids(text: str) -> tuple[tuple[str, int | None], ...]:
    """The arXiv ids named in a text or URL, each once, with the version it was first named with. Bare
    numbers are not taken for ids.

    >>> find_arxiv_ids("see arXiv:2604.01234v2 (not 2604.05678) and https://arxiv.org/abs/math.GT/0309136")
    (('2604.01234', 2), ('math/0309136', None))
    """
    found: dict[str, int | None] = {}
    for match in _ARXIV.finditer(text):
        if known := normalise_arxiv_id(match[1]):
            found.setdefault(*known)
    return tuple(found.items())


def find_dois(text: str) -> tuple[str, ...]:
    """The DOIs in a text or URL, lower case, each once; a version or file ending behind one is not its own.

    >>> find_dois("https://www.biorxiv.org/content/10.1101/2023.12.16.571984v1.full.pdf")
    ('10.1101/2023.12.16.571984',)
    """
    candidates = (normalise_doi(match[0]) for match in _DOI.finditer(text))
    return tuple(dict.fromkeys(doi for doi in candidates if doi))
