"""Where an arXiv id or a DOI stands in a source's words. Text in, identifiers out; nothing is looked up."""

from __future__ import annotations

import re

_NEW = r"\d{4}\.\d{4,5}"
_OLD = r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]{2,})?/\d{7}"
_WHOLE = re.compile(rf"(?:oai:arxiv\.org:|arxiv:)?\s*({_NEW}|{_OLD})(?:v(\d{{1,3}}))?", re.IGNORECASE)
_IN_TEXT = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|e-print)/|alphaxiv\.org/(?:abs|overview)/|huggingface\.co/papers/"
    rf"|arxiv\.org:|\barxiv[:.]\s?|\barxiv preprint arxiv:)({_NEW}|{_OLD})(?:v(\d{{1,3}}))?(?!\d)",
    re.IGNORECASE,
)
# Crossref's own advice for finding DOIs in the wild, with the tail that prose leaves on them cut off.
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")
_DOI_TAIL = re.compile(r"(?:v\d+)?(?:\.(?:full|abstract|pdf|short|full\.pdf))?[.,;:]*$")


def arxiv_id(text: str) -> tuple[str, int | None] | None:
    """The id and version that a string *is*: `2604.01234v2`, `oai:arXiv.org:…`, `astro-ph/0601001`.

    >>> arxiv_id("oai:arXiv.org:2604.15376v1"), arxiv_id("https://example.org/2604.15376")
    (('2604.15376', 1), None)
    """
    found = _WHOLE.fullmatch(text.strip())
    return None if found is None else (_canonical(found[1]), int(found[2]) if found[2] else None)


def find_arxiv_ids(text: str) -> tuple[tuple[str, int | None], ...]:
    """The arXiv ids named in a text or URL, each once, with the version it was first named with. Bare
    numbers are not taken for ids."""
    found: dict[str, int | None] = {}
    for match in _IN_TEXT.finditer(text):
        found.setdefault(_canonical(match[1]), int(match[2]) if match[2] else None)
    return tuple(found.items())


def find_dois(text: str) -> tuple[str, ...]:
    """The DOIs in a text or URL, lower case, each once; a version or file ending behind one is not its own.

    >>> find_dois("https://www.biorxiv.org/content/10.1101/2023.12.16.571984v1.full.pdf")
    ('10.1101/2023.12.16.571984',)
    """
    cut = (_DOI_TAIL.sub("", _balanced(match[0])).lower() for match in _DOI.finditer(text))
    return tuple(dict.fromkeys(doi for doi in cut if not doi.endswith("/")))


def _canonical(identifier: str) -> str:
    """`math.GT/0309136` and `math/0309136` are one paper: until 0703 the archive may carry its class."""
    archive, slash, number = identifier.lower().partition("/")
    return f"{archive.partition('.')[0]}/{number}" if slash else archive


def _balanced(text: str) -> str:
    """A DOI may hold brackets; one that was opened before it closes after it."""
    return text[:-1] if text.endswith(")") and text.count(")") > text.count("(") else text
