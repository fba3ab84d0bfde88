"""arXiv's query API: a category and announcement days in, listings out. Fills what a feed cut or missed.

The API knows when a paper was submitted and not when it was announced; the timetable tells one from the
other. It cannot tell papers that were put on hold, nor cross-lists made after a paper was announced, nor
replacements. https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.core.arxiv import normalise_arxiv_id
from digest.errors import FetchError, MalformedError, SourceError
from digest.http import named
from digest.model import Listing
from digest.sources import syndication, timetable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from digest.sources.settings import Fetcher
    from digest.sources.syndication import Entry

PAGE = 1000  # 2000 are allowed; such pages come short more often
MOST_RESULTS = 30_000  # beyond, the API answers HTTP 400

# Archives that are divided: `cat:cs` alone finds nothing, and `cat:astro-ph` only what is older than 2009.
_DIVIDED = frozenset(
    ("astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat")
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the API gave for some days. `whole`: all that it says it has. `error` names what failed."""

    listings: tuple[Listing, ...] = ()
    seen: int = 0
    whole: bool = True
    error: str | None = None


def fill(
    fetcher: Fetcher,
    api_url: str,
    *,
    source: str,
    category: str,
    include: Collection[str],
    days: Sequence[dt.date],
) -> Filled:
    """The papers announced on `days`, which follow one another. Never raises for what the API does."""
    start, end = timetable.submission_window(days[0])[0], timetable.submission_window(days[-1])[1]
    found: dict[str, Listing] = {}
    seen, error = 0, None
    while error is None:
        url = _url(api_url, category, start, end, offset=seen)
        page = read_page(fetcher, url)
        if page.error is None and len(page.entries) < page.due(seen):  # seen to heal by itself
            page = max(page, read_page(fetcher, url), key=lambda answer: len(answer.entries))
        for entry in page.entries:
            listing = _listing(entry, source=source, category=category, days=days)
            if listing and listing.kind in include:
                found.setdefault(listing.key, listing)
        missing = page.due(seen) - len(page.entries)
        seen += len(page.entries)
        error = page.error
        if error is None and missing > 0:
            error = f"GET {named(url)}: {missing} of {page.total} papers were left out, twice"
        if seen >= min(page.total, MOST_RESULTS):
            break
    return Filled(listings=tuple(found.values()), seen=seen, whole=error is None, error=error)


def look_up(
    fetcher: Fetcher, api_url: str, *, source: str, arxiv_ids: Sequence[str], today: dt.date
) -> tuple[Listing, ...]:
    """The papers of these ids; an id that arXiv does not have is left out. Raises SourceError."""
    parameters = f"id_list={','.join(arxiv_ids)}&max_results={len(arxiv_ids)}"
    url = f"{api_url}{'&' if '?' in api_url else '?'}{parameters}"
    page = read_page(fetcher, url)
    if page.error is None and len(page.entries) < page.total:  # seen to heal by itself
        raise SourceError(
            f"GET {named(url)}: {page.total - len(page.entries)} of {page.total} papers were left out"
        )
    if page.error is not None:
        raise SourceError(page.error)
    found = (read_listing(entry, source=source, today=today) for entry in page.entries)
    return tuple(listing for listing in found if listing)


def read_listing(entry: Entry, *, source: str, today: dt.date) -> Listing | None:
    """An entry that was looked up, as the listing of the day on which it was announced; None for what is no
    paper, or is not announced yet."""
    return _listing(entry, source=source, category="", days=(dt.date.min, today))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of answers: `total` is how many there are on all of them. `error` names what failed."""

    entries: tuple[Entry, ...] = ()
    total: int = 0
    error: str | None = None

    def due(self, seen: int) -> int:
        """How many entries there should be, after that many on the pages before."""
        return min(PAGE, max(0, self.total - seen))


def _url(api_url: str, category: str, start: dt.datetime, end: dt.datetime, *, offset: int) -> str:
    # Both ends are inclusive, and minutes are as fine as they get; what was submitted in the last one
    # belongs to the next announcement, and `_listing` leaves it there.
    wanted = f"(cat:{category} OR cat:{category}.*)" if category in _DIVIDED else f"cat:{category}"
    query = f"{wanted} AND submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"
    parameters = (
        ("search_query", query),
        ("start", str(offset)),
        ("max_results", str(PAGE)),
        ("sortBy", "submittedDate"),
        ("sortOrder", "ascending"),
    )
    joined = "&".join(f"{name}={quote(value, safe=':*()').replace('%20', '+')}" for name, value in parameters)
    return f"{api_url}{'&' if '?' in api_url else '?'}{joined}"


def read_page(fetcher: Fetcher, url: str) -> Page:
    """One page; what could be had of it where it broke off."""
    name = f"GET {named(url)}"
    try:
        body, broken = fetcher.get(url).body, None
    except FetchError as why:
        if why.body == b"":
            return Page(error=str(why))
        body, broken = why.body, str(why)
    try:
        document = syndication.read(body, name=name)
    except MalformedError as why:
        return Page(error=broken or str(why))
    if document.entries and "/api/errors" in syndication.text(document.entries[0], "id"):
        # It looks like a paper, and is none.
        said = " ".join(syndication.text(document.entries[0], "summary").split()) or "unnamed"
        return Page(error=f"{name}: arXiv answered with an error: {said}")
    total = syndication.text(document.about, "opensearch_totalresults").strip()
    if broken is None and not total.isdecimal():
        broken = f"{name}: the answer does not say how many papers there are"
    if broken is None and not document.whole:
        broken = f"{name}: the answer broke off after {len(document.entries)} papers"
    return Page(entries=document.entries, total=int(total) if total.isdecimal() else 0, error=broken)


def _listing(entry: Entry, *, source: str, category: str, days: Sequence[dt.date]) -> Listing | None:
    known = normalise_arxiv_id(syndication.text(entry, "id"))
    if known is None:
        return None
    submitted = syndication.moment(entry, "published")
    day = timetable.announced_on(submitted) if submitted else days[-1]
    if day > days[-1]:
        return None
    primary = syndication.text(syndication.plain(entry, "arxiv_primary_category"), "term")
    own = not primary or primary == category or primary.startswith(f"{category}.")
    categories = syndication.terms(entry)
    return Listing(
        source=source,
        channel=category,
        key=known[0],
        kind="new" if own else "cross",
        day=max(day, days[0]),
        title=syndication.text(entry, "title"),
        abstract=syndication.text(entry, "summary"),
        authors=tuple(
            name
            for author in syndication.plain(entry, "authors") or ()
            if (name := syndication.text(author, "name"))
        ),
        categories=tuple(dict.fromkeys((*((primary,) if primary else ()), *categories))),
        arxiv_id=known[0],
        version=known[1] or 1,
        doi=syndication.text(entry, "arxiv_doi") or None,
        url=f"https://arxiv.org/abs/{known[0]}",
        published=submitted,
    )
