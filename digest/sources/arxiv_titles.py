"""arXiv's query API: titles in, the papers that may be of them out. Whether one is, the caller decides.

The API finds phrases, and neither knows nor says how it cuts words at hyphens, signs and TeX; so what is
asked for is the longest run of plain words of each title, several titles at once.
https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.core.authors import last_name
from digest.errors import SourceError
from digest.sources.arxiv_query import read_listing, read_page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Listing
    from digest.sources.settings import Fetcher

MOST_RESULTS = 100
_LONGEST_RUN = 12  # words
_FEWEST_WORDS = 3  # of a run that is asked for as a phrase; of a shorter one each word of the title is
_WORD = re.compile(r"[A-Za-z0-9]+")
_RUN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")


def find_titles(
    fetcher: Fetcher, api_url: str, *, source: str, wanted: Sequence[tuple[str, str]], today: dt.date
) -> tuple[tuple[Listing, ...], bool]:
    """The papers of titles like these, and whether that is all that there are. Each is a title and, to tell
    papers of short ones apart, an author ("" for none): that of a single one is asked for too. Raises
    SourceError."""
    clauses = [clause for title, _ in wanted if (clause := _clause(title))]
    if not clauses:
        return (), True
    query = clauses[0] if len(clauses) == 1 else f"({' OR '.join(map(_grouped, clauses))})"
    author = last_name(wanted[0][1]) if len(wanted) == 1 else ""
    if author.isascii() and author.isalpha():
        query = f"{query} AND au:{author}"
    parameters = f"search_query={quote(query, safe=':()').replace('%20', '+')}&max_results={MOST_RESULTS}"
    page = read_page(fetcher, f"{api_url}{'&' if '?' in api_url else '?'}{parameters}")
    if page.error is not None:
        raise SourceError(page.error)
    found = (read_listing(entry, source=source, today=today) for entry in page.entries)
    return tuple(listing for listing in found if listing), len(page.entries) >= page.total


def _grouped(clause: str) -> str:
    return f"({clause})" if " AND " in clause else clause


def _clause(title: str) -> str:
    """What asks for a title: the longest of its runs of plain words, or all of its words; "" where there is
    none.

    >>> _clause("BERT: Pre-training of Deep Bidirectional Transformers"), _clause("Mask R-CNN")
    ('ti:"training of Deep Bidirectional Transformers"', 'ti:Mask AND ti:R AND ti:CNN')
    """
    runs = [run.split(" ")[:_LONGEST_RUN] for run in _RUN.findall(title)]
    longest: list[str] = max(runs, key=lambda run: len(" ".join(run)), default=[])
    if len(longest) >= _FEWEST_WORDS:
        return f'ti:"{" ".join(longest)}"'
    return " AND ".join(f"ti:{word}" for word in _WORD.findall(title)[:_LONGEST_RUN])
