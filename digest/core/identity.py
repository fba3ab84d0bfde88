"""A listing's keys, and listings folded into the one paper that they speak of. Looks nothing up: the store
finds papers by these keys, `fold` puts the words together.

Whose words are shown, whatever the order in which the listings came:

- title, abstract, authors: the newest version's; of one version arXiv's own (a listing with an arXiv id and
  arXiv categories); of equals the longer, then the greater. What the strongest left empty, others fill.
- gist, submitter and links: from whoever has them; of two, the shorter, then the lesser. A repository that
  only the abstract names gives way to one that a source names.
- categories, sources: all of them, the primary category first. Days and hours: the earliest.
- counts (upvotes, comments, stars): the last ones told. They alone depend on the order.

Versions are arXiv's: a listing without an arXiv category counts as the first, whatever it links to.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import TYPE_CHECKING, TypeVar

from digest.core.arxiv import is_category, normalise_arxiv_id
from digest.core.authors import last_name
from digest.core.doi import normalise_doi
from digest.core.reading import (
    MOST_CATEGORIES,
    TITLE_LIMIT,
    arxiv_identity,
    doi_url,
    first_author,
    listing_doi,
    published,
    read,
    readable_text,
    repository,
)
from digest.core.text import plain, words

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Listing, Paper

__all__ = [
    "first_in_community",
    "fold",
    "keys",
    "normalise_arxiv_id",
    "normalise_doi",
    "same_work",
    "title_key",
]

_FEWEST_WORDS = 4
_FEWEST_LETTERS = 12  # where each character is a word
_GENERIC = re.compile(
    r"(?:authors? )?(?:reply|response|comments?|correction|corrigendum|erratum|editorial|retraction)\b"
)
_MOST_GENERIC = 8  # words of a title such as "Reply to …"; a longer one tells works apart
_LONGEST_KEY = 200
_T = TypeVar("_T", str, "tuple[str, ...]")


def keys(listing: Listing) -> tuple[str, ...]:
    """What a listing's work is known by, strongest first; never empty.

    `arxiv:2604.01234`, `doi:10.…`, `title:<words>|<first author's last name>|<year>`, and, for a listing
    with neither id nor DOI, `own:<source>|<key>`: the source's own name for it. No title key for short or
    generic titles ("Reply to …") and without an author. Two works of different arXiv ids may share a title
    key: `fold` and `same_work` tell them apart.
    """
    identity = arxiv_identity(listing)
    doi = listing_doi(listing)
    found = [f"arxiv:{identity[0]}"] if identity else []
    if doi:
        found.append(f"doi:{doi}")
    title = readable_text(listing.title, limit=TITLE_LIMIT)
    by_title = title_key(title, first_author(listing), year=_year(listing))
    if by_title:
        found.append(by_title)
    if not identity and not doi:
        found.append(f"own:{listing.source}|{_own(listing.key)}")
    return tuple(found)


def title_key(title: str, author: str, *, year: int) -> str | None:
    """`title:<words>|<author's last name>|<year>`; None where that would not tell works apart.

    >>> title_key("Attention Is All You Need", "Ashish Vaswani", year=2017)
    'title:attention is all you need|vaswani|2017'
    >>> title_key("Reply to Smith et al.", "A. Jones", year=2017) is None
    True
    """
    tokens, author = words(title), last_name(author)
    joined = " ".join(tokens)
    if not author or len(tokens) < _FEWEST_WORDS or len(joined) < _FEWEST_LETTERS:
        return None
    if _GENERIC.match(joined) and len(tokens) < _MOST_GENERIC:
        return None
    return f"title:{joined}|{author}|{year}"


def same_work(paper: Paper, listing: Listing) -> bool:
    """Whether a listing that shares a key with `paper` may speak of it: not if their arXiv ids differ."""
    identity = arxiv_identity(listing)
    return identity is None or paper.arxiv_id is None or identity[0] == paper.arxiv_id


def fold(paper: Paper | None, listing: Listing) -> Paper | None:
    """`paper` with the listing's words in it, as this module's head says; a new one (id 0) for None.

    None if there is no title to call it by. A listing of another arXiv id is another work, whatever key led
    here: it becomes a new paper, and `paper` stays as it is. `revision` grows by one when the title, the
    abstract, the authors, the primary category, the gist or a link changes; neither counts nor days do that.
    """
    new = read(listing)
    if paper is None or not same_work(paper, listing):
        return new if new.title else None
    merged = _merge(paper, new)
    return dataclasses.replace(merged, revision=paper.revision + (_shown(merged) != _shown(paper)))


def _merge(old: Paper, new: Paper) -> Paper:
    stronger = _rank(new) > _rank(old)
    equal = _rank(new) == _rank(old)

    def word(ours: _T, theirs: _T) -> _T:
        if not ours or not theirs:
            return ours or theirs
        if equal:
            return max(ours, theirs, key=_weight)
        return theirs if stronger else ours

    abstract = word(old.abstract, new.abstract)
    arxiv_id = old.arxiv_id or new.arxiv_id
    doi = _lesser(old.doi, new.doi)
    named_code = _lesser(_named_code(old), _named_code(new))
    community_day, community_at = first_in_community(old, new)
    told = sorted(filter(None, (old.published, new.published)))
    return dataclasses.replace(
        old,
        title=word(old.title, new.title),
        abstract=abstract,
        authors=word(old.authors, new.authors),
        categories=_categories(old, new, stronger=stronger),
        arxiv_id=arxiv_id,
        version=max(old.version, new.version),
        doi=doi,
        url=_page(old, new, arxiv_id=arxiv_id, doi=doi),
        pdf_url=old.pdf_url or new.pdf_url,
        code_url=named_code or repository(abstract),
        project_url=_lesser(old.project_url, new.project_url),
        thumbnail_url=_lesser(old.thumbnail_url, new.thumbnail_url),
        gist=_lesser(old.gist, new.gist),
        submitter=_lesser(old.submitter, new.submitter),
        upvotes=old.upvotes if new.upvotes is None else new.upvotes,
        comments=old.comments if new.comments is None else new.comments,
        stars=old.stars if new.stars is None else new.stars,
        published=told[0] if told else None,
        first_listed=min(old.first_listed, new.first_listed),
        community_listed=community_day,
        community_at=community_at,
        sources=tuple(sorted({*old.sources, *new.sources})),
    )


def first_in_community(*papers: Paper) -> tuple[dt.date | None, dt.datetime | None]:
    """The day on which a community first listed any of them, and when on that day, if that is known: one that
    is listed again is not new."""
    day = min((one.community_listed for one in papers if one.community_listed), default=None)
    told = (one.community_at for one in papers if one.community_at and one.community_listed == day)
    return day, min(told, default=None)


def _rank(paper: Paper) -> tuple[int, bool]:
    return paper.version, paper.arxiv_id is not None and any(map(is_category, paper.categories))


def _weight(words: _T) -> tuple[int, _T]:
    return len(words), words


def _lesser(ours: str | None, theirs: str | None) -> str | None:
    if not ours or not theirs:
        return ours or theirs
    return min(ours, theirs, key=lambda text: (len(text), text))


def _named_code(paper: Paper) -> str | None:
    """The repository that a source named; not the one that was only found in the abstract."""
    return None if paper.code_url == repository(paper.abstract) else paper.code_url


def _categories(old: Paper, new: Paper, *, stronger: bool) -> tuple[str, ...]:
    primary = (
        new.categories[:1] if new.categories and (stronger or not old.categories) else old.categories[:1]
    )
    others = {*old.categories, *new.categories} - {*primary}
    return (*primary, *sorted(others))[:MOST_CATEGORIES]


def _page(old: Paper, new: Paper, *, arxiv_id: str | None, doi: str | None) -> str | None:
    if arxiv_id:
        return old.url if old.arxiv_id else new.url
    own = [paper.url for paper in (old, new) if paper.url != doi_url(paper.doi)]
    return _lesser(*own) if len(own) == 2 else own[0] if own else doi_url(doi)


def _shown(paper: Paper) -> tuple[object, ...]:
    links = (paper.url, paper.pdf_url, paper.code_url, paper.project_url, paper.thumbnail_url)
    return (paper.title, paper.abstract, paper.authors, paper.categories[:1], paper.gist, links)


def _own(key: str) -> str:
    key = plain(key)
    return key if len(key) <= _LONGEST_KEY else "sha256-" + hashlib.sha256(key.encode()).hexdigest()


def _year(listing: Listing) -> int:
    """The year of publication, if that is sensible, or of the listing's day."""
    said = listing.published
    return said.year if said is not None and published(listing) is not None else listing.day.year
