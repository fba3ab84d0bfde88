"""One entry of a feed in, a listing out. Believes no date, and no link that is not http(s)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from digest.core.arxiv import normalise_arxiv_id
from digest.core.creators import split_creators
from digest.model import Listing
from digest.sources import syndication
from digest.sources.identifiers import find_arxiv_ids, find_dois

if TYPE_CHECKING:
    from digest.sources.syndication import Entry

_IDENTIFIERS = ("dc_identifier", "prism_doi", "arxiv_doi")


def read_entry(entry: Entry, *, source: str, url: str, now: dt.datetime) -> Listing | None:
    """None where there is nothing to know the entry by. `url` is where the feed came from."""
    link = _link(entry, url)
    guid = syndication.text(entry, "id").strip()
    title = syndication.text(entry, "title")
    abstract = syndication.text(entry, "summary") or _content(entry)
    paper, doi = _identity(entry, link=link or "", guid=guid, text=f"{title}\n{abstract}")
    key = (paper[0] if paper else None) or (f"doi:{doi}" if doi else None) or guid or link
    key = key or (f"title:{' '.join(title.split())}" if title.strip() else None)
    if key is None:
        return None
    published = _sane(syndication.moment(entry, "published", "updated", "created"), now)
    return Listing(
        source=source,
        key=key,
        day=(published or now).astimezone(dt.UTC).date(),
        title=title,
        abstract=abstract,
        authors=_authors(entry),
        categories=(),  # a feed's own words, not arXiv's categories
        arxiv_id=paper[0] if paper else None,
        version=(paper[1] if paper else None) or 1,
        doi=doi,
        url=link,
        published=published,
    )


def _identity(
    entry: Entry, *, link: str, guid: str, text: str
) -> tuple[tuple[str, int | None] | None, str | None]:
    """The arXiv id and the DOI. A text that names several papers speaks of others, not of itself."""
    named = " ".join(syndication.text(entry, field) for field in _IDENTIFIERS)
    papers = (
        find_arxiv_ids(link)[:1]
        or find_arxiv_ids(guid)[:1]
        or ((whole,) if (whole := normalise_arxiv_id(guid)) else ())
    )
    dois = find_dois(link)[:1] or find_dois(guid)[:1] or find_dois(named)[:1]
    if not papers and not dois:
        papers, dois = find_arxiv_ids(text), find_dois(text)
        papers = papers if len(papers) == 1 else ()
        dois = dois if len(dois) == 1 else ()
    doi = dois[0] if dois else None
    if doi and doi.startswith("10.48550/arxiv."):  # arXiv's own DOIs name the paper
        own = normalise_arxiv_id(doi)
        return (papers[0] if papers else own), None
    return (papers[0] if papers else None), doi


def _link(entry: Entry, url: str) -> str | None:
    found = syndication.text(entry, "link").strip()
    if not found:
        return None
    try:
        whole = urljoin(url, found)
    except ValueError:
        return None
    return whole if whole.lower().startswith(("http://", "https://")) else None


def _content(entry: Entry) -> str:
    parts = syndication.plain(entry, "content") or ()
    return next((text for part in parts if (text := syndication.text(part, "value"))), "")


def _authors(entry: Entry) -> tuple[str, ...]:
    names = [syndication.text(author, "name") for author in syndication.plain(entry, "authors") or ()]
    names = [name for name in names if name.strip()] or [syndication.text(entry, "author")]
    if len(names) > 1:
        return tuple(" ".join(name.split()) for name in names)
    return split_creators(names[0])


def _sane(when: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Dates may be nonsense: the epoch, next century. Tomorrow's is a zone that was left out."""
    if when is None or when.year < 1970 or when > now + dt.timedelta(days=1):
        return None
    return None if when.timestamp() == 0 else when
