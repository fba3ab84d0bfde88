"""One listing in, what it says as a Paper out: clean text, safe links, limits. Nothing is hostile after this.

Knows no library and no other listing; folding them together is `core.identity`'s.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from digest.core.arxiv import is_category, normalise_arxiv_id
from digest.core.creators import display_name, split_creators
from digest.core.doi import normalise_doi
from digest.core.markup import untagged
from digest.core.tex import readable
from digest.core.text import clean, plain, safe_url, shorten
from digest.model import Paper

if TYPE_CHECKING:
    from digest.model import Listing

TITLE_LIMIT = 300
ABSTRACT_LIMIT = 6000
GIST_LIMIT = 600
NAME_LIMIT = 100
MOST_AUTHORS = 3000
MOST_CATEGORIES = 30
_MOST_VERSIONS = 999
_EARLIEST = 1900  # a year before is no year of publication

# Relays and older feeds leave arXiv's own words around the author's.
_TITLE_TAIL = re.compile(r"\s*\(arXiv:\S+ \[[^\]]{1,40}\][^()]{0,20}\)$")
_ABSTRACT_HEAD = re.compile(r"^(?:arXiv:\S+\s+Announce Type:\s*\S+\s+)?(?:Abstract\s*[:.]\s+)?")
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z0-9 _&,/().+-]{0,79}")
_REPOSITORY = re.compile(
    r"(?<![\w.])(?:https?://)?(?:www\.)?github\.com/([\w-]{1,39})/([\w.-]{1,100})", re.ASCII | re.IGNORECASE
)
_NO_OWNER = frozenset(
    ("about", "apps", "collections", "features", "marketplace", "orgs", "sponsors", "topics")
)


def read(listing: Listing) -> Paper:
    """What `listing` says, as a Paper of id 0. Its title may be "", and then it is no paper by itself.

    Text is cleaned, TeX made readable, cut at a word (title 300 characters, abstract 6,000, 3,000 authors of
    200 each); links that are not http(s) are dropped. arXiv's pages are built from the id.
    """
    identity = arxiv_identity(listing)
    arxiv_id, version = identity or (None, None)
    doi = listing_doi(listing)
    abstract = _ABSTRACT_HEAD.sub("", readable_text(listing.abstract, limit=ABSTRACT_LIMIT))
    url = f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else safe_url(listing.url) or doi_url(doi)
    return Paper(
        title=_TITLE_TAIL.sub("", readable_text(listing.title, limit=TITLE_LIMIT)),
        abstract=abstract,
        authors=_authors(listing.authors),
        categories=_categories(listing),
        arxiv_id=arxiv_id,
        version=_version(listing, version),
        doi=doi,
        url=url,
        pdf_url=f"https://arxiv.org/pdf/{arxiv_id}" if arxiv_id else None,
        code_url=safe_url(listing.code_url) or repository(abstract),
        project_url=safe_url(listing.project_url),
        thumbnail_url=safe_url(listing.thumbnail_url),
        gist=readable_text(listing.gist or "", limit=GIST_LIMIT) or None,
        submitter=clean(listing.submitter or "", limit=NAME_LIMIT) or None,
        upvotes=_count(listing.upvotes),
        comments=_count(listing.comments),
        stars=_count(listing.stars),
        published=published(listing),
        first_listed=listing.day,
        community_listed=listing.day if listing.upvotes is not None else None,
        community_at=_community_at(listing),
        sources=(listing.source,),
    )


def _community_at(listing: Listing) -> dt.datetime | None:
    """The moment of a community's listing, unless it is not of that day (or of a day beside it: zones)."""
    told = listing.community_at
    if told is None or told.tzinfo is None or listing.upvotes is None:
        return None
    return told if abs((told.astimezone(dt.UTC).date() - listing.day).days) <= 1 else None


def _version(listing: Listing, linked: int | None) -> int:
    """Which version's words a listing brings: only arXiv's own is of a later one than the first.

    A page elsewhere may link to v2, and say what it likes about it.
    """
    if not any(map(is_category, _categories(listing))):
        return 1
    return min(max(listing.version, linked or 1, 1), _MOST_VERSIONS)


def readable_text(text: str, *, limit: int) -> str:
    r"""A source's words with markup, TeX and everything invisible made plain, in at most `limit` characters.

    >>> readable_text("On <i>$\\alpha$</i>-stable &amp; H\\\"older\u202e maps\r\n", limit=300)
    'On α-stable & Hölder maps'
    """
    text = readable(clean(text, limit=3 * limit + 1000))
    return shorten(plain(untagged(plain(text))), limit=limit)  # TeX can spell a tag: \textless


def arxiv_identity(listing: Listing) -> tuple[str, int | None] | None:
    """The arXiv id that a listing names (as id, DOI, link or key), and its version if that is told."""
    # A bare number in a key may be any feed's guid; with a prefix it is arXiv's.
    key = listing.key if ":" in listing.key else None
    named = (listing.arxiv_id, listing.doi, listing.url, key)
    return next(filter(None, map(normalise_arxiv_id, named)), None)


def listing_doi(listing: Listing) -> str | None:
    """The DOI that a listing names; arXiv's own DOIs are arXiv ids and not told again."""
    doi = normalise_doi(listing.doi) or normalise_doi(listing.url) or normalise_doi(listing.key)
    return None if doi is None or normalise_arxiv_id(doi) else doi


def doi_url(doi: str | None) -> str | None:
    """The page that a DOI leads to."""
    return safe_url(f"https://doi.org/{doi}") if doi else None


def repository(abstract: str) -> str | None:
    """The first GitHub repository that an abstract names: most name their own.

    >>> repository("Code: github.com/a-b/c.d. See https://github.com/x/y")
    'https://github.com/a-b/c.d'
    """
    if "github.com/" not in abstract.lower():
        return None
    for found in _REPOSITORY.finditer(abstract):
        name = found[2].rstrip(".").removesuffix(".git")
        if name and found[1].lower() not in _NO_OWNER:
            return f"https://github.com/{found[1]}/{name}"
    return None


def first_author(listing: Listing) -> str:
    """The first author, cleaned; "" if there is none."""
    return next(iter(_authors(listing.authors[:1])), "")


def _authors(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) == 1 and (names[0].count(",") > 1 or ";" in names[0]):  # a line that nobody split
        shown = split_creators(names[0])
    else:
        shown = tuple(filter(None, map(display_name, names[:MOST_AUTHORS])))
    return tuple(dict.fromkeys(shown))[:MOST_AUTHORS]


def _categories(listing: Listing) -> tuple[str, ...]:
    named = (clean(name, limit=80) for name in (*listing.categories, listing.channel))
    return tuple(dict.fromkeys(name for name in named if _CATEGORY.fullmatch(name)))[:MOST_CATEGORIES]


def published(listing: Listing) -> dt.datetime | None:
    """When a listing says that its work was published, in UTC; None where it does not, or says nonsense."""
    said = listing.published
    if said is None or not _EARLIEST <= said.year <= listing.day.year + 1:
        return None
    return said.replace(tzinfo=dt.UTC) if said.tzinfo is None else said.astimezone(dt.UTC)


def _count(number: int | None) -> int | None:
    return None if number is None else max(0, min(number, 10**9))
