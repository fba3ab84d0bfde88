"""A paper and an edition's item in, a card's words out: title, byline, gist, links; and why it is there.

What depends on the reader is the `CardKey` (which authors matched, which counts were true) and the reasons.
All else is said once a paper, however many readers get it.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from digest.mail.reasons import told
from digest.mail.sentences import GIST_LIMIT, gist
from digest.mail.words import clean, plural, rounded, short_date, shorten

if TYPE_CHECKING:
    from digest.mail.site import Site
    from digest.model import Gist, Item, Paper

TITLE_LIMIT = 240
NAME_LIMIT = 60
CATEGORY_LIMIT = 24  # with the date before it, it stays on one line of a small phone
MODEL_LIMIT = 28  # and so does this


# What makes two cards differ: the paper's id and revision, the authors who matched a topic, the mail's year,
# upvotes and stars, and a model's sentence. A bare tuple, because one is made for every paper of every mail.
CardKey = tuple[int, int, tuple[str, ...], int, int | None, int | None, "Gist | None"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A word to click, where it leads, and what is said after it ("1.2k stars")."""

    words: str
    url: str
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """A paper as a template sees it. Empty strings are things that are not known.

    `why` is the reader's, and so are the pages where they ask for more or less like it, and upvote it.
    """

    title: str
    url: str
    authors: str
    listed: str  # 20 Apr · cs.CV
    gist: str
    links: tuple[Link, ...]
    upvotes: str
    thumbnail_url: str
    gist_by: str = ""  # AI summary by llama3.2
    why: str = ""
    more_url: str = ""
    less_url: str = ""
    upvote_url: str = ""

    @property
    def byline(self) -> str:
        """Authors · date · category."""
        return f"{self.authors} · {self.listed}" if self.authors else self.listed


_COUNTED = re.compile(r"[0-9,]+ upvotes?")


def card_key(item: Item, *, year: int) -> CardKey:
    """The card that shows this item in a mail of that year."""
    authors: tuple[str, ...] = ()
    upvotes = item.upvotes
    for reason in item.reasons:
        kind = reason.kind
        if kind == "author":
            authors = (*authors, reason.words)
        elif kind == "trending" and _COUNTED.fullmatch(reason.words):
            upvotes = None  # the reason says it
    return item.paper_id, item.revision, authors, year, upvotes, item.stars, item.gist


def why_words(item: Item, *, year: int) -> str:
    """Why this paper, in one line, read in that year: `gaussian splatting · by Ada Lovelace`."""
    return told(item.reasons, year=year)


def card_words(paper: Paper, key: CardKey) -> CardWords:
    """The card but for its reasons."""
    _, _, matched, year, upvotes, stars, written = key
    category = shorten(clean(paper.categories[0]), CATEGORY_LIMIT) if paper.categories else ""
    url = _safe(paper.url) or _safe(paper.pdf_url)
    counted = f"{rounded(stars)} {'star' if stars == 1 else 'stars'}" if stars else ""
    links = (
        Link(words="Abstract" if paper.arxiv_id else "Read", url=_safe(paper.url)),
        Link(words="PDF", url=_safe(paper.pdf_url)),
        Link(words="Code", url=_safe(paper.code_url), note=counted),
        Link(words="Project", url=_safe(paper.project_url)),
    )
    return CardWords(
        title=shorten(clean(paper.title), TITLE_LIMIT),
        url=url,
        authors=authors_words(paper, matched=matched),
        listed=" · ".join(part for part in (short_date(paper.first_listed, year=year), category) if part),
        gist=shorten(clean(written.text), GIST_LIMIT)
        if written
        else gist(clean(paper.gist or paper.abstract), limit=GIST_LIMIT),
        links=tuple(link for link in links if link.url),
        upvotes=plural(upvotes, "upvote") if upvotes else "",
        thumbnail_url=_safe(paper.thumbnail_url),
        gist_by=_written_by(written.model) if written else "",
    )


def own_card(card: CardWords, site: Site, *, paper_id: int, token: str, why: str) -> CardWords:
    """The card as one reader gets it; `token` is theirs for votes."""
    return dataclasses.replace(
        card,
        why=why,
        more_url=site.vote_url(token, paper_id, "more"),
        less_url=site.vote_url(token, paper_id, "less"),
        upvote_url=site.vote_url(token, paper_id, "upvote"),
    )


def authors_words(paper: Paper, *, matched: tuple[str, ...]) -> str:
    """The first two, those that `matched`, and the number of the others; up to three in full."""
    names = [shorten(clean(name), NAME_LIMIT) for name in paper.authors]
    shown = [
        name
        for place, name in enumerate(names)
        if place < 2 or len(names) <= 3 or paper.authors[place] in matched
    ]
    hidden = len(names) - len(shown)
    return ", ".join(shown) + (f" and {hidden} more" if hidden else "")


def _written_by(model: str) -> str:
    """Readers know what a machine wrote, and which: `AI summary by Llama-3.1-8B`, whoever made that."""
    name = clean(model)
    return f"AI summary by {shorten(name.rpartition('/')[2] or name, MODEL_LIMIT)}"


def _safe(url: str | None) -> str:
    """The link if it is one for the web. `Paper` promises as much; a mail cannot be called back."""
    return url if url and url.startswith(("https://", "http://")) and url.isprintable() else ""
