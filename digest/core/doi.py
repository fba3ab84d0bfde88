"""Whatever names a DOI in; the DOI out. Asks nobody whether it is registered."""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s<>\"\\{}|^`]{1,200}")
_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|(?:info:)?doi[:/]\s*", re.IGNORECASE)
_SERVER = re.compile(
    r"https?://(?:www\.)?(?:bio|med)rxiv\.org/content/(?:early/\d{4}/\d\d/\d\d/)?", re.IGNORECASE
)
# bioRxiv and medRxiv, both of their prefixes: dated since December 2019, plain numbers before.
_PREPRINT = re.compile(
    r"(10\.(?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,})(?:v\d+)?(?:\.(?:full|abstract|short)\S*)?"
)


def normalise_doi(text: str | None) -> str | None:
    """A DOI in lower case (DOIs do not tell case apart), without resolver, or None. A preprint's version
    (`10.1101/2020.01.01.123456v2`, or with `.full`) folds into its one DOI.

    >>> normalise_doi("https://doi.org/10.1101/2020.01.01.123456v2"), normalise_doi("doi:10.1000/ABC.1.")
    ('10.1101/2020.01.01.123456', '10.1000/abc.1')
    """
    text = unquote((text or "").strip())
    text = _SERVER.sub("", _PREFIX.sub("", text, count=1), count=1).partition("?")[0].partition("#")[0]
    found = _DOI.fullmatch(text.rstrip(".,;:'\")]/" if text.count("(") < text.count(")") else ".,;:'\"]/"))
    if not found:
        return None
    doi = found[0].lower()
    preprint = _PREPRINT.fullmatch(doi)
    return preprint[1] if preprint else doi
