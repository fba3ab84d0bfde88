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
    papers of short ones apart, an author ("" for none), who is asked for where a title is asked for alone:
    where it is the only one, or has no phrase. Raises SourceError."""
    clauses = [(clause, author) for title, author in wanted if (clause := _clause(title))]
    phrases = [clause for clause, _ in clauses if _is_phrase(clause)] if len(clauses) > 1 else []
    alone = [(clause, author) for clause, author in clauses if clause not in phrases]
    queries = [f"({' OR '.join(phrases)})"] if phrases else []
    queries += [clause + _by(author) for clause, author in alone]
    found: dict[str, Listing] = {}
    whole = True
    for query in queries:
        parameters = f"search_query={quote(query, safe=':()').replace('%20', '+')}&max_results={MOST_RESULTS}"
        page = read_page(fetcher, f"{api_url}{'&' if '?' in api_url else '?'}{parameters}")
        if page.error is not None:
            raise SourceError(page.error)
        for entry in page.entries:
            if listing := read_listing(entry, source=source, today=today):
                found.setdefault(listing.key, listing)
        whole = whole and len(page.entries) >= page.total
    return tuple(found.values()), whole


def _by(author: str) -> str:
    name = last_name(author)
    return f" AND au:{name}" if name.isascii() and name.isalpha() else ""


def _is_phrase(clause: str) -> bool:
    return clause.startswith('ti:"')


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
