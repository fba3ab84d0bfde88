"""A paper and an edition's item in, a card's words out: title, byline, gist, links; and why it is there.

What depends on the reader is the `CardKey` (which authors matched, which counts were true) and the reasons.
All else is said once a paper, however many readers get it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from digest.mail.sentences import GIST_LIMIT, gist
from digest.mail.words import clean, plural, rounded, short_date, shorten

if TYPE_CHECKING:
    from digest.model import Item, Paper

TITLE_LIMIT = 240
NAME_LIMIT = 60
WORD_LIMIT = 80
WORDS_SHOWN = 5


class CardKey(NamedTuple):
    """What makes two cards of one paper differ. `authors` matched a topic; `year` is the mail's."""

    paper_id: int
    revision: int
    authors: tuple[str, ...]
    year: int
    upvotes: int | None
    stars: int | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A word to click, where it leads, and what is said after it ("1.2k stars")."""

    words: str
    url: str
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """A paper as a template sees it. Empty strings are things that are not known. `why` is the reader's."""

    title: str
    url: str
    byline: str
    gist: str
    links: tuple[Link, ...]
    upvotes: str
    thumbnail_url: str
    why: str = ""


def card_key(item: Item, *, year: int) -> CardKey:
    """The card that shows this item in a mail of that year."""
    authors: tuple[str, ...] = ()
    upvotes = item.upvotes
    for reason in item.reasons:
        if reason.kind == "author":
            authors = (*authors, reason.words)
        elif reason.kind == "trending":
            upvotes = None  # the reason says it
    return CardKey(item.paper_id, item.revision, authors, year, upvotes, item.stars)


def card_words(paper: Paper, key: CardKey) -> CardWords:
    """The card but for its reasons."""
    url = _safe(paper.url) or _safe(paper.pdf_url)
    stars = plural(key.stars, "star") if key.stars == 1 else f"{rounded(key.stars or 0)} stars"
    links = (
        Link(words="Abstract" if paper.arxiv_id else "Read", url=_safe(paper.url)),
        Link(words="PDF", url=_safe(paper.pdf_url)),
        Link(words="Code", url=_safe(paper.code_url), note=stars if key.stars else ""),
        Link(words="Project", url=_safe(paper.project_url)),
    )
    return CardWords(
        title=shorten(clean(paper.title), TITLE_LIMIT),
        url=url,
        byline=byline(paper, key),
        gist=gist(clean(paper.gist or paper.abstract), limit=GIST_LIMIT),
        links=tuple(link for link in links if link.url),
        upvotes=plural(key.upvotes, "upvote") if key.upvotes else "",
        thumbnail_url=_safe(paper.thumbnail_url),
    )


def byline(paper: Paper, key: CardKey) -> str:
    """Authors (two, those that matched, and the number of the others) · date · primary category."""
    names = [shorten(clean(name), NAME_LIMIT) for name in paper.authors]
    shown = [
        name
        for place, name in enumerate(names)
        if place < 2 or len(names) <= 3 or paper.authors[place] in key.authors
    ]
    hidden = len(names) - len(shown)
    authors = ", ".join(shown) + (f" and {hidden} more" if hidden else "")
    category = clean(paper.categories[0]) if paper.categories else ""
    return " · ".join(
        part for part in (authors, short_date(paper.first_listed, year=key.year), category) if part
    )


def why_words(item: Item) -> str:
    """Why this paper, in one line: `gaussian splatting, point cloud · by Ada Lovelace · like “Title”`."""
    found: dict[str, list[str]] = {}
    for reason in item.reasons:
        found.setdefault(reason.kind, []).append(shorten(clean(reason.words), WORD_LIMIT))
    return " · ".join(
        lead + ", ".join(words[:WORDS_SHOWN]) + tail
        for kind, lead, tail in _LEADS
        if (words := found.get(kind))
    )


_LEADS = (
    ("keyword", "", ""),
    ("author", "by ", ""),
    ("text", "about ", ""),
    ("example", "like “", "”"),
    ("category", "in ", ""),
    ("trending", "", ""),
)


def _safe(url: str | None) -> str:
    """The link if it is one for the web. `Paper` promises as much; a mail cannot be called back."""
    return url if url and url.startswith(("https://", "http://")) and url.isprintable() else ""
