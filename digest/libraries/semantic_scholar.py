"""Papers of Semantic Scholar's API in (one at a time), an entry out. Its site exports BibTeX, which is
`bibtex`'s. https://api.semanticscholar.org/api-docs/graph
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.libraries.entry import Entry, Fault, entry
from digest.libraries.values import many, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = frozenset(("paperId", "externalIds", "corpusId", "s2Url"))


def is_own(item: Mapping[str, Any]) -> bool:
    """Whether this is Semantic Scholar's way to write a paper."""
    paper = item.get("paper")
    return not _OWN.isdisjoint(item) or (isinstance(paper, dict) and not _OWN.isdisjoint(paper))


def read(item: Mapping[str, Any], *, line: int) -> Entry | Fault:
    """What one paper says; one that stands within an entry of a library (`paper`) is read there."""
    inner = item.get("paper")
    paper: Mapping[str, Any] = inner if isinstance(inner, dict) else item
    names = {str(name).lower(): text(value) for name, value in _mapping(paper.get("externalIds")).items()}
    pdf = _mapping(paper.get("openAccessPdf"))
    return entry(
        title=text(paper.get("title")),
        authors=[
            text(one.get("name") if isinstance(one, dict) else one) for one in many(paper.get("authors"))
        ],
        year=text(paper.get("year")) or text(paper.get("publicationDate")),
        doi=names.get("doi", "") or text(paper.get("doi")),
        arxiv_id=names.get("arxiv", "") or text(paper.get("arxivId")),
        hints=[
            text(pdf.get("url")),
            text(paper.get("url")),
            text(_mapping(paper.get("journal")).get("volume")),
        ],
        added=text(item.get("addedAt") or item.get("dateAdded") or item.get("createdAt")),
        line=line,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
