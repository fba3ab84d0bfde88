"""Lines that people type in, entries out: an arXiv id, a DOI, an address or a title on each. A line that
begins with `#` says nothing; list marks (`-`, `*`, `1.`) and quotes around a line are taken off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.arxiv import normalise_arxiv_id
from digest.core.doi import normalise_doi
from digest.core.tokens import words
from digest.libraries.entry import Entry, Fault, entry
from digest.libraries.identifiers import find_arxiv_id, find_doi
from digest.libraries.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1000  # characters of a line
_FEWEST_WORDS = 2  # of a title: one word alone names no paper
_MARK = re.compile(r"^\s*(?:[-*+•–]\s+|\(?\d{1,4}[.)]\s+|\[\d{1,4}\]\s+)?")
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


def parse(text: str) -> Iterator[Entry | Fault]:
    """What the lines of a file name, in its order."""
    for number, line in numbered(text):
        stripped = _MARK.sub("", line, count=1).strip().strip("\"'“”‘’`,;").strip()
        if not stripped or line.lstrip().startswith("#"):
            continue
        if len(stripped) > _LONGEST:
            yield Fault(
                line=number, words=f"longer than {_LONGEST} characters, and so no id, address or title"
            )
            continue
        yield from _read(stripped, number)


def _read(line: str, number: int) -> Iterator[Entry | Fault]:
    pieces = [piece for piece in re.split(r"[\s,;]+", line) if piece]
    if len(pieces) > 1 and all(_is_named(piece) for piece in pieces):  # several on one line
        for piece in pieces:
            yield _one(piece, number)
        return
    first = pieces[0] if pieces else ""
    if normalise_arxiv_id(line) or normalise_doi(line):
        yield _one(line, number)
    elif _is_named(first):  # an id, and what was written behind it
        yield _one(first, number)
    elif find_arxiv_id(line) or find_doi(line):
        yield entry(hints=(line,), line=number)
    elif _ADDRESS.search(line):
        yield Fault(line=number, words="the address names neither an arXiv id nor a DOI")
    elif len(words(line)) < _FEWEST_WORDS:
        yield Fault(line=number, words="neither an arXiv id nor a DOI nor a title")
    else:
        yield entry(title=line, line=number)


def _is_named(piece: str) -> bool:
    return normalise_arxiv_id(piece) is not None or normalise_doi(piece) is not None


def _one(piece: str, number: int) -> Entry | Fault:
    return entry(arxiv_id=piece, doi=piece, line=number)
